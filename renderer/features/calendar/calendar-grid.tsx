/** The grid: columns beside each other, one marked place, and a booking on its way by keys or pointer. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CalendarItem, Room } from '#electron/contract/schedule.ts';
import { clinicDay, clinicMinutes } from '#db/rules/appointments.ts';
import { clockText } from '#db/rules/opening-hours.ts';
import { useActions } from '../../app/keys.ts';
import { formatDay } from '../chart/format.ts';
import { ColumnView, SCALE } from './column-view.tsx';
import { SNAP, shownRange, spotAt, stepFrom } from './columns.ts';
import type { Column, Direction, Spot } from './columns.ts';
import { ghostOf, KEYS_OF_MOVING, moveOf, pushed } from './moving.ts';
import type { Ghost, Move, Push } from './moving.ts';
import { useDrag } from './use-drag.ts';
import { useNow } from './use-now.ts';

interface Props {
  columns: readonly Column[];
  rooms: readonly Room[];
  label: string;
  showsDay: boolean;
  showsPerson: boolean;
  spot: Spot;
  idle: () => boolean;
  onSpot(spot: Spot): void;
  onEnter(): void;
  onMove(move: Move, item: CalendarItem): void;
  onProblem(said: string): void;
}

const ARROWS: readonly [Direction, string][] = [
  ['up', 'ArrowUp'],
  ['down', 'ArrowDown'],
  ['left', 'ArrowLeft'],
  ['right', 'ArrowRight'],
  ['first', 'Home'],
  ['last', 'End'],
];

export function CalendarGrid({ columns, rooms, label, showsDay, showsPerson, spot, idle, ...on }: Props) {
  const { t } = useTranslation('calendar');
  const scroll = useRef<HTMLDivElement>(null);
  const now = useNow();
  const range = useMemo(() => shownRange(columns), [columns]);
  const roomNames = useMemo(() => new Map(rooms.map(({ id, name }) => [id, name])), [rooms]);
  const [ghost, showGhost] = useState<Ghost | null>(null);
  // Keys may come faster than the grid is drawn: each goes on from where the one before it led.
  const here = useRef({ spot, ghost });
  here.current = { spot, ghost };
  const setGhost = (next: Ghost | null): void => {
    here.current.ghost = next;
    showGhost(next);
  };
  const setSpot = (next: Spot): void => {
    here.current.spot = next;
    on.onSpot(next);
  };
  const itemOf = (id: string | null): CalendarItem | undefined =>
    columns.flatMap(({ placed }) => placed).find(({ item }) => item.id === id)?.item;
  const marked = itemOf(spot.itemId);

  const put = (to: Ghost): void => {
    setGhost(null);
    const [item, move] = [itemOf(to.itemId), moveOf(to, columns)];
    if (item === undefined || move === null) return;
    on.onSpot({ column: to.column, minute: to.minute, itemId: to.itemId });
    on.onMove(move, item);
  };
  useDrag(scroll, {
    range,
    grab(id) {
      const item = itemOf(id);
      const column = columns.findIndex(({ placed }) => placed.some((one) => one.item.id === id));
      return item === undefined || !item.movable ? null : ghostOf(item, column, clinicMinutes(item.startsAt));
    },
    drop: put,
  });

  const free = () => idle() && ghost === null;
  const moving = () => idle() && ghost !== null;
  useActions([
    ...ARROWS.map(([direction, key]) => ({
      id: `calendar.${direction}`,
      label: t(`keys.${direction}`),
      key,
      when: free,
      run: () => setSpot(stepFrom(here.current.spot, direction, columns, range)),
    })),
    { id: 'calendar.enter', label: t('keys.open'), key: 'Enter', when: free, run: on.onEnter },
    {
      id: 'calendar.move',
      label: t('keys.move'),
      key: 'f',
      when: () => free() && marked !== undefined,
      run: () => {
        if (marked === undefined) return;
        if (marked.movable) setGhost(ghostOf(marked, spot.column, clinicMinutes(marked.startsAt)));
        else on.onProblem(t('notMovable'));
      },
    },
    ...(Object.entries(KEYS_OF_MOVING) as [Push, string][]).map(([push, key]) => ({
      id: `calendar.push.${push}`,
      label: t(`keys.${push}`),
      key,
      when: moving,
      run: () => here.current.ghost !== null && setGhost(pushed(here.current.ghost, push, columns.length, range)),
    })),
    {
      id: 'calendar.put',
      label: t('keys.put'),
      key: 'Enter',
      when: moving,
      run: () => here.current.ghost !== null && put(here.current.ghost),
    },
    { id: 'calendar.leave', label: t('keys.leave'), key: 'Escape', when: moving, run: () => setGhost(null) },
  ]);

  const opens = Math.min(...columns.flatMap(({ open }) => open.map(({ from }) => from)), 8 * 60);
  const shape = `${columns[0]?.key ?? ''}/${columns.length}`;
  useLayoutEffect(() => {
    if (scroll.current !== null) scroll.current.scrollTop = (opens - range.from - 15) * SCALE;
    // Once per shown span: what a person has scrolled to is left alone.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [shape]);
  useEffect(() => {
    scroll.current?.focus({ preventScroll: true });
  }, []);
  const at = ghost === null ? (spot.itemId === null ? 'cal-free' : `cal-${spot.itemId}`) : null;
  const [pointed, setPointed] = useState(false);
  useEffect(() => {
    if (pointed) return;
    const element = at === null ? scroll.current?.querySelector('.cal-ghost') : document.getElementById(at);
    element?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [at, spot, ghost, pointed]);

  /** A click marks what it points at. */
  const point = (event: { target: EventTarget; clientY: number }): void => {
    const target = event.target instanceof Element ? event.target : null;
    const column = Number(target?.closest<HTMLElement>('[data-column]')?.dataset['column'] ?? Number.NaN);
    const body = target?.closest('.cal-body') ?? null;
    const there = columns[column];
    if (there === undefined || body === null) return;
    setPointed(true);
    const id = target?.closest<HTMLElement>('[data-id]')?.dataset['id'];
    const minute = range.from + (event.clientY - body.getBoundingClientRect().top) / SCALE;
    const placed = there.placed.find(({ item }) => item.id === id);
    on.onSpot(
      placed === undefined
        ? spotAt(there, column, Math.floor(minute / SNAP) * SNAP)
        : { column, minute: placed.from, itemId: placed.item.id },
    );
  };
  const hours = Array.from({ length: Math.ceil((range.to - range.from) / 60) }, (_, hour) => range.from + hour * 60);
  return (
    <>
      <div
        ref={scroll}
        className="cal-scroll"
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-activedescendant={at ?? undefined}
        aria-multiselectable="false"
        data-moving={ghost === null ? undefined : ''}
        onKeyDown={() => setPointed(false)}
        onClick={point}
        onDoubleClick={() => ghost === null && on.onEnter()}
      >
        <div role="presentation" className="cal-grid">
          <div aria-hidden="true" className="cal-hours">
            <div style={{ height: 42 }} />
            {hours.map((minute) => (
              <div key={minute} style={{ height: 60 * SCALE }}>
                {clockText(minute)}
              </div>
            ))}
          </div>
          {columns.map((column, index) => (
            <ColumnView
              key={column.key}
              column={column}
              index={index}
              range={range}
              showsDay={showsDay}
              showsPerson={showsPerson}
              roomNames={roomNames}
              activeId={spot.column === index && ghost === null ? spot.itemId : null}
              activeMinute={spot.column === index && spot.itemId === null && ghost === null ? spot.minute : null}
              ghost={
                ghost !== null && (ghost.column === index || column.placed.some(({ item }) => item.id === ghost.itemId)) ? ghost : null
              }
              now={column.day === clinicDay(now) ? clinicMinutes(now) : null}
            />
          ))}
        </div>
      </div>
      <p className="cal-moving" role="status">
        {ghost === null ? '' : said(t, ghost, columns)}
      </p>
    </>
  );
}

function said(t: ReturnType<typeof useTranslation>['t'], ghost: Ghost, columns: readonly Column[]): string {
  const column = columns[ghost.column];
  return t('moving', {
    name: ghost.name,
    day: column === undefined ? '' : formatDay(`${column.day}T12:00:00Z`),
    from: clockText(ghost.minute),
    to: clockText(ghost.minute + ghost.minutes),
    person: column?.person.name ?? '',
  });
}
