/** Bookings that come again. The wall clock stays: 14:30 is 14:30 on both sides of summer time. */
import { clinicDay, clinicInstantAt, clinicMinutes, nextDay } from './appointments.ts';
import { weekdayOf } from './opening-hours.ts';

export interface Recurrence {
  /** The first one, an instant in UTC. */
  startsAt: string;
  everyWeeks: number;
  /** 0 is Monday; empty: the weekday of the first one. */
  weekdays: readonly number[];
  /** How many in all. */
  times: number;
}

/** More than a year of weekly visits is not planned. */
export const MOST_TIMES = 52;

/**
 * The instants of a series, in order. Weeks are counted from the Monday of the first one's week; days before the first one are
 * left out.
 */
export function occurrences({ startsAt, everyWeeks, weekdays, times }: Recurrence): string[] {
  const first = clinicDay(startsAt);
  const minutes = clinicMinutes(startsAt);
  const wanted = new Set(weekdays.length === 0 ? [weekdayOf(first)] : weekdays);
  const found: string[] = [];
  let day = first;
  let week = 0;
  const most = Math.min(times, MOST_TIMES);
  while (found.length < most) {
    if (week % everyWeeks === 0 && wanted.has(weekdayOf(day))) found.push(clinicInstantAt(day, minutes));
    day = nextDay(day);
    if (weekdayOf(day) === 0) week += 1;
  }
  return found;
}
