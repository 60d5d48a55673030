/**
 * When a note has waited too long for its signature (helsepersonelloven § 40: written "without undue delay"; norway.md J8). Its writer is told in
 * the list; a week later the clinic's administrators are, with whose and how many, and nothing of patients.
 */
const DAY_MS = 86_400_000;
export const OVERDUE_DAYS = 7;
export const ESCALATED_DAYS = 14;

export interface Waiting {
  practitionerId: string;
  practitionerName: string;
  visitAt: string;
}
export interface OverdueOf {
  practitionerId: string;
  practitionerName: string;
  count: number;
  /** Instant of the oldest of these visits. */
  oldest: string;
}

/** Whole days from the visit until now. */
export function daysWaited(visitAt: string, now: string): number {
  return Math.max(0, Math.floor((Date.parse(now) - Date.parse(visitAt)) / DAY_MS));
}

/** Whose notes have waited for `ESCALATED_DAYS` or longer, the oldest first. */
export function escalated(notes: readonly Waiting[], now: string): OverdueOf[] {
  const late = notes.filter(({ visitAt }) => daysWaited(visitAt, now) >= ESCALATED_DAYS);
  return [...Map.groupBy(late, ({ practitionerId }) => practitionerId).values()]
    .flatMap((theirs) => {
      const [first] = theirs;
      if (first === undefined) return [];
      const oldest = theirs.reduce((least, { visitAt }) => (visitAt < least ? visitAt : least), first.visitAt);
      return [{ practitionerId: first.practitionerId, practitionerName: first.practitionerName, count: theirs.length, oldest }];
    })
    .toSorted((a, b) => (a.oldest < b.oldest ? -1 : 1));
}
