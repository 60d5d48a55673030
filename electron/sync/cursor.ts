/** How far this replica has read the feed. Stored in the same transaction as the rows it speaks of. */
import { z } from 'zod';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { readReplica, writeReplica } from '#db/sqlite/store.ts';

const cursorSchema = z.object({
  /** Electric's name for the shape as we read it; null before the first answer. */
  handle: z.string().nullable(),
  /** Electric's offset, `-1` before the first answer. */
  offset: z.string(),
  /** Highest seq read so far, in whatever order. */
  seenSeq: z.int(),
  /** Everything up to here is on this laptop: moves only when the feed said up-to-date. */
  passedSeq: z.int(),
  /** The feed has been read to its end at least once. */
  complete: z.boolean(),
  /** The rows are being gathered beside those in use (`refetch_row`), to take their place at the end. */
  refetching: z.boolean(),
});
export type Cursor = z.infer<typeof cursorSchema>;

export const FRESH: Cursor = { handle: null, offset: '-1', seenSeq: 0, passedSeq: 0, complete: false, refetching: false };

const KEY = 'sync.cursor';

export function readCursor(db: SqliteDatabase): Cursor {
  const stored = readReplica(db, KEY);
  return stored === undefined ? FRESH : cursorSchema.parse(JSON.parse(stored));
}

export function writeCursor(db: SqliteDatabase, cursor: Cursor): void {
  writeReplica(db, KEY, JSON.stringify(cursor));
}

/** What is known of the server besides the feed. */
export const serverFacts = {
  epoch: (db: SqliteDatabase): string | undefined => readReplica(db, 'sync.epoch'),
  setEpoch: (db: SqliteDatabase, epoch: string): void => writeReplica(db, 'sync.epoch', epoch),
  /** When the server last answered, ISO. */
  lastSyncedAt: (db: SqliteDatabase): string | undefined => readReplica(db, 'sync.lastSyncedAt'),
  setLastSyncedAt: (db: SqliteDatabase, at: string): void => writeReplica(db, 'sync.lastSyncedAt', at),
  /** The server's clock when it last answered a push. */
  serverTime: (db: SqliteDatabase): string | undefined => readReplica(db, 'sync.serverTime'),
  setServerTime: (db: SqliteDatabase, at: string): void => writeReplica(db, 'sync.serverTime', at),
  /** The device's log is on the server up to this event. */
  auditUpTo: (db: SqliteDatabase, deviceId: string): number => Number(readReplica(db, `sync.auditUpTo:${deviceId}`) ?? '0'),
  setAuditUpTo: (db: SqliteDatabase, deviceId: string, n: number): void => writeReplica(db, `sync.auditUpTo:${deviceId}`, String(n)),
  /** The last `n` this device gave; entries themselves are forgotten after 35 days. */
  lastN: (db: SqliteDatabase, deviceId: string): number => Number(readReplica(db, `sync.lastN:${deviceId}`) ?? '0'),
  setLastN: (db: SqliteDatabase, deviceId: string, n: number): void => writeReplica(db, `sync.lastN:${deviceId}`, String(n)),
};
