/**
 * The record as one batch sees it: rows read ahead in one statement, versions written so far, places given.
 * What the merge asks for and was not read ahead is fetched, and the (pure) merge run again.
 */
import type { EntityName } from '#db/model/entities.ts';
import { audienceOf, mayReceive } from '#db/sync/audience.ts';
import { relatedKeys, type MergeableChange, type MergeReader } from '#db/sync/merge.ts';
import type { Found } from '#db/sync/erase.ts';
import { applyWrite, BIRTH_STAMP, fieldsOf, unbornRow, type RowWrite, type StoredRow } from '#db/sync/row.ts';
import { isEntityName } from '#db/model/entities.ts';
import type { Audience } from '#db/model/entity.ts';
import type { RecordTx } from './record-store.ts';

export interface RecordBatch {
  /** Reads what these changes touch and what merging them may look at. */
  prefetch(changes: readonly MergeableChange[], deviceId: string): Promise<void>;
  /** Runs `fn` over the record, again whenever it asked for rows that were not read yet. */
  reading<T>(fn: (read: MergeReader) => T): Promise<T>;
  /** Gives each write its place. Returns the highest seq that this audience will see, if any. */
  apply(writes: readonly RowWrite[], deviceId: string, audience: Audience): number | undefined;
  /** Where the subject of a change stands, if this audience will see it. */
  placeOf(change: MergeableChange, audience: Audience): number | undefined;
  /** Gives rows that are erased their place, and puts them aside for `eraseRows`. */
  erase(rows: readonly Found[], deviceId: string, audience: Audience): number | undefined;
  readonly erased: readonly Found[];
  readonly dirty: ReadonlyMap<EntityName, ReadonlyMap<string, StoredRow>>;
  readonly seq: number;
}

export function openRecordBatch(tx: Pick<RecordTx, 'readRows' | 'readChildren'>, clinicId: string, startSeq: number): RecordBatch {
  /** null: known not to exist. */
  const rows = new Map<EntityName, Map<string, StoredRow | null>>();
  const children = new Set<string>();
  const dirty = new Map<EntityName, Map<string, StoredRow>>();
  const erased: Found[] = [];
  let seq = startSeq;

  const place = (entity: EntityName) => {
    let byId = rows.get(entity);
    if (byId === undefined) rows.set(entity, (byId = new Map()));
    return byId;
  };
  async function load(wanted: Wanted): Promise<void> {
    const keys = new Map<EntityName, Set<string>>();
    for (const [entity, ids] of wanted.rows) keys.set(entity, new Set([...ids].filter((id) => !place(entity).has(id))));
    for (const { entity, row } of await tx.readRows(keys)) place(entity).set(row.id, row);
    for (const [entity, ids] of keys) for (const id of ids) if (!place(entity).has(id)) place(entity).set(id, null);
    const encounters = [...wanted.children].filter((id) => !children.has(id));
    if (encounters.length === 0) return;
    for (const { entity, row } of await tx.readChildren(encounters)) if (!place(entity).get(row.id)) place(entity).set(row.id, row);
    for (const id of encounters) children.add(id);
  }

  return {
    async prefetch(changes, deviceId) {
      const subjects = wanting();
      for (const change of changes) if (isEntityName(change.entity)) want(subjects, change.entity, change.rowId);
      await load(subjects);
      const more = wanting();
      const born = new Map<string, StoredRow>();
      for (const change of changes) {
        const { entity } = change;
        if (!isEntityName(entity)) continue;
        const row = place(entity).get(change.rowId) ?? born.get(change.rowId);
        const related = relatedKeys(change, deviceId, row);
        for (const key of related.rows) want(more, key.entity, key.id);
        for (const id of related.childrenOf) more.children.add(id);
        for (const { entity: parent, id } of parentsIn(entity, change.set)) want(more, parent, id);
        // A later change of this batch may meet the row this one gives birth to.
        if (row === undefined) born.set(change.rowId, { ...unbornRow(entity, clinicId, change.rowId), ...change.set });
      }
      await load(more);
    },

    async reading(fn) {
      for (;;) {
        const missing = wanting();
        const result = fn({
          row(entity, id) {
            const known = place(entity).get(id);
            if (known === undefined && UUID.test(id)) want(missing, entity, id);
            return known ?? undefined;
          },
          childrenOf(entity, encounterId) {
            if (!children.has(encounterId) && UUID.test(encounterId)) missing.children.add(encounterId);
            return [...place(entity).values()].filter((row) => row !== null && row['encounterId'] === encounterId) as StoredRow[];
          },
        });
        if (missing.rows.size === 0 && missing.children.size === 0) return result;
        await load(missing);
      }
    },

    apply(writes, deviceId, audience) {
      let highest: number | undefined;
      for (const write of writes) {
        seq += 1;
        const row = applyWrite(place(write.entity).get(write.id) ?? undefined, write, clinicId, seq, deviceId);
        place(write.entity).set(write.id, row);
        let changed = dirty.get(write.entity);
        if (changed === undefined) dirty.set(write.entity, (changed = new Map()));
        changed.set(write.id, row);
        if (mayReceive(audience, audienceOf(write.entity, row))) highest = seq;
      }
      return highest;
    },

    erase(found, deviceId, audience) {
      let highest: number | undefined;
      for (const { entity, row: before } of found) {
        seq += 1;
        const row = { ...before, seq, fieldSeq: { ...before.fieldSeq, [BIRTH_STAMP]: [seq, deviceId] as [number, string] } };
        place(entity).set(row.id, row);
        erased.push({ entity, row });
        if (mayReceive(audience, audienceOf(entity, row))) highest = seq;
      }
      return highest;
    },

    erased,

    placeOf({ entity, rowId }, audience) {
      const row = isEntityName(entity) ? place(entity).get(rowId) : undefined;
      return isEntityName(entity) && row && mayReceive(audience, audienceOf(entity, row)) ? row.seq : undefined;
    },

    dirty,
    get seq() {
      return seq;
    },
  };
}

/** The rows that these values point to by foreign key. */
export function parentsIn(entity: EntityName, set: Readonly<Record<string, unknown>>): { entity: EntityName; id: string }[] {
  const fields = fieldsOf(entity);
  return Object.entries(set).flatMap(([field, value]) => {
    const parent = Object.hasOwn(fields, field) ? fields[field]?.references : undefined;
    return parent !== undefined && isEntityName(parent) && typeof value === 'string' ? [{ entity: parent, id: value }] : [];
  });
}

interface Wanted {
  rows: Map<EntityName, Set<string>>;
  children: Set<string>;
}
const wanting = (): Wanted => ({ rows: new Map(), children: new Set() });
/** Values come from the wire: what is no id in lower case is nobody's row. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function want(wanted: Wanted, entity: EntityName, id: string): void {
  if (!UUID.test(id)) return;
  const ids = wanted.rows.get(entity);
  if (ids === undefined) wanted.rows.set(entity, new Set([id]));
  else ids.add(id);
}
