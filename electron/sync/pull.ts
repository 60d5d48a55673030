/**
 * Down: the clinic's feed as an Electric shape, read by the unmodified client. It and carried.ts alone
 * import `@electric-sql/client`. Each batch is applied with its cursor before the next one is asked for (SPEC.md D1–D5).
 */
import { FetchError, isChangeMessage, isControlMessage, ShapeStream, type Message, type Offset, type Row } from '@electric-sql/client';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { applyFeed, type Applied, type FeedEntry } from './apply.ts';
import { createCarrier } from './carried.ts';
import { readCursor, type Cursor } from './cursor.ts';
import { failureOf, type Failure, type Fetch } from './ports.ts';
import { beginRefetch, gather, swap } from './refetch.ts';

export interface PullDeps {
  db: SqliteDatabase;
  clinicId: string;
  serverUrl: string;
  credential(): string;
  fetch: Fetch;
  /** Distinguishes this stream from earlier ones in the client's memory. */
  nonce(): string;
  onRows(applied: Applied): void;
  onUpToDate(applied: Applied): void;
  /** The feed begins anew. */
  onMustRefetch(): void;
  /**
   * Asks the server, by a push, whether it was restored. False when that cannot be known now: then nothing of a new feed may
   * take the place of what is shown, or our own acknowledged changes would vanish from sight until they are sent again.
   */
  confirmEpoch(): Promise<boolean>;
  /** Awaited before the feed is asked for news. */
  pace(): Promise<unknown>;
  onFailure(failure: Failure): void;
  /** Any answer of the server; the network is back. */
  onAnswer(): void;
}

export interface Pull {
  stop(): void;
}

/**
 * Reads the feed from the stored cursor until stopped. Network faults are reported and retried by the client
 * itself; a refusal, or a fault of our own (disk full), ends the stream and is reported once.
 */
export function startPull(deps: PullDeps): Pull {
  const { db, serverUrl, credential } = deps;
  const aborter = new AbortController();
  let cursor = readCursor(db);
  let ended = false;
  const end = (failure: Failure) => {
    if (ended) return;
    ended = true;
    aborter.abort();
    deps.onFailure(failure);
  };
  const watched = watchedFetch(deps);
  // The push that asks for the epoch may find the server back and connect anew: then this stream is over, and the one after it
  // reads on. Were both to put the gathered rows in place, the second would find none, and take all that is shown away.
  const current = { ...deps, confirmEpoch: async () => (await deps.confirmEpoch()) && !ended };
  const carrier = createCarrier<FeedValues>();
  const stream = new ShapeStream<FeedValues>({
    url: `${serverUrl}/v1/shape`,
    // The client remembers cursors per address for the life of the process, and then holds an `up-to-date`
    // back from a second stream; `stream` makes the address its own, and never leaves this machine.
    params: { table: 'feed', replica: 'full', stream: deps.nonce() },
    headers: { authorization: () => `Bearer ${credential()}` },
    offset: cursor.offset as Offset,
    ...(cursor.handle === null ? {} : { handle: cursor.handle }),
    signal: aborter.signal,
    fetchClient: async (input, init) => {
      if (/[?&]live=true/.test(input instanceof Request ? input.url : String(input))) await deps.pace();
      return await carrier.lighten(await watched(input, init));
    },
    parser: AS_SENT,
    backoffOptions: { initialDelay: 500, maxDelay: 10_000, multiplier: 2 },
    onError: (error) => {
      end(error instanceof FetchError ? failureOf(error.status, codeIn(error)) : { kind: 'no-answer', code: 'sync/stream' });
    },
  });
  stream.subscribe(
    async (messages) => {
      if (ended) return;
      try {
        cursor = await takeBatch(current, stream, cursor, carrier.unload(messages));
      } catch (error) {
        end({ kind: 'no-answer', code: ownFault(error) });
      }
    },
    () => {
      // Reported through onError already.
    },
  );
  return {
    stop() {
      ended = true;
      aborter.abort();
    },
  };
}

export interface FeedValues extends Row<never> {
  clinic_id: string;
  entity: string;
  id: string;
  seq: string;
  deleted: string;
  body: string | null;
}

/** Values stay the strings they are on the wire: a body is parsed once, by us. */
const asSent = (value: string) => value;
const AS_SENT = Object.fromEntries(['int2', 'int4', 'int8', 'bool', 'json', 'jsonb', 'float4', 'float8'].map((type) => [type, asSent]));

type Stream = Pick<ShapeStream<FeedValues>, 'lastOffset' | 'shapeHandle' | 'isUpToDate'>;

/**
 * Takes one batch of the stream into the replica, with the cursor after it.
 * @throws what the database throws, with nothing changed
 */
export async function takeBatch(
  deps: Pick<PullDeps, 'db' | 'clinicId' | 'onRows' | 'onUpToDate' | 'onMustRefetch' | 'confirmEpoch'>,
  stream: Stream,
  before: Cursor,
  messages: readonly Message<FeedValues>[],
): Promise<Cursor> {
  const { db, clinicId } = deps;
  let cursor = before;
  if (messages.some((message) => isControlMessage(message) && message.headers.control === 'must-refetch')) {
    deps.onMustRefetch();
    if (!(await deps.confirmEpoch())) throw new EpochUnknown();
    // A replica that has read nothing yet has nothing to protect: it simply starts again.
    return before.complete || before.refetching || before.seenSeq > 0 ? beginRefetch(db) : { ...before, handle: null, offset: '-1' };
  }
  const entries: FeedEntry[] = [];
  for (const message of messages) {
    if (!isChangeMessage(message)) continue;
    const entry = toEntry(message.value);
    entries.push(entry);
    if (entry.seq > cursor.seenSeq) cursor = { ...cursor, seenSeq: entry.seq };
  }
  const upToDate = stream.isUpToDate;
  cursor = { ...cursor, handle: stream.shapeHandle ?? null, offset: stream.lastOffset };
  if (upToDate) cursor = { ...cursor, complete: true, passedSeq: Math.max(cursor.seenSeq, placeIn(cursor, clinicId)) };

  if (cursor.refetching && upToDate) {
    // It may have been restored after the feed was begun anew.
    if (!(await deps.confirmEpoch())) throw new EpochUnknown();
    cursor = { ...cursor, refetching: false };
    gather(db, entries, { ...cursor, refetching: true, complete: before.complete, passedSeq: before.passedSeq });
    deps.onUpToDate(swap(db, clinicId, cursor));
  } else if (cursor.refetching) {
    gather(db, entries, cursor);
    deps.onRows({ changed: new Map() });
  } else {
    const applied = applyFeed(db, entries, { cursor });
    if (upToDate) deps.onUpToDate(applied);
    else deps.onRows(applied);
  }
  return cursor;
}

/** The embedded engine's offset is the clinic's own seq; a real Electric counts in its own way, and says nothing about ours. */
function placeIn({ handle, offset }: Cursor, clinicId: string): number {
  return handle?.startsWith(clinicId) === true ? Number(/^\d+/.exec(offset)?.[0] ?? 0) : 0;
}

/** @throws TypeError when it is no row of the feed */
export function toEntry(value: Pick<FeedValues, 'clinic_id' | 'entity' | 'id' | 'seq' | 'deleted' | 'body'>): FeedEntry {
  const seq = Number(value.seq);
  if (!Number.isSafeInteger(seq) || typeof value.entity !== 'string' || typeof value.id !== 'string')
    throw new TypeError('not a row of the feed');
  const deleted = value.deleted === 'true' || value.deleted === 't' || value.body === null;
  return { clinicId: value.clinic_id, entity: value.entity, id: value.id, seq, deleted, body: deleted ? null : value.body };
}

/** Nothing of the record may rest in a cache; and the engine hears of every answer and every silence. */
function watchedFetch(deps: PullDeps): Fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    url.searchParams.delete('stream');
    try {
      const response = await deps.fetch(url, { ...init, cache: 'no-store' });
      if (response.status < 500) deps.onAnswer();
      else deps.onFailure({ kind: 'no-answer', code: `http/${response.status}` });
      return response;
    } catch (error) {
      if (init?.signal?.aborted !== true) deps.onFailure({ kind: 'no-answer', code: 'server/unreachable' });
      throw error;
    }
  };
}

/** The server cannot be asked at present; the feed is tried again later. */
export class EpochUnknown extends Error {}

/** The client parses `application/json` alone: a problem's code is in the text it kept. */
export function codeIn({ status, json, text }: Pick<FetchError, 'status' | 'json' | 'text'>): string {
  let body: unknown = json;
  try {
    body ??= JSON.parse(text ?? '');
  } catch {
    // A proxy's page, or cut off.
  }
  return typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string' ? body.code : `http/${status}`;
}

function ownFault(error: unknown): string {
  if (error instanceof EpochUnknown) return 'sync/epoch-unknown';
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  return code === 'SQLITE_FULL' ? 'disk/full' : code.startsWith('SQLITE') ? 'database/refused' : 'sync/unreadable';
}
