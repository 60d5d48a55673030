/**
 * Retention of the feed: deletions older than the retention leave it, a few hundred at a time, so that no save waits for more
 * than one small transaction. A laptop that was away for longer reads anew beside what it shows, and delivers all it wrote.
 */
import { withClinic, type Pool } from '#db/postgres/open.ts';
import { allClinics, compact, forgetMarks, hasTurn, markDay, placeOn } from '#db/postgres/queries/compaction.ts';

const BATCH = 500;
const DAY_MS = 86_400_000;

export interface CompactionDeps {
  pool: Pool;
  now(): Date;
  /** Days a deletion stays in the feed. */
  retentionDays: number;
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** @returns how many deletions left the feed, over all clinics */
export async function compactFeeds({ pool, now, retentionDays }: CompactionDeps): Promise<number> {
  const today = now().getTime();
  const horizon = dayOf(today - retentionDays * DAY_MS);
  let gone = 0;
  for (const clinicId of await allClinics(pool)) {
    const upTo = await withClinic(pool, clinicId, async (tx) => {
      await markDay(tx, clinicId, dayOf(today));
      return placeOn(tx, clinicId, horizon);
    });
    if (upTo === undefined) continue;
    for (;;) {
      const batch = await withClinic(pool, clinicId, async (tx) =>
        (await hasTurn(tx, clinicId)) ? compact(tx, clinicId, upTo, BATCH) : 0,
      );
      gone += batch;
      if (batch < BATCH) break;
    }
    await withClinic(pool, clinicId, (tx) => forgetMarks(tx, clinicId, horizon));
  }
  return gone;
}

const FIRST_MS = 10 * 60_000;
const EVERY_MS = 6 * 3_600_000;

/** Runs it every few hours; a failure is said and tried again at the next turn. */
export function startCompaction(
  deps: CompactionDeps,
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void },
) {
  let timer: NodeJS.Timeout;
  let running: Promise<void> = Promise.resolve();
  const turn = (): void => {
    running = compactFeeds(deps)
      .then(
        (gone) => {
          if (gone > 0) log.info({ gone }, 'deletions left the feed');
        },
        (error: unknown) => log.warn({ err: error }, 'the feed was not compacted'),
      )
      .finally(() => {
        timer = setTimeout(turn, EVERY_MS).unref();
      });
  };
  timer = setTimeout(turn, FIRST_MS).unref();
  return {
    async stop(): Promise<void> {
      clearTimeout(timer);
      await running;
      clearTimeout(timer);
    },
  };
}
