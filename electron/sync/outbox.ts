/**
 * The queue of changes as the sync sees it: what waits, what is frozen with a place in the queue, what became of it.
 * Nothing is ever removed here but entries that were acknowledged more than 35 days ago.
 */
import type { Outcome } from '#db/sync/change.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { outboxCounts } from '#db/sqlite/outbox.ts';
import { prepared } from '#db/sqlite/store.ts';
import { layPendingOver, numberOf, textOf, valueIn } from './apply.ts';
import { serverFacts } from './cursor.ts';

/** An autosaved entry may still be replaced until it has rested this long, or has been growing this long. */
export const IDLE_MS = 10_000;
export const TYPING_MS = 30_000;
/** How long acknowledged entries are kept, for a server restored from its backup. */
export const KEEP_MS = 35 * 86_400_000;

/** Frees what has rested long enough for sending. */
export function releaseRested(db: SqliteDatabase, now: Date): number {
  const before = (ms: number) => new Date(now.getTime() - ms).toISOString();
  // A clock that was set back must not hold text on this laptop: what seems to come from the future goes, too.
  return prepared(
    db,
    "update outbox set state = 'ready' where state = 'open' and (touched_at <= ? or opened_at <= ? or touched_at > ?)",
  ).run(before(IDLE_MS), before(TYPING_MS), now.toISOString()).changes;
}

/** A change with its place in the queue, as it is sent. */
export interface Frozen {
  n: number;
  at: string;
  /** The whole change (db/sync/change.ts). */
  json: string;
}

/**
 * The next changes to send, in order, frozen: from now on they are never rewritten. Changes of one's own that
 * stand before an open entry of the same row go first, for the order of birth is the order of sending.
 * @param maxBytes stops before the request would become larger, but always takes one
 */
export function freezeNext(db: SqliteDatabase, deviceId: string, limit: number, maxBytes: number): Frozen[] {
  return db
    .transaction(() => {
      // Two questions that each follow an index: a queue of a week is not sorted anew for every batch.
      const frozenBefore = prepared(db, "select * from outbox where state = 'sent' and +device_id = ? order by n limit ?").all(
        deviceId,
        limit,
      );
      const fresh = prepared(db, "select * from outbox where state = 'ready' and +device_id = ? order by born limit ?").all(
        deviceId,
        limit - frozenBefore.length,
      );
      const waiting = [...frozenBefore, ...fresh];
      const changes: Frozen[] = [];
      let bytes = 0;
      let lastN = Math.max(serverFacts.lastN(db, deviceId), highestN(db, deviceId));
      for (const raw of waiting) {
        const frozen = valueOr(raw, 'n');
        const n = frozen ?? lastN + 1;
        const change = frozenAs(raw, n);
        bytes += Buffer.byteLength(change.json);
        if (changes.length > 0 && bytes > maxBytes) break;
        const before = changes.at(-1);
        if (before !== undefined && n !== before.n + 1) break;
        if (frozen === undefined) {
          prepared(db, "update outbox set n = ?, state = 'sent' where id = ?").run(n, textOf(raw, 'id'));
          lastN = n;
        }
        changes.push(change);
      }
      serverFacts.setLastN(db, deviceId, lastN);
      return changes;
    })
    .immediate();
}

/** Devices that this replica was before it was restored from a backup, and that had not delivered everything then. */
export function earlierSenders(db: SqliteDatabase, deviceId: string): string[] {
  return prepared(db, "select distinct device_id as id from outbox where state in ('open', 'ready', 'sent') and device_id <> ?")
    .all(deviceId)
    .map((raw) => textOf(raw, 'id'));
}

/** Devices that this replica was, whatever became of their changes. */
export function otherSenders(db: SqliteDatabase, deviceId: string): string[] {
  return prepared(db, 'select distinct device_id as id from outbox where device_id <> ?')
    .all(deviceId)
    .map((raw) => textOf(raw, 'id'));
}

export function hasSendable(db: SqliteDatabase, deviceId: string): boolean {
  return prepared(db, "select 1 from outbox where state in ('ready', 'sent') and +device_id = ? limit 1").get(deviceId) !== undefined;
}

/** Writes down what became of sent changes. Outcomes of changes not in the queue are ignored. */
export function settle(db: SqliteDatabase, deviceId: string, outcomes: readonly Outcome[], at: string): void {
  for (const { n, outcome, seq, code } of outcomes) {
    prepared(
      db,
      `update outbox set state = ?, outcome = ?, code = ?, outcome_seq = ?, acked_at = ?
       where device_id = ? and n = ? and state = 'sent'`,
    ).run(outcome === 'rejected' ? 'quarantined' : 'acked', outcome, code ?? null, seq ?? null, at, deviceId, n);
  }
}

/** Rows of sent changes that had been erased by law before they came: what they said is held sealed at the server, and goes from here. */
export function erasedMeanwhile(db: SqliteDatabase, deviceId: string, outcomes: readonly Outcome[]): { entity: string; id: string }[] {
  return outcomes.flatMap(({ n, code }) => {
    if (code !== 'row/erased') return [];
    const raw = prepared(db, 'select entity, row_id as id from outbox where device_id = ? and n = ?').get(deviceId, n);
    return raw === undefined ? [] : [{ entity: textOf(raw, 'entity'), id: textOf(raw, 'id') }];
  });
}

/**
 * The server forgot what it had answered (it was restored from a backup): what it no longer knows is sent again, and shown
 * over its rows again from this moment. What was refused goes again too: the server's own copy of it is gone.
 * @param fromN the first place of this device's queue that the server no longer knows
 * @param changed takes the rows that look otherwise now
 * @returns how many
 */
export function reopenAcked(db: SqliteDatabase, deviceId: string, fromN: number, changed: Map<string, string[]>): number {
  const which = "state in ('acked', 'quarantined') and device_id = ? and n >= ?";
  const rows = prepared(db, `select distinct entity, row_id as id from outbox where ${which} and passed = 1`).all(deviceId, fromN);
  const { changes } = prepared(db, `update outbox set state = 'sent', outcome_seq = null, passed = 0 where ${which}`).run(deviceId, fromN);
  for (const raw of rows) {
    const [entity, id] = [textOf(raw, 'entity'), textOf(raw, 'id')];
    layPendingOver(db, entity, id);
    changed.set(entity, [...(changed.get(entity) ?? []), id]);
  }
  return changes;
}

/**
 * Forgets entries acknowledged 35 days ago, by the server's clock, whose overlay has ended. Refused ones are kept for good.
 * A laptop that has not heard the server's clock forgets nothing. That something was erased is told again to any server that was restored since,
 * however old its backup.
 */
export function forgetOld(db: SqliteDatabase): void {
  const now = serverFacts.serverTime(db);
  if (now === undefined) return;
  const before = new Date(Date.parse(now) - KEEP_MS).toISOString();
  prepared(db, "delete from outbox where state = 'acked' and passed = 1 and acked_at < ? and entity <> 'erasure'").run(before);
}

export interface QueueState {
  pending: number;
  /** Of those, how many may be sent now. */
  sendable: number;
  quarantined: number;
  oldestPendingAt: string | null;
}

export function queueState(db: SqliteDatabase): QueueState {
  const count = (state: string) => valueOr(prepared(db, 'select count(*) as n from outbox where state = ?').get(state), 'n') ?? 0;
  return { ...outboxCounts(db), sendable: count('ready') + count('sent') };
}

export function openConflicts(db: SqliteDatabase): number {
  return (
    numberOf(prepared(db, "select count(*) as n from conflict where status = 'open' and deleted = 0").get(), 'n') +
    numberOf(prepared(db, "select count(*) as n from note_section where sibling_state = 'open' and deleted = 0").get(), 'n')
  );
}

function highestN(db: SqliteDatabase, deviceId: string): number {
  return valueOr(prepared(db, 'select max(n) as n from outbox where device_id = ?').get(deviceId), 'n') ?? 0;
}

/** In the words in which it was written and signed: the JSON of `base` and `set` stands in the database and is not read here. */
function frozenAs(raw: unknown, n: number): Frozen {
  const said = (name: string) => JSON.stringify(textOf(raw, name));
  const at = textOf(raw, 'at');
  const json = `{"n":${n},"id":${said('id')},"actor":${said('actor')},"actorSignature":${said('actor_signature')},"verb":${said('verb')},"entity":${said('entity')},"rowId":${said('row_id')},"base":${textOf(raw, 'base')},"set":${textOf(raw, 'set')},"at":${JSON.stringify(at)},"schema":${numberOf(raw, 'schema')}}`;
  return { n, at, json };
}

function valueOr(raw: unknown, name: string): number | undefined {
  const value = valueIn(raw, name);
  return typeof value === 'number' ? value : undefined;
}
