/**
 * Anti-entropy: in quiet minutes the laptop compares what it holds with what the server holds, one stretch of ids at a time,
 * by digests that both work out from rows. What differs is repaired from the server's rows and reported; a digest is never
 * taken over, and a row that the server does not know is reported and left as it is (SPEC.md E1–E3).
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isEntityName, type EntityName } from '#db/model/entities.ts';
import { entitiesFor } from '#db/sync/audience.ts';
import { fromBody } from '#db/sync/body.ts';
import { BEFORE_ALL, compareAnswerSchema, STRETCH, type CompareAnswer } from '#db/sync/compare.ts';
import { digestLine, digestOf } from '#db/sync/digest.ts';
import type { StoredRow } from '#db/sync/row.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { decodeRow, prepared, readReplica, writeReplica } from '#db/sqlite/store.ts';
import { applyFeed, type FeedEntry } from './apply.ts';
import { readCursor, serverFacts } from './cursor.ts';
import type { Fetch } from './ports.ts';

/** Rows worked on without a pause: a key that is pressed meanwhile waits for these only. */
const SLICE = 100;

const progressSchema = z.object({
  /** What is compared next; null when a whole round is done. */
  entity: z.string().nullable(),
  after: z.string(),
  /** When the last whole round ended, by this laptop's clock, and what it found. */
  doneAt: z.iso.datetime().nullable(),
  compared: z.int(),
  repaired: z.int(),
});
export type CheckProgress = z.infer<typeof progressSchema>;
const NEVER: CheckProgress = { entity: null, after: BEFORE_ALL, doneAt: null, compared: 0, repaired: 0 };
const KEY = 'sync.check';

export interface Difference {
  entity: EntityName;
  /** Rows that were put right from the server's. */
  repaired: string[];
  /** Rows that came from a server once and that it does not know any more; left as they are. */
  unknownToServer: string[];
}

export interface CheckDeps {
  db: SqliteDatabase;
  clinicId: string;
  serverUrl: string;
  credential(): string;
  fetch: Fetch;
  now(): Date;
  onDifference(difference: Difference): void;
  /** Rows were put right: what the window must ask for again. */
  onApplied(changed: ReadonlyMap<string, readonly string[]>): void;
}

export function checkProgress(db: SqliteDatabase): CheckProgress {
  const stored = readReplica(db, KEY);
  return stored === undefined ? NEVER : progressSchema.parse(JSON.parse(stored));
}

/** Begins a round, unless one is under way. */
export function beginRound(db: SqliteDatabase): void {
  const progress = checkProgress(db);
  if (progress.entity !== null) return;
  const [first] = entitiesFor('clinical');
  save(db, { ...progress, entity: first ?? null, after: BEFORE_ALL, compared: 0, repaired: 0 });
}

/**
 * Compares one stretch.
 * @returns whether it could be compared: not while the feed is being read, nor when the server does not answer
 */
export async function compareNext(deps: CheckDeps, signal: AbortSignal): Promise<boolean> {
  const { db } = deps;
  const progress = checkProgress(db);
  const { entity, after } = progress;
  if (entity === null || !atRest(db)) return false;
  if (!isEntityName(entity)) {
    save(db, { ...progress, entity: null });
    return false;
  }
  const answer = await ask(deps, { entity, after, limit: STRETCH }, signal);
  // After a restore everything is read anew anyway; until then the two have nothing in common to compare.
  if (answer === undefined || answer.epoch !== serverFacts.epoch(db) || !atRest(db)) return false;
  const mine = await digestHere(db, entity, after, answer.upTo, signal);
  if (mine === undefined) return false;
  const equal = mine.digest === answer.digest;
  const difference = equal ? undefined : await repair(deps, { entity, after }, signal);
  if (!equal && difference === undefined) return false;
  const found = difference === undefined ? 0 : difference.repaired.length + difference.unknownToServer.length;
  if (difference !== undefined && found > 0) deps.onDifference(difference);
  advance(deps, progress, entity, answer, found);
  return true;
}

function advance({ db, now }: CheckDeps, progress: CheckProgress, entity: EntityName, answer: CompareAnswer, found: number): void {
  const counts = { compared: progress.compared + answer.rows, repaired: progress.repaired + found };
  if (answer.upTo !== null) return save(db, { ...progress, ...counts, after: answer.upTo });
  const names = entitiesFor('clinical');
  const next = names[names.indexOf(entity) + 1] ?? null;
  save(db, { ...progress, ...counts, entity: next, after: BEFORE_ALL, doneAt: next === null ? now().toISOString() : progress.doneAt });
}

/** Everything has been read, and nothing is being read anew. */
function atRest(db: SqliteDatabase): boolean {
  const { complete, refetching } = readCursor(db);
  return complete && !refetching;
}

async function digestHere(db: SqliteDatabase, entity: EntityName, after: string, upTo: string | null, signal: AbortSignal) {
  const lines: string[] = [];
  for (let from = after; ;) {
    if (signal.aborted) return undefined;
    const rows = stretchHere(db, entity, from, upTo, SLICE);
    for (const row of rows) {
      const line = row.seq === 0 ? undefined : digestLine(entity, row, sha256);
      if (line !== undefined) lines.push(line);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < SLICE) return digestOf(lines, sha256);
    from = last.id;
    await pause();
  }
}

/** Reads the server's rows of a stretch that differs, and puts right those that are not explained by what is on its way. */
async function repair(
  deps: CheckDeps,
  { entity, after }: { entity: EntityName; after: string },
  signal: AbortSignal,
): Promise<Difference | undefined> {
  const { db, clinicId } = deps;
  const answer = await ask(deps, { entity, after, limit: STRETCH, withRows: true }, signal);
  if (answer?.content === undefined || answer.epoch !== serverFacts.epoch(db) || !atRest(db)) return undefined;
  const theirs = new Map(answer.content.map((row) => [row.id, row]));
  const difference: Difference = { entity, repaired: [], unknownToServer: [] };
  for (let from = 0; from < answer.content.length; from += SLICE) {
    if (signal.aborted) return undefined;
    const cursor = readCursor(db);
    const wrong = answer.content.slice(from, from + SLICE).filter((row) => differs(db, entity, row, cursor.passedSeq));
    if (wrong.length > 0) {
      const entries = wrong.map(({ id, seq, body }): FeedEntry => ({ clinicId, entity, id, seq, body, deleted: body === null }));
      deps.onApplied(applyFeed(db, entries, { cursor, force: true }).changed);
      difference.repaired.push(...wrong.map(({ id }) => id));
    }
    await pause();
  }
  for (const row of stretchHere(db, entity, after, answer.upTo, -1))
    if (!theirs.has(row.id) && row.seq > 0 && row.seq <= answer.seq && !row.deleted && !isPending(db, entity, row.id))
      difference.unknownToServer.push(row.id);
  return difference;
}

/** Not the same content, though the feed has passed it and nothing of our own lies over it. */
function differs(
  db: SqliteDatabase,
  entity: EntityName,
  row: { id: string; seq: number; body: string | null },
  passedSeq: number,
): boolean {
  if (row.seq > passedSeq || isPending(db, entity, row.id)) return false;
  const stored = prepared(db, `select * from "${entity}" where id = ?`).get(row.id);
  const here = stored === undefined ? undefined : { ...decodeRow(entity, stored) };
  if (here !== undefined && here.seq > row.seq) return false;
  const line = here === undefined ? undefined : digestLine(entity, here, sha256);
  if (row.body === null) return line !== undefined;
  return line !== lineOf(entity, row.id, row.body);
}

function lineOf(entity: EntityName, id: string, body: string): string | undefined {
  return digestLine(entity, fromBody(entity, { clinicId: '', id, seq: 1 }, body), sha256);
}

function isPending(db: SqliteDatabase, entity: EntityName, id: string): boolean {
  return prepared(db, 'select 1 from outbox where entity = ? and row_id = ? and passed = 0 limit 1').get(entity, id) !== undefined;
}

function stretchHere(db: SqliteDatabase, entity: EntityName, after: string, upTo: string | null, limit: number): StoredRow[] {
  return prepared(db, `select * from "${entity}" where id > ? and id <= ? order by id limit ?`)
    .all(after, upTo ?? 'g', limit)
    .map((raw) => ({ ...decodeRow(entity, raw) }));
}

async function ask(deps: CheckDeps, body: unknown, signal: AbortSignal): Promise<CompareAnswer | undefined> {
  try {
    const response = await deps.fetch(`${deps.serverUrl}/v1/compare`, {
      method: 'POST',
      headers: { authorization: `Bearer ${deps.credential()}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      cache: 'no-store',
      signal,
    });
    if (!response.ok) return undefined;
    const answer = compareAnswerSchema.safeParse(await response.json());
    return answer.success && !signal.aborted ? answer.data : undefined;
  } catch {
    return undefined;
  }
}

function save(db: SqliteDatabase, progress: CheckProgress): void {
  writeReplica(db, KEY, JSON.stringify(progress));
}

const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');
