/**
 * The clinic's day and its bookings. Days are Norwegian days (Europe/Oslo, with summer time); times are stored as
 * instants in UTC. Opening hours: opening-hours.ts.
 */
import type { Row } from '../model/entity.ts';
import type { appointment } from '../model/practice.ts';

type Status = Row<typeof appointment>['status'];
export interface Slot {
  startsAt: string;
  durationMinutes: number;
}

const ZONE = 'Europe/Oslo';
const MINUTE = 60_000;

const parts = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** What the clinic's wall clock shows at this instant, as if it were UTC. */
function wallClock(instantMs: number): number {
  const found = Object.fromEntries(parts.formatToParts(instantMs).map((part) => [part.type, Number(part.value)]));
  return Date.UTC(
    found['year'] ?? 0,
    (found['month'] ?? 1) - 1,
    found['day'] ?? 1,
    found['hour'] ?? 0,
    found['minute'] ?? 0,
    found['second'] ?? 0,
  );
}

/** The instant at which the clinic's wall clock shows this day and minute. */
function instantAt(day: string, minutes: number): number {
  const wanted = Date.parse(`${day}T00:00:00Z`) + minutes * MINUTE;
  const first = wanted - (wallClock(wanted) - wanted);
  return wanted - (wallClock(first) - first);
}

/** The clinic's date at this instant, `YYYY-MM-DD`. */
export function clinicDay(instant: string): string {
  return new Date(wallClock(Date.parse(instant))).toISOString().slice(0, 10);
}

/** The instant of a wall-clock time such as `14:30`; in the hour that spring skips, an hour later. */
export function clinicInstant(day: string, time: string): string {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return clinicInstantAt(day, hours * 60 + minutes);
}

/** The instant of a day and its minutes after midnight on the wall clock. */
export function clinicInstantAt(day: string, minutes: number): string {
  return new Date(instantAt(day, minutes)).toISOString();
}

/** Minutes after midnight on the clinic's wall clock. */
export function clinicMinutes(instant: string): number {
  const shown = new Date(wallClock(Date.parse(instant)));
  return shown.getUTCHours() * 60 + shown.getUTCMinutes();
}

/** First instant of the day and of the next: 23, 24 or 25 hours apart. */
export function clinicDayBounds(day: string): { from: string; to: string } {
  return { from: new Date(instantAt(day, 0)).toISOString(), to: new Date(instantAt(nextDay(day), 0)).toISOString() };
}

export function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

/** A cancelled booking and one that nobody came to leave their time free. */
export function holdsTime(status: Status): boolean {
  return status !== 'cancelled' && status !== 'no_show';
}

/**
 * Whether a booking may be given another time. Who has been seen was seen when they were; a cancelled booking and a no-show say when
 * nobody came.
 * @param signed a signed note stands for it
 */
export function movable(status: Status, signed: boolean): boolean {
  return !signed && (status === 'booked' || status === 'arrived');
}

/** Whether the two share a minute; one that ends when the other begins does not. */
export function overlaps(a: Slot, b: Slot): boolean {
  const [fromA, fromB] = [Date.parse(a.startsAt), Date.parse(b.startsAt)];
  return fromA < fromB + b.durationMinutes * MINUTE && fromB < fromA + a.durationMinutes * MINUTE;
}

export interface Booking extends Slot {
  id: string;
  practitionerId: string;
  meantBeside: readonly string[];
}

/**
 * Pairs of bookings that share a minute of one practitioner and that nobody meant so: two laptops booked without knowing of
 * each other. In order of time.
 */
export function doubleBookings<B extends Booking>(bookings: readonly B[]): (readonly [B, B])[] {
  const inOrder = bookings.toSorted((a, b) => (a.startsAt < b.startsAt ? -1 : a.startsAt > b.startsAt ? 1 : 0));
  return inOrder.flatMap((first, at) => {
    const pairs: (readonly [B, B])[] = [];
    const end = Date.parse(first.startsAt) + first.durationMinutes * MINUTE;
    for (let next = at + 1; next < inOrder.length; next += 1) {
      const second = inOrder[next];
      if (second === undefined || Date.parse(second.startsAt) >= end) break;
      const meant = first.meantBeside.includes(second.id) || second.meantBeside.includes(first.id);
      if (first.practitionerId === second.practitionerId && !meant) pairs.push([first, second]);
    }
    return pairs;
  });
}
