/**
 * The outbox: what this laptop wrote and has not yet delivered. An autosaved entry may be replaced until it is
 * released; a released one waits as it is; a sent one is frozen. SQL only: who signs, and when, is the core's.
 */
import type { SqliteDatabase } from './open.ts';
import { prepared } from './store.ts';

export interface OutboxEntry {
  id: string;
  deviceId: string;
  actor: string;
  actorSignature: string;
  verb: string;
  entity: string;
  rowId: string;
  base: Record<string, number>;
  set: Record<string, unknown>;
  at: string;
  schema: number;
  hash: string;
  state: 'open' | 'ready';
  openedAt: string;
  touchedAt: string;
}

interface OpenRow {
  born: number;
  id: string;
  base: string;
  set: string;
  opened_at: string;
}

/** The entry an autosave of this person on this row may still replace. */
export function openEntry(
  db: SqliteDatabase,
  actor: string,
  entity: string,
  rowId: string,
): { born: number; id: string; base: Record<string, number>; set: Record<string, unknown>; openedAt: string } | undefined {
  const row = prepared(
    db,
    `select born, id, base, "set", opened_at from outbox where state = 'open' and actor = ? and entity = ? and row_id = ? and passed = 0`,
  ).get(actor, entity, rowId) as OpenRow | undefined;
  if (row === undefined) return undefined;
  return {
    born: row.born,
    id: row.id,
    base: JSON.parse(row.base) as Record<string, number>,
    set: JSON.parse(row.set) as Record<string, unknown>,
    openedAt: row.opened_at,
  };
}

export function addEntry(db: SqliteDatabase, entry: OutboxEntry): void {
  prepared(
    db,
    `insert into outbox (id, device_id, actor, actor_signature, verb, entity, row_id, base, "set", at, schema, hash, state, opened_at, touched_at, passed)
     values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,0)`,
  ).run(
    entry.id,
    entry.deviceId,
    entry.actor,
    entry.actorSignature,
    entry.verb,
    entry.entity,
    entry.rowId,
    JSON.stringify(entry.base),
    JSON.stringify(entry.set),
    entry.at,
    entry.schema,
    entry.hash,
    entry.state,
    entry.openedAt,
    entry.touchedAt,
  );
}

/** Replaces an entry that is still open: same id, newer text. */
export function replaceEntry(db: SqliteDatabase, born: number, entry: OutboxEntry): void {
  prepared(
    db,
    `update outbox set actor_signature = ?, verb = ?, base = ?, "set" = ?, at = ?, hash = ?, touched_at = ? where born = ? and state = 'open'`,
  ).run(
    entry.actorSignature,
    entry.verb,
    JSON.stringify(entry.base),
    JSON.stringify(entry.set),
    entry.at,
    entry.hash,
    entry.touchedAt,
    born,
  );
}

/** Lets go of open entries: all, or those of one row. */
export function releaseAll(db: SqliteDatabase): number {
  return prepared(db, `update outbox set state = 'ready' where state = 'open'`).run().changes;
}
export function releaseRow(db: SqliteDatabase, entity: string, rowId: string): number {
  return prepared(db, `update outbox set state = 'ready' where state = 'open' and entity = ? and row_id = ?`).run(entity, rowId).changes;
}

/** The first of each state, by the index: a queue of a week is not read through for it. */
const OLDEST = ['open', 'ready', 'sent']
  .map((state) => `select * from (select at from outbox where state = '${state}' order by born limit 1)`)
  .join(' union all ');

/** How many changes have not been acknowledged, how many were refused, and since when the oldest waits. */
export function outboxCounts(db: SqliteDatabase): { pending: number; quarantined: number; oldestPendingAt: string | null } {
  const row = prepared(
    db,
    `select (select count(*) from outbox where state in ('open','ready','sent')) as pending,
            (select count(*) from outbox where state = 'quarantined' and resolution is null) as quarantined,
            (select min(at) from (${OLDEST})) as oldest`,
  ).get() as { pending: number; quarantined: number; oldest: string | null };
  return { pending: row.pending, quarantined: row.quarantined, oldestPendingAt: row.oldest };
}
