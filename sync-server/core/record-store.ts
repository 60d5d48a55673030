/**
 * What the server's rules need of a database: one clinic's record, ledger, log and feed, in a transaction. Postgres is the
 * one that runs (`postgresStore`); the fault simulation brings one in memory, so that thousands of schedules go through
 * these very rules.
 */
import type { EntityName } from '#db/model/entities.ts';
import type { Audience } from '#db/model/entity.ts';
import type { Outcome } from '#db/sync/change.ts';
import type { Find, Found } from '#db/sync/erase.ts';
import type { StoredRow } from '#db/sync/row.ts';
import { readClinic, withClinic, type Pool, type Tx } from '#db/postgres/open.ts';
import { appendAuditEvents, auditHeads, saveAuditHead, type StoredAuditEvent } from '#db/postgres/queries/audit.ts';
import { eraseRows, findRows } from '#db/postgres/queries/erasure.ts';
import { feedHead, feedPage, type FeedHead, type FeedPage } from '#db/postgres/queries/feed.ts';
import { credentialOf } from '#db/postgres/queries/people.ts';
import {
  appendLedger,
  appendQuarantine,
  lastN,
  changesBefore,
  ledgerEntries,
  lockClinic,
  moveClock,
  patientsWithNationalId,
  rolesEverHeld,
  signingKeys,
  type KeptProof,
  type LedgerEntry,
  type QuarantineEntry,
  type QueueState,
} from '#db/postgres/queries/push.ts';
import { readChildren, readRows, writeRows } from '#db/postgres/queries/rows.ts';

/** @param after the clinic's place before these rows were written */
export type Intend = (
  tx: Tx,
  clinicId: string,
  written: ReadonlyMap<EntityName, ReadonlyMap<string, StoredRow>>,
  after: number,
) => Promise<void>;

export interface RecordStore {
  /**
   * One transaction in this clinic; rolled back when `run` throws.
   * @param only `reads`: nothing can be written, and the answer does not wait for the end of the transaction
   */
  inClinic<T>(clinicId: string, run: (tx: RecordTx) => Promise<T>, only?: 'reads'): Promise<T>;
}

/** Each method is the query of the same name in db/postgres/queries, bound to the clinic. */
export interface RecordTx {
  lockClinic(deviceId: string): Promise<QueueState | undefined>;
  lastN(deviceId: string): Promise<number>;
  moveClock(seq: number): Promise<void>;
  ledgerEntries(deviceId: string, from: number, to: number): Promise<Map<number, { hash: string; outcome: Outcome }>>;
  changesBefore(deviceId: string, changeIds: readonly string[]): Promise<Set<string>>;
  appendLedger(deviceId: string, entries: readonly LedgerEntry[], proofs: readonly KeptProof[]): Promise<void>;
  appendQuarantine(deviceId: string, entries: readonly QuarantineEntry[]): Promise<void>;
  signingKeys(deviceId: string, userIds: readonly string[]): Promise<{ userId: string; publicKey: string }[]>;
  rolesEverHeld(userIds: readonly string[]): Promise<{ userId: string; role: string }[]>;
  patientsWithNationalId(numbers: readonly string[]): Promise<{ id: string; nationalId: string }[]>;
  credentialOf(deviceId: string): Promise<{ userId: string; revoked: boolean } | undefined>;
  readRows(keys: ReadonlyMap<EntityName, ReadonlySet<string>>): Promise<{ entity: EntityName; row: StoredRow }[]>;
  readChildren(encounterIds: Iterable<string>): Promise<{ entity: EntityName; row: StoredRow }[]>;
  writeRows(rows: ReadonlyMap<EntityName, ReadonlyMap<string, StoredRow>>): Promise<void>;
  /** What a device wrote may ask the server to do something: a job in this same transaction. */
  intend(rows: ReadonlyMap<EntityName, ReadonlyMap<string, StoredRow>>, after: number): Promise<void>;
  findRows(find: Find): Promise<Found[]>;
  eraseRows(rows: readonly Found[]): Promise<void>;
  auditHeads(deviceId: string): Promise<{ n: number; hash: string; clinicN: number; clinicHash: string }>;
  appendAuditEvents(events: readonly StoredAuditEvent[]): Promise<void>;
  saveAuditHead(deviceId: string, n: number, hash: string): Promise<void>;
  feedHead(): Promise<FeedHead | undefined>;
  feedPage(audience: Audience, after: number, limits: { rows: number; bytes: number }): Promise<FeedPage | undefined>;
}

/** @param intend absent: nothing is asked for (tools, tests) */
export function postgresStore(pool: Pool, intend?: Intend): RecordStore {
  return {
    inClinic: (clinicId, run, only) =>
      (only === 'reads' ? readClinic : withClinic)(pool, clinicId, (tx) => run(recordTx(tx, clinicId, intend))),
  };
}

/** The record as an open transaction of Postgres sees it. */
export function recordTx(tx: Tx, clinicId: string, intend?: Intend): RecordTx {
  return {
    lockClinic: (deviceId) => lockClinic(tx, clinicId, deviceId),
    lastN: (deviceId) => lastN(tx, clinicId, deviceId),
    moveClock: (seq) => moveClock(tx, clinicId, seq),
    changesBefore: (deviceId, changeIds) => changesBefore(tx, clinicId, deviceId, changeIds),
    ledgerEntries: (deviceId, from, to) => ledgerEntries(tx, clinicId, deviceId, from, to),
    appendLedger: (deviceId, entries, proofs) => appendLedger(tx, clinicId, deviceId, entries, proofs),
    appendQuarantine: (deviceId, entries) => appendQuarantine(tx, clinicId, deviceId, entries),
    signingKeys: (deviceId, userIds) => signingKeys(tx, clinicId, deviceId, userIds),
    rolesEverHeld: (userIds) => rolesEverHeld(tx, clinicId, userIds),
    patientsWithNationalId: (numbers) => patientsWithNationalId(tx, clinicId, numbers),
    credentialOf: (deviceId) => credentialOf(tx, clinicId, deviceId),
    readRows: (keys) => readRows(tx, clinicId, keys),
    readChildren: (encounterIds) => readChildren(tx, clinicId, encounterIds),
    writeRows: (rows) => writeRows(tx, rows),
    intend: async (rows, after) => intend?.(tx, clinicId, rows, after),
    findRows: (find) => findRows(tx, clinicId, find),
    eraseRows: (rows) => eraseRows(tx, clinicId, rows),
    auditHeads: (deviceId) => auditHeads(tx, clinicId, deviceId),
    appendAuditEvents: (events) => appendAuditEvents(tx, clinicId, events),
    saveAuditHead: (deviceId, n, hash) => saveAuditHead(tx, clinicId, deviceId, n, hash),
    feedHead: () => feedHead(tx, clinicId),
    feedPage: (audience, after, limits) => feedPage(tx, clinicId, audience, after, limits),
  };
}
