/** FHIR's dates as stretches of time: `2026-11` is a month, a day is the clinic's (Europe/Oslo), and a comparison says how two stretches lie. */
import { clinicDayBounds } from '#db/rules/appointments.ts';

/** Half-open, ms since 1970. */
export interface Stretch {
  from: number;
  to: number;
}

const DATE = /^(\d{4})(-(\d{2})(-(\d{2})(T(\d{2}):(\d{2})(:(\d{2})(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

/** Undefined for what is no date. */
export function stretchOf(text: string): Stretch | undefined {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [, year = '', , month, , day, time, , , seconds, , fraction, zone] = match;
  if (day === undefined) return days(`${year}-${month ?? '01'}-01`, `${year}-${month ?? '12'}-31`, month);
  if (time === undefined) return isDay(`${year}-${month}-${day}`) ? days(`${year}-${month}-${day}`, `${year}-${month}-${day}`) : undefined;
  const from = Date.parse(zone === undefined ? `${text}${seconds === undefined ? ':00' : ''}Z` : text);
  if (Number.isNaN(from)) return undefined;
  // Of a second without fraction all of it is meant.
  return { from, to: from + (seconds === undefined ? 60_000 : fraction === undefined ? 1000 : 1) };
}

function days(first: string, last: string, month?: string): Stretch | undefined {
  const end = month === undefined ? last : lastOfMonth(last);
  const key = `${first} ${end}`;
  const known = asked.get(key);
  if (known !== undefined) return known;
  if (!isDay(first) || !isDay(end)) return undefined;
  const stretch = { from: Date.parse(clinicDayBounds(first).from), to: Date.parse(clinicDayBounds(end).to) };
  if (asked.size >= MOST_ASKED) asked.clear();
  asked.set(key, stretch);
  return stretch;
}
/** The same days are asked for again and again, and where midnight lies costs microseconds. */
const asked = new Map<string, Stretch>();
const MOST_ASKED = 20_000;

const lastOfMonth = (day: string): string => {
  const [year = 0, month = 0] = day.split('-').map(Number);
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
};
const isDay = (day: string): boolean => {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
};

export const PREFIXES = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'] as const;
export type Prefix = (typeof PREFIXES)[number];
const DAY_MS = 86_400_000;

/** R4 § 3.1.1.4.5. */
export function compares(prefix: Prefix, value: Stretch, wanted: Stretch): boolean {
  const within = value.from >= wanted.from && value.to <= wanted.to;
  switch (prefix) {
    case 'eq':
      return within;
    case 'ne':
      return !within;
    case 'gt':
      return value.to > wanted.to;
    case 'lt':
      return value.from < wanted.from;
    case 'ge':
      return within || value.to > wanted.to;
    case 'le':
      return within || value.from < wanted.from;
    case 'sa':
      return value.from >= wanted.to;
    case 'eb':
      return value.to <= wanted.from;
    case 'ap':
      return value.from < wanted.to + DAY_MS && value.to > wanted.from - DAY_MS;
  }
}

/** Where what compares so may lie: never narrower than the comparison. */
export function boundsOf(prefix: Prefix, wanted: Stretch): { from?: string; to?: string } {
  const iso = (ms: number): string => new Date(ms).toISOString();
  if (prefix === 'eq') return { from: iso(wanted.from), to: iso(wanted.to) };
  if (prefix === 'gt' || prefix === 'ge' || prefix === 'sa') return { from: iso(wanted.from) };
  if (prefix === 'lt' || prefix === 'le' || prefix === 'eb') return { to: iso(wanted.to) };
  return {};
}
