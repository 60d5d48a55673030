/**
 * How much absence is known here, against the 84 days after which a chiropractor's certificate is refused by Nav's rules: the total counts, earlier
 * certificates included (navikt/regulus-regula, rules/trees/hpr). What others wrote is not known here, so the answer is never «within».
 */
export const SICK_LEAVE_DAYS = 84;
/** Absences with fewer days between them are one. Nav's own rule for a case of absence; not found in a text of law here (norway.md has no source). */
const SAME_CASE_GAP = 16;
const DAY = 86_400_000;

export interface Absence {
  origin: 'here' | 'elsewhere' | 'none_earlier';
  fromDay: string;
  toDay: string;
  enteredInError: boolean;
}
export interface SickLeaveCount {
  /** Calendar days of the case as far as they are known here: at least so many. */
  atLeast: number;
  fromDay: string | null;
  toDay: string | null;
  /** Nobody has asked the patient about absence before this case. */
  earlierNotAsked: boolean;
  /** What is known already is more than a chiropractor may certify. */
  over: boolean;
  /** Last day of 84 if nothing more is known of; a reckoning, not a promise. */
  day84: string | null;
}

const at = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The case that ends last. */
export function sickLeaveCount(absences: readonly Absence[]): SickLeaveCount {
  const living = absences.filter((row) => !row.enteredInError);
  const spans = living
    .filter((row) => row.origin !== 'none_earlier' && row.toDay >= row.fromDay)
    .toSorted((a, b) => a.fromDay.localeCompare(b.fromDay));
  const days = new Set<number>();
  let until = Number.NEGATIVE_INFINITY;
  for (const { fromDay, toDay } of spans) {
    if (at(fromDay) - until > SAME_CASE_GAP * DAY) days.clear();
    for (let day = at(fromDay); day <= at(toDay); day += DAY) days.add(day);
    until = Math.max(until, at(toDay));
  }
  if (days.size === 0) return { atLeast: 0, fromDay: null, toDay: null, earlierNotAsked: true, over: false, day84: null };
  const ordered = [...days].toSorted((a, b) => a - b);
  const fromDay = dayOf(ordered[0] ?? 0);
  const toDay = dayOf(ordered.at(-1) ?? 0);
  const asked = living.some((row) => row.origin !== 'here' && at(row.toDay) >= at(fromDay) - SAME_CASE_GAP * DAY);
  const day84 = ordered[SICK_LEAVE_DAYS - 1];
  return {
    atLeast: days.size,
    fromDay,
    toDay,
    earlierNotAsked: !asked,
    over: days.size > SICK_LEAVE_DAYS,
    day84: day84 === undefined ? dayOf(at(toDay) + (SICK_LEAVE_DAYS - days.size) * DAY) : dayOf(day84),
  };
}
