/**
 * What becomes of bytes by the clock: what no row names goes, and never before its time; what lies where the operator no longer wants it is
 * moved. Every step stands for itself, on every copy of the server at once; a kill between two leaves something for the next turn.
 */
import { readClinic, withClinic, type Pool } from '#db/postgres/open.ts';
import { allClinics } from '#db/postgres/queries/compaction.ts';
import {
  dropUnused,
  dueGarbage,
  forgetGarbage,
  knownObjects,
  movePiece,
  piecesElsewhere,
  type Garbage,
} from '#db/postgres/queries/content-upkeep.ts';
import type { ObjectStore, Storage } from '../integrations/kit.ts';
import { codeOf } from '../jobs/queue.ts';
import { putObject, type ContentStore } from './content-store.ts';

export const UPKEEP_QUEUE = 'content-upkeep';
const DAY_MS = 86_400_000;
const BATCH = 200;
/** Longest time that a turn moves pieces for: the next one goes on. */
const MOVING_MS = 20 * 60_000;

export interface UpkeepDeps {
  pool: Pool;
  content: ContentStore;
  storage: Storage;
  now(): Date;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

/** What one turn did. */
export interface Upkept {
  /** Pieces that nobody names, or of uploads that were never finished. */
  dropped: number;
  removed: number;
  orphans: number;
  moved: number;
}

/** One turn over all clinics. What fails for one of them is said, and the others have their turn. */
export async function keepContent(deps: UpkeepDeps): Promise<void> {
  const until = performance.now() + MOVING_MS;
  for (const clinicId of await allClinics(deps.pool)) {
    try {
      const done = await keepClinicContent(deps, clinicId, until);
      if (Object.values(done).some((count) => count > 0))
        deps.log.info({ clinic: clinicId, ...done }, 'bytes of attachments were put in order');
    } catch (error) {
      deps.log.warn({ clinic: clinicId, code: codeOf(error) }, 'bytes of attachments were not put in order');
    }
  }
}

/** @param until of `performance.now()`: when it stops moving, and leaves the rest to the next turn */
export async function keepClinicContent(deps: UpkeepDeps, clinicId: string, until: number): Promise<Upkept> {
  const { pool, storage, now } = deps;
  const daysAgo = (days: number): Date => new Date(now().getTime() - days * DAY_MS);
  const dropped = await withClinic(pool, clinicId, (tx) =>
    dropUnused(tx, clinicId, daysAgo(storage.orphanDays), daysAgo(storage.deletedDays), now()),
  );
  const removed = await removeGarbage(deps, clinicId, daysAgo(storage.deletedDays));
  let orphans = 0;
  for (const store of storage.stores) orphans += await removeOrphans(deps, clinicId, store, daysAgo(storage.orphanDays));
  return { dropped, removed, orphans, moved: await movePieces(deps, clinicId, until) };
}

async function removeGarbage({ pool, storage, log }: UpkeepDeps, clinicId: string, before: Date): Promise<number> {
  let removed = 0;
  for (;;) {
    const due = await readClinic(pool, clinicId, (tx) => dueGarbage(tx, clinicId, before, BATCH));
    const gone: Garbage[] = [];
    for (const [name, mine] of Map.groupBy(due, ({ store }) => store)) {
      const store = storage.stores.find((one) => one.name === name);
      if (store === undefined) {
        log.warn({ store: name, waiting: mine.length }, 'objects wait in a store that is not configured');
        continue;
      }
      await store.remove(mine.map(({ object }) => object));
      gone.push(...mine);
    }
    if (gone.length > 0) await withClinic(pool, clinicId, (tx) => forgetGarbage(tx, clinicId, gone));
    removed += gone.length;
    if (due.length < BATCH || gone.length === 0) return removed;
  }
}

/** Put there by a copy that was killed before it could say so. */
async function removeOrphans({ pool }: UpkeepDeps, clinicId: string, store: ObjectStore, before: Date): Promise<number> {
  let removed = 0;
  let old: string[] = [];
  const judge = async (): Promise<void> => {
    const known = await readClinic(pool, clinicId, (tx) => knownObjects(tx, clinicId, old));
    const orphans = old.filter((object) => !known.has(object));
    await store.remove(orphans);
    removed += orphans.length;
    old = [];
  };
  for await (const { object, modifiedAt } of store.list(`${clinicId}/`)) {
    if (modifiedAt < before) old.push(object);
    if (old.length >= BATCH) await judge();
  }
  if (old.length > 0) await judge();
  return removed;
}

async function movePieces({ pool, content, storage }: UpkeepDeps, clinicId: string, until: number): Promise<number> {
  const [target] = storage.stores;
  if (target === undefined) return 0;
  // What lies in a store that is not configured any more stays there until it is again.
  const others = storage.stores.slice(1).map(({ name }) => name);
  let moved = 0;
  let after = { sha256: '', n: -1 };
  while (performance.now() < until) {
    const pieces = await readClinic(pool, clinicId, (tx) => piecesElsewhere(tx, clinicId, others, after, BATCH));
    for (const piece of pieces) {
      const bytes = await content.read(clinicId, piece.sha256, piece.n, 'any');
      if (bytes === undefined) continue;
      const put = await putObject(target, clinicId, piece.sha256, piece.n, bytes);
      const isMoved = await withClinic(pool, clinicId, (tx) => movePiece(tx, clinicId, piece, put));
      if (isMoved) moved += 1;
      else await target.remove([put.object]);
    }
    const last = pieces.at(-1);
    if (last === undefined || pieces.length < BATCH) return moved;
    after = last;
  }
  return moved;
}
