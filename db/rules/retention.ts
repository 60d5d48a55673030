/**
 * How long a journal is kept. Pasientjournalloven § 25: until, for the nature of the care, it is no longer expected to be needed; by custom and by
 * the rules on handing journals over not before ten years after the last entry (norway.md J16). A clinic may keep for longer, never shorter.
 * When the time is over, deletion is still somebody's decision: this says what may not be deleted yet, not what must be.
 */

/** Years after the last entry. */
export const RETENTION_YEARS = 10;
/** What a clinic may choose at most. */
export const RETENTION_YEARS_MAX = 100;

/** What the clinic wants, never fewer than the ten. */
export const retentionYears = (wished: number | null): number => Math.max(RETENTION_YEARS, Math.trunc(wished ?? RETENTION_YEARS));

/** Last day on which the journal must be there. @param lastEntry the clinic's day of the last entry, `YYYY-MM-DD` */
export function keptUntil(lastEntry: string, wished: number | null = null): string {
  return yearsLater(lastEntry, retentionYears(wished));
}

/** Null when the time is over; else until when deletion for age is refused. A journal without entries has no last one, and no time that could be over. */
export function refuseForAge(
  lastEntry: string | null,
  today: string,
  wished: number | null = null,
): { code: 'retention/too-early'; until: string | null } | null {
  if (lastEntry === null) return { code: 'retention/too-early', until: null };
  const until = keptUntil(lastEntry, wished);
  return today > until ? null : { code: 'retention/too-early', until };
}

/** Latest day of a last entry whose time is over today: what a query asks by. */
export function dueBefore(today: string, wished: number | null = null): string {
  return yearsLater(today, -retentionYears(wished));
}

/** The 29th of February of a year that has none becomes the 1st of March: a day more, never one fewer. */
function yearsLater(day: string, years: number): string {
  return new Date(Date.UTC(Number(day.slice(0, 4)) + years, Number(day.slice(5, 7)) - 1, Number(day.slice(8, 10))))
    .toISOString()
    .slice(0, 10);
}
