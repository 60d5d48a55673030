/**
 * When the clinic and its practitioners are open. Closed on public holidays: lov om helligdager og helligdagsfred § 2, and 1 and
 * 17 May (lov om 1 og 17 mai som høgtidsdager).
 */
import type { WeekHours } from '../model/clinic.ts';
import { clinicDay, clinicMinutes } from './appointments.ts';
import type { Slot } from './appointments.ts';
import { publicHoliday } from './public-holidays.ts';

export interface Span {
  /** Minutes after midnight on the wall clock. */
  from: number;
  to: number;
}

const WORKDAY: Span[] = [{ from: 8 * 60, to: 16 * 60 }];
/** Until the clinic says otherwise: Monday to Friday, 08–16. */
export const USUAL_HOURS: WeekHours = [WORKDAY, WORKDAY, WORKDAY, WORKDAY, WORKDAY, [], []];

/** A practitioner's own hours, else the clinic's, else the usual. */
export function hoursOf(own: WeekHours | null, clinics: WeekHours | null): WeekHours {
  return own ?? clinics ?? USUAL_HOURS;
}

/** 0 is Monday. */
export function weekdayOf(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
}

/** When it is open on this day; nothing on a public holiday. */
export function openSpans(hours: WeekHours, day: string): readonly Span[] {
  return publicHoliday(day) === null ? (hours[weekdayOf(day)] ?? []) : [];
}

/** Whether the whole booking lies within one open span of its day. */
export function isOpenAt(hours: WeekHours, { startsAt, durationMinutes }: Slot): boolean {
  const from = clinicMinutes(startsAt);
  return openSpans(hours, clinicDay(startsAt)).some((span) => span.from <= from && from + durationMinutes <= span.to);
}

const CLOCK = /^([01]?\d|2[0-4])(?:[:.]?([0-5]\d))?$/;

/**
 * `08–12, 12:30–16` as spans, in order; an empty text is closed.
 * @returns null when it cannot be read, goes past midnight or has spans over each other
 */
export function parseHours(text: string): Span[] | null {
  if (text.trim() === '') return [];
  const spans = text.split(/[,;]/).map((part) => part.split(/[–—-]/).map((side) => minutesOf(side.trim())));
  const read = spans.map(([from = null, to = null, ...rest]) => (from === null || to === null || rest.length > 0 ? null : { from, to }));
  const known = read.filter((span) => span !== null).toSorted((a, b) => a.from - b.from);
  const sound = known.every((span, at) => span.from < span.to && span.from >= (known[at - 1]?.to ?? 0));
  return known.length === read.length && known.length <= 6 && sound ? known : null;
}

function minutesOf(text: string): number | null {
  const found = CLOCK.exec(text);
  const minutes = found === null ? Number.NaN : Number(found[1]) * 60 + Number(found[2] ?? 0);
  return minutes <= 24 * 60 ? minutes : null;
}

/** `08:00` */
export function clockText(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/** Spans as `parseHours` reads them. */
export function hoursText(spans: readonly Span[]): string {
  return spans.map(({ from, to }) => `${clockText(from)}–${clockText(to)}`).join(', ');
}
