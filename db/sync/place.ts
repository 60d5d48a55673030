/**
 * Places in a clinic's feed across a restore. A server that comes back from a backup leaps to the next span
 * (db/postgres/migrate.ts, newEpoch): a place that was given out after the backup is never given to another row.
 */

/** No clinic writes so many rows between two restores. */
export const EPOCH_SPAN = 1_000_000_000;

/** How many restores lie before this place. */
export function epochOf(seq: number): number {
  return Math.floor(seq / EPOCH_SPAN);
}

/** The first place after a restore at `seq`. */
export function nextEpoch(seq: number): number {
  return (epochOf(seq) + 1) * EPOCH_SPAN;
}
