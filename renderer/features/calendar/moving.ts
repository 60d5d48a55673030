/** A booking on its way to another time: with keys, and what is sent when it gets there. */
import type { CalendarItem } from '#electron/contract/schedule.ts';
import { clinicInstantAt } from '#db/rules/appointments.ts';
import type { Span } from '#db/rules/opening-hours.ts';
import { SNAP, STEP } from './columns.ts';
import type { Column } from './columns.ts';

/** Where it would come to stand. */
export interface Ghost {
  itemId: string;
  name: string;
  column: number;
  minute: number;
  minutes: number;
}
export interface Move {
  id: string;
  startsAt: string;
  durationMinutes: number;
  practitionerId: string;
}

export function ghostOf(item: CalendarItem, column: number, minute: number): Ghost {
  return { itemId: item.id, name: item.familyName, column, minute, minutes: item.durationMinutes };
}

export const KEYS_OF_MOVING = {
  up: 'ArrowUp',
  down: 'ArrowDown',
  left: 'ArrowLeft',
  right: 'ArrowRight',
  shorter: 'Shift+ArrowUp',
  longer: 'Shift+ArrowDown',
  earlier: 'Alt+Shift+ArrowUp',
  later: 'Alt+Shift+ArrowDown',
} as const;
export type Push = keyof typeof KEYS_OF_MOVING;

/** A push of the keyboard: quarter by quarter, `earlier` and `later` by five minutes. Stays in the drawn day. */
export function pushed(ghost: Ghost, push: Push, columns: number, range: Span): Ghost {
  const by = { up: -STEP, down: STEP, earlier: -SNAP, later: SNAP, left: 0, right: 0, shorter: 0, longer: 0 }[push];
  const longer = push === 'longer' ? SNAP : push === 'shorter' ? -SNAP : 0;
  const sideways = push === 'right' ? 1 : push === 'left' ? -1 : 0;
  return kept({ ...ghost, minute: ghost.minute + by, minutes: ghost.minutes + longer, column: ghost.column + sideways }, columns, range);
}

/** Within what is drawn, and as long as a booking may be. */
export function kept(ghost: Ghost, columns: number, range: Span): Ghost {
  const minute = Math.max(range.from, Math.min(range.to - SNAP, ghost.minute));
  const minutes = Math.max(SNAP, Math.min(600, range.to - minute, ghost.minutes));
  return { ...ghost, minute, minutes, column: Math.max(0, Math.min(columns - 1, ghost.column)) };
}

export function moveOf(ghost: Ghost, columns: readonly Column[]): Move | null {
  const column = columns[ghost.column];
  if (column === undefined) return null;
  return {
    id: ghost.itemId,
    startsAt: clinicInstantAt(column.day, ghost.minute),
    durationMinutes: ghost.minutes,
    practitionerId: column.person.id,
  };
}

/** Whether it would change anything. */
export function differs(move: Move, item: CalendarItem): boolean {
  return move.startsAt !== item.startsAt || move.durationMinutes !== item.durationMinutes || move.practitionerId !== item.practitionerId;
}
