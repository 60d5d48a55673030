/** Where each booking stands: columns, lanes beside each other, and the places the arrows go to. Pure. */
import type { CalendarItem, CalendarPerson } from '#electron/contract/schedule.ts';
import { clinicDay, clinicMinutes } from '#db/rules/appointments.ts';
import { openSpans } from '#db/rules/opening-hours.ts';
import type { Span } from '#db/rules/opening-hours.ts';
import { publicHoliday } from '#db/rules/public-holidays.ts';
import type { Holiday } from '#db/rules/public-holidays.ts';

export interface Placed {
  item: CalendarItem;
  /** Minutes after midnight on the wall clock. */
  from: number;
  to: number;
  lane: number;
  lanes: number;
}
export interface Column {
  key: string;
  day: string;
  person: CalendarPerson;
  placed: readonly Placed[];
  open: readonly Span[];
  holiday: Holiday | null;
}
/** One place in the grid: a booking, or a free time. */
export interface Spot {
  column: number;
  minute: number;
  itemId: string | null;
}

/** The arrows go by a quarter of an hour. */
export const STEP = 15;
/** A booking is moved and drawn out by five minutes. */
export const SNAP = 5;

export function buildColumns(items: readonly CalendarItem[], days: readonly string[], people: readonly CalendarPerson[]): Column[] {
  const byColumn = new Map<string, CalendarItem[]>();
  for (const item of items) {
    const key = `${clinicDay(item.startsAt)}/${item.practitionerId}`;
    const there = byColumn.get(key);
    if (there === undefined) byColumn.set(key, [item]);
    else there.push(item);
  }
  return days.flatMap((day) =>
    people.map((person) => ({
      key: `${day}/${person.id}`,
      day,
      person,
      placed: inLanes(byColumn.get(`${day}/${person.id}`) ?? []),
      open: openSpans(person.hours, day),
      holiday: publicHoliday(day),
    })),
  );
}

/** Bookings that share a minute stand beside each other. Items come in order of time. */
export function inLanes(items: readonly CalendarItem[]): Placed[] {
  const placed: Placed[] = [];
  let group: Placed[] = [];
  let until = -1;
  const close = (): void => {
    const lanes = Math.max(1, ...group.map(({ lane }) => lane + 1));
    for (const one of group) one.lanes = lanes;
    placed.push(...group);
    group = [];
  };
  for (const item of items) {
    const from = clinicMinutes(item.startsAt);
    const to = from + item.durationMinutes;
    if (from >= until) close();
    const taken = new Set(group.filter((one) => one.to > from).map(({ lane }) => lane));
    let lane = 0;
    while (taken.has(lane)) lane += 1;
    group.push({ item, from, to, lane, lanes: 1 });
    until = Math.max(until, to);
  }
  close();
  return placed;
}

/** First and last minute that is drawn: the open day with an hour of air, and every booking. */
export function shownRange(columns: readonly Column[]): Span {
  const starts = columns.flatMap(({ open, placed }) => [...open.map(({ from }) => from - 60), ...placed.map(({ from }) => from)]);
  const ends = columns.flatMap(({ open, placed }) => [...open.map(({ to }) => to + 120), ...placed.map(({ to }) => to)]);
  return {
    from: Math.max(0, Math.floor(Math.min(7 * 60, ...starts) / 60) * 60),
    to: Math.min(24 * 60, Math.ceil(Math.max(18 * 60, ...ends) / 60) * 60),
  };
}

/** Where the arrows stop in a column, downwards: every booking, and every quarter that is free. */
function stopsOf({ placed }: Column, range: Span): { minute: number; itemId: string | null }[] {
  const stops: { minute: number; itemId: string | null }[] = placed.map(({ from, item }) => ({ minute: from, itemId: item.id }));
  for (let minute = range.from; minute < range.to; minute += STEP)
    if (!placed.some(({ from, to }) => from <= minute && minute < to)) stops.push({ minute, itemId: null });
  return stops.toSorted((a, b) => a.minute - b.minute);
}

export type Direction = 'up' | 'down' | 'left' | 'right' | 'first' | 'last';

/** The place an arrow leads to; the same place at an edge. */
export function stepFrom(spot: Spot, direction: Direction, columns: readonly Column[], range: Span): Spot {
  const here = columns[spot.column];
  if (here === undefined) return { column: 0, minute: range.from, itemId: null };
  if (direction === 'left' || direction === 'right') return beside(spot, direction === 'left' ? -1 : 1, columns, range);
  const stops = stopsOf(here, range);
  const at = stops.findIndex((stop) =>
    spot.itemId === null ? stop.itemId === null && stop.minute >= spot.minute : stop.itemId === spot.itemId,
  );
  const to = { up: at - 1, down: at + 1, first: 0, last: stops.length - 1 }[direction];
  const stop = stops[Math.max(0, Math.min(stops.length - 1, to))];
  return stop === undefined ? spot : { column: spot.column, ...stop };
}

function beside(spot: Spot, by: number, columns: readonly Column[], range: Span): Spot {
  const next = spot.column + by;
  const column = columns[next];
  return column === undefined ? spot : spotAt(column, next, Math.max(range.from, spot.minute));
}

/** The booking at this time of a column, else the time itself. */
export function spotAt(column: Column, at: number, minute: number): Spot {
  const there = column.placed.find(({ from, to }) => from <= minute && minute < to);
  return { column: at, minute: there?.from ?? Math.floor(minute / SNAP) * SNAP, itemId: there?.item.id ?? null };
}

/** Where a booking stands. */
export function spotOf(columns: readonly Column[], itemId: string | null): Spot | null {
  if (itemId === null) return null;
  for (const [column, { placed }] of columns.entries()) {
    const found = placed.find(({ item }) => item.id === itemId);
    if (found !== undefined) return { column, minute: found.from, itemId };
  }
  return null;
}
