/**
 * The pointer's hand for moving and drawing out: a shadow follows the pointer in its own frame, outside React, so that a grid of
 * hundreds of bookings is not drawn anew while one of them is dragged.
 */
import { useEffect, useRef } from 'react';
import type { RefObject } from 'react';
import { clockText } from '#db/rules/opening-hours.ts';
import type { Span } from '#db/rules/opening-hours.ts';
import { SCALE } from './column-view.tsx';
import { SNAP } from './columns.ts';
import { kept } from './moving.ts';
import type { Ghost } from './moving.ts';

const BEGINS_AFTER_PX = 4;
const EDGE_PX = 28;

export interface DragHost {
  range: Span;
  /** The booking under the pointer as it stands, when it may be moved. */
  grab(itemId: string): Ghost | null;
  drop(ghost: Ghost): void;
}

/** @param grid the element that scrolls; it holds `.cal-column`s with `.cal-body`s */
export function useDrag(grid: RefObject<HTMLElement | null>, host: DragHost): void {
  const latest = useRef(host);
  latest.current = host;
  useEffect(() => {
    const element = grid.current;
    if (element === null) return undefined;
    let end: (() => void) | null = null;
    const down = (event: PointerEvent): void => {
      const target = event.target instanceof Element ? event.target : null;
      const card = target?.closest<HTMLElement>('[data-movable]') ?? null;
      if (event.button !== 0 || card === null) return;
      const held = latest.current.grab(card.dataset['id'] ?? '');
      if (held !== null) end = follow(element, event, held, (target?.closest('[data-handle]') ?? null) !== null, latest);
    };
    element.addEventListener('pointerdown', down);
    return () => {
      element.removeEventListener('pointerdown', down);
      end?.();
    };
  }, [grid]);
}

function follow(grid: HTMLElement, start: PointerEvent, held: Ghost, resizes: boolean, host: RefObject<DragHost>): () => void {
  const bodies = [...grid.querySelectorAll<HTMLElement>('.cal-body')];
  // Measured once: columns do not move while something is dragged, only the scroll does.
  const scrolled = { x: grid.scrollLeft, y: grid.scrollTop };
  const frames = bodies.map((body) => body.getBoundingClientRect());
  const view = grid.getBoundingClientRect();
  const shadow = document.createElement('div');
  shadow.className = 'cal-ghost';
  shadow.setAttribute('aria-hidden', 'true');
  let now = held;
  let drags = false;
  let last = start;
  let frame = 0;

  const place = (): void => {
    frame = 0;
    performance.mark('calendar:drag');
    const { clientX: x, clientY: y } = last;
    if (y > view.bottom - EDGE_PX) grid.scrollTop += 12;
    else if (y < view.top + EDGE_PX + 40) grid.scrollTop -= 12;
    if (x > view.right - EDGE_PX) grid.scrollLeft += 12;
    else if (x < view.left + EDGE_PX + 52) grid.scrollLeft -= 12;
    const across = x + grid.scrollLeft - scrolled.x;
    const downwards = y - start.clientY + grid.scrollTop - scrolled.y;
    const by = Math.round(downwards / SCALE / SNAP) * SNAP;
    const over = frames.findIndex((rect) => rect.left <= across && across < rect.right);
    const next = resizes
      ? { ...held, minutes: held.minutes + by }
      : { ...held, minute: held.minute + by, column: over === -1 ? now.column : over };
    now = kept(next, bodies.length, host.current.range);
    const body = bodies[now.column];
    if (body !== undefined && shadow.parentElement !== body) body.append(shadow);
    shadow.style.transform = `translateY(${(now.minute - host.current.range.from) * SCALE}px)`;
    shadow.style.height = `${now.minutes * SCALE}px`;
    shadow.textContent = `${clockText(now.minute)}–${clockText(now.minute + now.minutes)} ${now.name}`;
  };
  const move = (event: PointerEvent): void => {
    last = event;
    if (!drags && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) < BEGINS_AFTER_PX) return;
    drags = true;
    grid.toggleAttribute('data-drags', true);
    if (frame === 0) frame = requestAnimationFrame(place);
  };
  const stop = (): void => {
    if (frame !== 0) cancelAnimationFrame(frame);
    shadow.remove();
    grid.toggleAttribute('data-drags', false);
    window.removeEventListener('pointermove', move);
    window.removeEventListener('pointerup', up);
    window.removeEventListener('pointercancel', stop);
    window.removeEventListener('keydown', escape, true);
  };
  const up = (event: PointerEvent): void => {
    last = event;
    if (drags) place();
    stop();
    if (drags) host.current.drop(now);
  };
  const escape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    stop();
  };
  window.addEventListener('pointermove', move);
  window.addEventListener('pointerup', up);
  window.addEventListener('pointercancel', stop);
  window.addEventListener('keydown', escape, true);
  return stop;
}
