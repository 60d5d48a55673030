/** Which of a laptop's own backups are kept: the newest of each of seven days and of each of four weeks (security.md §1.4). */

export const KEPT_DAYS = 7;
export const KEPT_WEEKS = 4;

/**
 * @param madeAt instants of the backups there are
 * @returns those that may go. The newest always stays, whatever the clock says; days without a backup use up nothing.
 */
export function expendable(madeAt: readonly string[]): string[] {
  const newestFirst = madeAt.toSorted().toReversed();
  const kept = new Set([...firstOfEach(newestFirst, dayOf, KEPT_DAYS), ...firstOfEach(newestFirst, weekOf, KEPT_WEEKS)]);
  return newestFirst.filter((at) => !kept.has(at));
}

function firstOfEach(instants: readonly string[], group: (at: string) => string, limit: number): string[] {
  const found = new Map<string, string>();
  for (const at of instants) {
    const key = group(at);
    if (!found.has(key) && found.size < limit) found.set(key, at);
  }
  return [...found.values()];
}

const dayOf = (at: string): string => at.slice(0, 10);

/** The Monday of its week. */
function weekOf(at: string): string {
  const day = new Date(`${dayOf(at)}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return dayOf(day.toISOString());
}
