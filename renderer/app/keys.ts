/**
 * Every action of the window with its key: pages register what they can do, the palette lists it, `?` shows it.
 * A key stands for one action on a page; the page registered last wins. No keys that browsers keep, no Ctrl+Alt (AltGr).
 */
import { useEffect, useRef } from 'react';

export interface Action {
  id: string;
  label: string;
  /** `Control+Enter`, `F2`, `Alt+Enter`, `n`; plain letters work outside fields only. */
  key?: string;
  when?: () => boolean;
  run: () => void;
  /** Found in the palette under these words too. */
  words?: string;
}

type Layer = { readonly current: readonly Action[] };
const layers: Layer[] = [];

/** Makes a page's actions available for as long as it is shown. */
export function useActions(actions: readonly Action[]): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const layer: Layer = latest;
    layers.push(layer);
    return () => void layers.splice(layers.indexOf(layer), 1);
  }, []);
}

/** All actions that can be run now, the page's before the frame's. */
export function availableActions(): Action[] {
  const seen = new Set<string>();
  return layers
    .toReversed()
    .flatMap((layer) => layer.current.filter((action) => (action.when?.() ?? true) && !seen.has(action.id) && seen.add(action.id)));
}

/** `Control+Shift+L` of a key press; letters in lower case unless shifted. */
export function keyName(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'shiftKey' | 'metaKey'>): string {
  const key = event.key === ' ' ? 'Space' : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const shift = event.shiftKey && (event.key.length > 1 || event.ctrlKey) ? 'Shift+' : '';
  return `${event.ctrlKey || event.metaKey ? 'Control+' : ''}${event.altKey ? 'Alt+' : ''}${shift}${key}`;
}

const WRITES = new Set(['INPUT', 'TEXTAREA', 'SELECT']);
const EDITING = new Set(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'Backspace', 'Delete']);

/** Runs the action of a key; true when there was one. */
export function runKey(event: KeyboardEvent): boolean {
  if (event.isComposing || event.defaultPrevented) return false;
  if (event.ctrlKey && event.altKey) return false;
  const name = keyName(event);
  const target = event.target instanceof HTMLElement ? event.target : null;
  const writing = target !== null && (WRITES.has(target.tagName) || target.isContentEditable);
  const plain = !event.ctrlKey && !event.altKey && !event.metaKey && !/^F\d+$/.test(event.key) && event.key !== 'Escape';
  if (plain && writing) return false;
  // Word by word, paragraph by paragraph: in a text these belong to the text.
  if (writing && EDITING.has(event.key) && (event.ctrlKey || event.metaKey)) return false;
  // A button that stands in focus is what Enter and Space press.
  if (target?.closest('button, a, summary') !== null && target !== null && (name === 'Enter' || name === 'Space')) return false;
  const action = availableActions().find((candidate) => candidate.key === name);
  if (action === undefined) return false;
  event.preventDefault();
  action.run();
  return true;
}

const SHOWN: Record<string, string> = {
  Control: 'Ctrl',
  Enter: '⏎',
  ArrowRight: '→',
  ArrowLeft: '←',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  Backspace: '⌫',
};

/** `Control+Enter` → `Ctrl ⏎` */
export function shownKey(key: string): string {
  return key
    .split('+')
    .map((part) => SHOWN[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join(' ');
}
