/**
 * A row of any entity as both stores hand it over, who last wrote each of its fields, and how a
 * write becomes the next version of the row. Used by the server when it merges and by tests that
 * simulate one; the laptop uses the stamps to say what it had read.
 */
import { columnName, type Field, type SyncedColumns } from '../model/entity.ts';
import { entities, entityNames, type EntityName } from '../model/entities.ts';
import { canonical } from './change.ts';

export type StoredRow = SyncedColumns & Record<string, unknown>;
/** The seq at which a field was last written, and the device it came from. */
export type Stamp = readonly [seq: number, deviceId: string];

/**
 * Stamp of everything that was said at birth; a field changed later gets its own. A row of twelve
 * fields would otherwise carry twelve device ids through the feed.
 */
export const BIRTH_STAMP = '*';

/** What is written to one row; the store gives `seq` and stamps (`applyWrite`). */
export interface RowWrite {
  entity: EntityName;
  id: string;
  /** The row did not exist. */
  birth: boolean;
  /** Own fields by model name, and `deleted`. */
  set: Record<string, unknown>;
  /** Fields this version does not know, by column name. */
  extra: Record<string, unknown>;
}

/** The fields of an entity by name, without its literal types. */
export function fieldsOf(entity: EntityName): Readonly<Record<string, Field>> {
  return entities[entity].fields;
}

/** Equal as JSON values; `undefined` counts as empty. */
export function sameValue(a: unknown, b: unknown): boolean {
  const [x, y] = [a ?? null, b ?? null];
  if (x === y) return true;
  if (typeof x !== 'object' || typeof y !== 'object' || x === null || y === null) return false;
  return canonical(x) === canonical(y);
}

/** Current value of a field, known to this version or not. */
export function valueOf(row: StoredRow, entity: EntityName, field: string): unknown {
  if (field === 'deleted' || Object.hasOwn(fieldsOf(entity), field)) return row[field] ?? null;
  return row.extra?.[columnName(field)] ?? null;
}

/** Who last wrote this field; `undefined` when nobody ever has (it holds its initial value since birth). */
export function stampOf(row: StoredRow, entity: EntityName, field: string): Stamp | undefined {
  const own = row.fieldSeq[field];
  if (own !== undefined) return own;
  if (field === 'deleted') return undefined;
  const birth = row.fieldSeq[BIRTH_STAMP];
  if (birth === undefined) return undefined;
  const initial = fieldsOf(entity)[field]?.initial ?? null;
  return sameValue(valueOf(row, entity, field), initial) ? undefined : birth;
}

/**
 * The `base` of a change: per field the seq at which the writer has read it. For a deletion that is
 * the row's seq: whatever came later was not known when it was deleted.
 * @param row the row as it is on this laptop; `undefined` for a birth
 */
export function baseFor(entity: EntityName, row: StoredRow | undefined, fields: Iterable<string>): Record<string, number> {
  const base: Record<string, number> = {};
  if (row === undefined) return base;
  if (row.seq === 0) {
    // Born here; or taken away by a server that was restored, and then its writer had read something all the same.
    for (const field of fields) {
      const read = row.fieldSeq[field]?.[0] ?? 0;
      if (read > 0) base[field] = read;
    }
    return base;
  }
  for (const field of fields) base[field] = field === 'deleted' ? row.seq : (stampOf(row, entity, field)?.[0] ?? row.seq);
  return base;
}

/** A row as it is before anything was said in it; required fields are still missing. */
export function unbornRow(entity: EntityName, clinicId: string, id: string): StoredRow {
  return { id, clinicId, seq: 0, deleted: false, fieldSeq: {}, extra: null, ...initialValues.get(entity) };
}

/** Worked out once: a first load asks a hundred thousand times. */
const initialValues = new Map<EntityName, Readonly<Record<string, unknown>>>(
  entityNames.map((name) => [
    name,
    Object.fromEntries(Object.entries(fieldsOf(name)).flatMap(([field, spec]) => ('initial' in spec ? [[field, spec.initial]] : []))),
  ]),
);

/** The next version of a row. Pure; never changes `row`. */
export function applyWrite(row: StoredRow | undefined, write: RowWrite, clinicId: string, seq: number, deviceId: string): StoredRow {
  const before = row ?? unbornRow(write.entity, clinicId, write.id);
  const fieldSeq: Record<string, [number, string]> = { ...before.fieldSeq };
  if (row === undefined) fieldSeq[BIRTH_STAMP] = [seq, deviceId];
  else for (const field of [...Object.keys(write.set), ...Object.keys(write.extra)]) fieldSeq[field] = [seq, deviceId];
  const extra = Object.keys(write.extra).length === 0 ? before.extra : { ...before.extra, ...columns(write.extra) };
  return { ...before, ...write.set, extra, seq, fieldSeq };
}

function columns(extra: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(extra).map(([name, value]) => [columnName(name), value]));
}
