/** Free places in a practitioner's day. */
import type { WeekHours } from '../model/clinic.ts';
import { clinicDay, clinicInstantAt, nextDay, overlaps } from './appointments.ts';
import type { Slot } from './appointments.ts';
import { openSpans, USUAL_HOURS } from './opening-hours.ts';

const MINUTE = 60_000;
/** How far ahead a free place is looked for. Bookings of all these days must be known. */
export const HORIZON_DAYS = 60;

/**
 * Free places within opening hours, from a time on. The asked time itself comes first when it is free; the others
 * follow at the length of the visit.
 */
export function freeSlots(
  busy: readonly Slot[],
  from: string,
  durationMinutes: number,
  limit: number,
  hours: WeekHours = USUAL_HOURS,
): Slot[] {
  const found: Slot[] = [];
  let day = clinicDay(from);
  for (let days = 0; days < HORIZON_DAYS && found.length < limit; days += 1, day = nextDay(day))
    for (const span of openSpans(hours, day)) {
      const close = Date.parse(clinicInstantAt(day, span.to));
      let at = Math.max(Date.parse(clinicInstantAt(day, span.from)), Date.parse(from));
      while (at + durationMinutes * MINUTE <= close && found.length < limit) {
        const slot = { startsAt: new Date(at).toISOString(), durationMinutes };
        const inTheWay = busy.filter((booking) => overlaps(slot, booking));
        if (inTheWay.length === 0) {
          found.push(slot);
          at += durationMinutes * MINUTE;
        } else at = Math.max(...inTheWay.map((booking) => Date.parse(booking.startsAt) + booking.durationMinutes * MINUTE));
      }
    }
  return found;
}

/** The free place of the same day that lies nearest to the time; the earlier of two. Null when the day is full or closed. */
export function nearestFree(busy: readonly Slot[], wanted: Slot, hours: WeekHours, stepMinutes = 5): Slot | null {
  const day = clinicDay(wanted.startsAt);
  const at = Date.parse(wanted.startsAt);
  const candidates = openSpans(hours, day).flatMap((span) => {
    const starts: number[] = [];
    for (let minute = span.from; minute + wanted.durationMinutes <= span.to; minute += stepMinutes)
      starts.push(Date.parse(clinicInstantAt(day, minute)));
    return starts;
  });
  const nearest = candidates
    .toSorted((a, b) => Math.abs(a - at) - Math.abs(b - at) || a - b)
    .find((start) => {
      const slot = { startsAt: new Date(start).toISOString(), durationMinutes: wanted.durationMinutes };
      return !busy.some((booking) => overlaps(slot, booking));
    });
  return nearest === undefined ? null : { startsAt: new Date(nearest).toISOString(), durationMinutes: wanted.durationMinutes };
}
