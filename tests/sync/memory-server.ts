/**
 * A server in memory for simulations: the real merge and the real form of the feed, without network, clock or
 * Postgres. What it stands in for is proven on real Postgres in converge.test.ts and faults.test.ts.
 */
import { createHash } from 'node:crypto';
import type { EntityName } from '#db/model/entities.ts';
import { audienceOf, mayReceive } from '#db/sync/audience.ts';
import { toBody } from '#db/sync/body.ts';
import { changeBytes, type Change, type Outcome } from '#db/sync/change.ts';
import { mergeChange } from '#db/sync/merge.ts';
import { applyWrite, type StoredRow } from '#db/sync/row.ts';
import type { FeedEntry } from '#electron/sync/apply.ts';

export interface MemoryServer {
  push(deviceId: string, changes: readonly Change[]): Outcome[];
  /** Rows after a place, in order, at most `limit`; and whether those are all. */
  feed(after: number, limit: number): { entries: FeedEntry[]; complete: boolean };
  rows(): Iterable<{ entity: EntityName; row: StoredRow }>;
  /** How many changes had an effect. */
  readonly applied: number;
  readonly seq: number;
}

export function createMemoryServer(clinicId: string): MemoryServer {
  const rows = new Map<string, { entity: EntityName; row: StoredRow }>();
  const ledger = new Map<string, Map<number, { hash: string; outcome: Outcome }>>();
  let seq = 0;
  let applied = 0;
  const read = {
    row: (entity: EntityName, id: string) => rows.get(`${entity}/${id}`)?.row,
    sectionsOf: (encounterId: string) =>
      [...rows.values()].filter(({ entity, row }) => entity === 'note_section' && row['encounterId'] === encounterId).map(({ row }) => row),
  };

  function decide(deviceId: string, change: Change): Outcome {
    const result = mergeChange({ change, deviceId, read });
    if (result.outcome === 'rejected') return { n: change.n, outcome: 'rejected', code: result.code };
    applied += 1;
    let place: number | undefined;
    for (const write of result.writes) {
      seq += 1;
      const row = applyWrite(read.row(write.entity, write.id), write, clinicId, seq, deviceId);
      rows.set(`${write.entity}/${write.id}`, { entity: write.entity, row });
      if (mayReceive('clinical', audienceOf(write.entity, row))) place = seq;
    }
    place ??= [...rows.values()].find(({ row }) => row.id === change.rowId)?.row.seq;
    return { n: change.n, outcome: result.outcome, ...(place === undefined ? {} : { seq: place }) };
  }

  return {
    push(deviceId, changes) {
      const known = ledger.get(deviceId) ?? new Map();
      ledger.set(deviceId, known);
      return changes.map((change) => {
        const hash = createHash('sha256').update(changeBytes(change)).digest('hex');
        const earlier = known.get(change.n);
        if (earlier !== undefined)
          return earlier.hash === hash ? earlier.outcome : { n: change.n, outcome: 'rejected', code: 'change/hash-mismatch' };
        if (change.n !== known.size + 1) throw new Error(`gap: ${change.n} after ${known.size}`);
        const outcome = decide(deviceId, change);
        known.set(change.n, { hash, outcome });
        return outcome;
      });
    },
    feed(after, limit) {
      const later = [...rows.values()].filter(({ row }) => row.seq > after).toSorted((a, b) => a.row.seq - b.row.seq);
      const entries = later.slice(0, limit).map(({ entity, row }): FeedEntry => ({
        clinicId,
        entity,
        id: row.id,
        seq: row.seq,
        deleted: row.deleted,
        body: row.deleted ? null : JSON.stringify(toBody(entity, row)),
      }));
      return { entries, complete: later.length <= limit };
    },
    rows: () => rows.values(),
    get applied() {
      return applied;
    },
    get seq() {
      return seq;
    },
  };
}
