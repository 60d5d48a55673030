/**
 * The server's database in memory, for simulations: what the server's own rules (sync-server/core) ask of Postgres, with
 * transactions that are taken back when they throw, a storage that can fail at any call, and backups to restore from.
 * That Postgres answers the same is shown by sync-server's tests and tests/sync.
 */
import type { EntityName } from '#db/model/entities.ts';
import { entityNames } from '#db/model/entities.ts';
import { feedMessage, type FeedPage } from '#db/postgres/queries/feed.ts';
import { audienceOf, mayReceive } from '#db/sync/audience.ts';
import { toBody } from '#db/sync/body.ts';
import type { Outcome } from '#db/sync/change.ts';
import { FROZEN_CHILDREN } from '#db/sync/policy.ts';
import { nextEpoch } from '#db/sync/place.ts';
import type { StoredRow } from '#db/sync/row.ts';
import type { RecordStore, RecordTx } from '#sync-server/core/record-store.ts';

interface Data {
  seq: number;
  floor: number;
  rows: Map<string, { entity: EntityName; row: StoredRow; createdSeq: number }>;
  ledger: Map<string, { hash: string; outcome: Outcome }>;
  /** `device/change` of all that was ever brought. */
  made: Set<string>;
  lastN: Map<string, number>;
  quarantine: string[];
  roles: Map<string, Set<string>>;
  audit: Map<string, { n: number; hash: string }>;
  clinicN: number;
  clinicHash: string;
}

export interface MemoryStore extends RecordStore {
  readonly seq: number;
  rows(): Iterable<{ entity: EntityName; row: StoredRow }>;
  /** Changes kept whole because they were refused, as JSON. */
  quarantined(): readonly string[];
  /** How often each change (by id) had an effect, over all that was ever committed and not restored away. */
  effects(): ReadonlyMap<string, number>;
  /** Writes rows without a laptop: the clinic's birth. */
  born(entity: EntityName, row: StoredRow): void;
  /** The storage fails at the n-th call from now (1 is the next); the transaction is taken back. */
  failAfter(calls: number): void;
  /** Deleted rows leave the feed: readers behind the floor begin anew. */
  compact(): void;
  backup(): unknown;
  restore(backup: unknown): void;
  /** Called after each commit that moved the feed. */
  onCommit: () => void;
}

export function createMemoryStore(clinicId: string): MemoryStore {
  let data: Data = {
    seq: 0,
    floor: 0,
    rows: new Map(),
    ledger: new Map(),
    made: new Set(),
    lastN: new Map(),
    quarantine: [],
    roles: new Map(),
    audit: new Map(),
    clinicN: 0,
    clinicHash: '',
  };
  let effects = new Map<string, number>();
  let callsLeft = Infinity;

  const put = (entity: EntityName, row: StoredRow): void => {
    const key = `${entity}/${row.id}`;
    data.rows.set(key, { entity, row, createdSeq: data.rows.get(key)?.createdSeq ?? row.seq });
    if (entity !== 'user' || !Array.isArray(row['roles'])) return;
    const held = data.roles.get(row.id) ?? new Set();
    for (const role of row['roles']) held.add(String(role));
    data.roles.set(row.id, held);
  };

  const store: MemoryStore = {
    get seq() {
      return data.seq;
    },
    rows: () => data.rows.values(),
    quarantined: () => data.quarantine,
    effects: () => effects,
    born(entity, row) {
      data.seq = Math.max(data.seq, row.seq);
      put(entity, row);
    },
    failAfter(calls) {
      callsLeft = calls;
    },
    compact() {
      // The rows stay in their tables; only the feed forgets that they were there.
      data.floor = data.seq;
    },
    backup: () => structuredClone({ data, effects }),
    restore(backup) {
      ({ data, effects } = structuredClone(backup) as { data: Data; effects: Map<string, number> });
      // As newEpoch does (db/postgres/migrate.ts): places given out since then are never given to other rows.
      data.seq = nextEpoch(data.seq);
    },
    onCommit: () => {},
    async inClinic(id, run) {
      if (id !== clinicId) throw new Error('another clinic');
      const writes: (() => void)[] = [];
      const before = data.seq;
      const result = await run(transaction(writes));
      spend();
      for (const write of writes) write();
      if (data.seq !== before) store.onCommit();
      return result;
    },
  };

  function spend(): void {
    callsLeft -= 1;
    if (callsLeft > 0) return;
    callsLeft = Infinity;
    throw new Error('the storage failed');
  }

  /** Reads see what is committed; writes are done when the transaction ends. */
  function transaction(writes: (() => void)[]): RecordTx {
    const later = (write: () => void): void => {
      spend();
      writes.push(write);
    };
    const ordered = (audience: 'clinical' | 'desk', after: number) =>
      [...data.rows.values()]
        .filter(
          ({ entity, row }) => row.seq > after && !(row.deleted && row.seq <= data.floor) && mayReceive(audience, audienceOf(entity, row)),
        )
        .toSorted((a, b) => a.row.seq - b.row.seq);
    return {
      async lockClinic(deviceId) {
        spend();
        return { seq: data.seq, lastN: data.lastN.get(deviceId) ?? 0 };
      },
      lastN: async (deviceId) => data.lastN.get(deviceId) ?? 0,
      async moveClock(seq) {
        later(() => (data.seq = seq));
      },
      async ledgerEntries(deviceId, from, to) {
        spend();
        const found = new Map<number, { hash: string; outcome: Outcome }>();
        for (let n = from; n <= to; n += 1) {
          const entry = data.ledger.get(`${deviceId}/${n}`);
          if (entry !== undefined) found.set(n, entry);
        }
        return found;
      },
      async changesBefore(deviceId, changeIds) {
        spend();
        return new Set(changeIds.filter((id) => data.made.has(`${deviceId}/${id}`)));
      },
      async appendLedger(deviceId, entries) {
        later(() => {
          for (const { n, hash, outcome, changeId } of entries) {
            data.ledger.set(`${deviceId}/${n}`, { hash, outcome });
            if (changeId !== null) data.made.add(`${deviceId}/${changeId}`);
            data.lastN.set(deviceId, Math.max(n, data.lastN.get(deviceId) ?? 0));
            if (changeId !== null && outcome.outcome !== 'rejected') effects.set(changeId, (effects.get(changeId) ?? 0) + 1);
          }
        });
      },
      async appendQuarantine(_deviceId, entries) {
        if (entries.length > 0) later(() => data.quarantine.push(...entries.map(({ change }) => change)));
      },
      async signingKeys(deviceId, userIds) {
        return [...data.rows.values()].flatMap(({ entity, row }) =>
          entity === 'signing_key' && row['deviceId'] === deviceId && !row.deleted && userIds.includes(String(row['userId']))
            ? [{ userId: String(row['userId']), publicKey: String(row['publicKey']) }]
            : [],
        );
      },
      async rolesEverHeld(userIds) {
        return userIds.flatMap((userId) => [...(data.roles.get(userId) ?? [])].map((role) => ({ userId, role })));
      },
      async patientsWithNationalId() {
        return [];
      },
      async credentialOf() {
        return undefined;
      },
      async readRows(keys) {
        spend();
        return [...keys].flatMap(([entity, ids]) =>
          [...ids].flatMap((id) => {
            const found = data.rows.get(`${entity}/${id}`);
            return found === undefined ? [] : [{ entity, row: found.row }];
          }),
        );
      },
      async readChildren(encounterIds) {
        spend();
        const wanted = new Set(encounterIds);
        return [...data.rows.values()].filter(({ entity, row }) => FROZEN_CHILDREN.has(entity) && wanted.has(String(row['encounterId'])));
      },
      async intend() {},
      async writeRows(rows) {
        later(() => {
          for (const entity of entityNames) for (const row of rows.get(entity)?.values() ?? []) put(entity, row);
        });
      },
      async findRows({ entity, field, ids }) {
        return [...data.rows.values()].filter((one) => one.entity === entity && ids.includes(String(one.row[field])));
      },
      async eraseRows(found) {
        later(() => {
          for (const { entity, row } of found) put(entity, row);
          data.quarantine = data.quarantine.filter((change) => !found.some(({ row }) => change.includes(row.id)));
        });
      },
      async auditHeads(deviceId) {
        const { n, hash } = data.audit.get(deviceId) ?? { n: 0, hash: '0'.repeat(64) };
        return { n, hash, clinicN: data.clinicN, clinicHash: data.clinicHash };
      },
      async appendAuditEvents(events) {
        later(() => {
          const last = events.at(-1);
          if (last === undefined) return;
          data.clinicN = last.clinicN;
          data.clinicHash = last.clinicHash;
        });
      },
      async saveAuditHead(deviceId, n, hash) {
        later(() => data.audit.set(deviceId, { n, hash }));
      },
      async feedHead() {
        spend();
        return { seq: data.seq, floor: data.floor };
      },
      async feedPage(audience, after, limits): Promise<FeedPage> {
        spend();
        const found = ordered(audience, after);
        const page = found.slice(0, limits.rows);
        const messages = page
          .map(({ entity, row, createdSeq }) =>
            feedMessage(clinicId, after, {
              audience: audienceOf(entity, row),
              entity,
              id: row.id,
              seq: row.seq,
              createdSeq,
              deleted: row.deleted,
              body: row.deleted ? null : JSON.stringify(toBody(entity, row)),
            }),
          )
          .join(',');
        return {
          seq: data.seq,
          floor: data.floor,
          messages,
          rows: page.length,
          last: page.at(-1)?.row.seq ?? null,
          complete: page.length === found.length && found.length < limits.rows,
        };
      },
    };
  }
  return store;
}
