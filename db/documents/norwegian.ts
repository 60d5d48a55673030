/** Dates and numbers as a Norwegian reader expects them, the same on every machine: no locale data, no machine time zone. */
import { parseNationalId } from '#db/rules/fodselsnummer.ts';
import { formatOre } from '#db/rules/money.ts';

const months = ['januar', 'februar', 'mars', 'april', 'mai', 'juni', 'juli', 'august', 'september', 'oktober', 'november', 'desember'];

/** `2026-11-23` → `23. november 2026`; anything else is printed as it stands. */
export function longDate(date: string): string {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})/.exec(date) ?? [];
  const name = months[Number(month) - 1];
  return year === undefined || name === undefined ? date : `${Number(day)}. ${name} ${year}`;
}

const oslo = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/Oslo',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** An instant on the clocks of Norway: date `YYYY-MM-DD` and time `HH:MM`. Throws when it is not an instant. */
export function inNorway(instant: string): { date: string; time: string } {
  const parts = new Map(oslo.formatToParts(instantOf(instant)).map((part) => [part.type, part.value]));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  return { date: `${part('year')}-${part('month')}-${part('day')}`, time: `${part('hour')}:${part('minute')}` };
}

/** Throws when the text is not an ISO instant: a signature without a time is a bug, not a gap. */
export function instantOf(iso: string): Date {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime()) || !/^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:\d{2})$/.test(iso)) throw new RangeError('not an instant');
  return date;
}

/** `999888777` → `999 888 777`; other lengths as they are. */
export function orgNumber(value: string): string {
  return /^\d{9}$/.test(value) ? `${value.slice(0, 3)}\u00a0${value.slice(3, 6)}\u00a0${value.slice(6)}` : value;
}

const kinds = { fnr: 'Fødselsnummer', dnr: 'D-nummer', hnr: 'Hjelpenummer' } as const;

/** `Fødselsnummer 010190 12345`, by the number's own kind. */
export function nationalId(value: string): string {
  const parsed = parseNationalId(value, { synthetic: true });
  const kind = parsed.ok ? kinds[parsed.kind] : kinds.fnr;
  return `${kind} ${/^\d{11}$/.test(value) ? `${value.slice(0, 6)}\u00a0${value.slice(6)}` : value}`;
}

/** Øre as kroner with two decimals, as a receipt writes them: `70000` → `700,00`. */
export function kroner(ore: number): string {
  return ore % 100 === 0 ? `${formatOre(ore)},00` : formatOre(ore);
}

/** The filled ones of these, joined. */
export function joined(parts: readonly (string | null | undefined)[], separator: string): string {
  return parts.flatMap((part) => (part === null || part === undefined || part.trim() === '' ? [] : [part.trim()])).join(separator);
}

export function capitalised(text: string): string {
  const [first = '', ...rest] = Array.from(text.trim());
  return first.toLocaleUpperCase('nb') + rest.join('');
}
