/**
 * When a message goes out, by the clinic's clock (Europe/Oslo). The day-before reminder comes at the same time by the wall, also when
 * the clocks were changed in between; the other keeps its real distance. In the clinic's quiet hours nothing is sent.
 */
import { clinicDay, clinicInstant, nextDay } from './appointments.ts';
import { messageTemplate } from './message-templates.ts';

const MINUTE = 60_000;
const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Oslo', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** What the clinic's wall clock shows, `14:30`. */
export const clinicTime = (instant: string): string => clock.format(new Date(instant));

export interface Quiet {
  quietFrom: string;
  quietTo: string;
}

/** A reminder that comes so late does not help: at least so long before the appointment. */
const LAST_MINUTES = 30;

/** What a person asks for to go out at once can be taken back for so long. */
export const UNDO_SECONDS = 10;

export type Due = { at: string } | { late: true };

/**
 * The first instant at which it may go out, not before `now`; `late` when that would be too close to the appointment, or after it.
 * @param startsAt of the appointment; null for what has none
 */
export function dueAt(templateId: string, startsAt: string | null, now: string, quiet: Quiet): Due {
  const before = messageTemplate(templateId)?.before;
  if (before === undefined || startsAt === null) return { at: outsideQuiet(now, quiet) };
  const wanted = before === 'day' ? dayBefore(startsAt) : minus(startsAt, before);
  const last = minus(startsAt, LAST_MINUTES);
  let at = outsideQuiet(later(wanted, now), quiet);
  // The morning would be too late: the evening before, if that is still to come.
  if (at > last) at = later(lastBeforeQuiet(later(wanted, now), quiet), now);
  return at > last || isQuiet(at, quiet) ? { late: true } : { at };
}

/** Whether the clinic's clock stands in its quiet hours. From 21:00 to 08:00: 21:00 is quiet, 08:00 is not. */
export function isQuiet(instant: string, { quietFrom, quietTo }: Quiet): boolean {
  if (quietFrom === quietTo) return false;
  const time = clinicTime(instant);
  return quietFrom < quietTo ? time >= quietFrom && time < quietTo : time >= quietFrom || time < quietTo;
}

function outsideQuiet(instant: string, quiet: Quiet): string {
  if (!isQuiet(instant, quiet)) return instant;
  const today = clinicInstant(clinicDay(instant), quiet.quietTo);
  return today > instant ? today : clinicInstant(nextDay(clinicDay(instant)), quiet.quietTo);
}

/** The last minute before the quiet hours in which this instant lies. */
function lastBeforeQuiet(instant: string, quiet: Quiet): string {
  const today = clinicInstant(clinicDay(instant), quiet.quietFrom);
  const began = today <= instant ? today : clinicInstant(previousDay(clinicDay(instant)), quiet.quietFrom);
  return minus(began, 1);
}

const dayBefore = (startsAt: string): string => clinicInstant(previousDay(clinicDay(startsAt)), clinicTime(startsAt));
const previousDay = (day: string): string => new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
const minus = (instant: string, minutes: number): string => new Date(Date.parse(instant) - minutes * MINUTE).toISOString();
const later = (a: string, b: string): string => (a > b ? a : b);
