/** Whole rows in and out of the replica by entity, with the guard that only a newer version is written. */
import { columnName } from '#db/model/entity.ts';
import { entityNames, type EntityName } from '#db/model/entities.ts';
import { fromBody, isStamps } from '#db/sync/body.ts';
import { fieldsOf, type StoredRow } from '#db/sync/row.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { decodeRow, prepared } from '#db/sqlite/store.ts';

interface Column {
  field: string;
  column: string;
  initial: unknown;
  kind: 'plain' | 'boolean' | 'json';
}
interface Shape {
  columns: Column[];
  own: Column[];
  newer: string;
  any: string;
}

const SYSTEM = [
  ['id', 'plain'],
  ['clinicId', 'plain'],
  ['seq', 'plain'],
  ['deleted', 'boolean'],
  ['fieldSeq', 'json'],
  ['extra', 'json'],
] as const;

const shapes = new Map<EntityName, Shape>(
  entityNames.map((entity) => {
    const own = Object.entries(fieldsOf(entity)).map(([field, { kind, initial }]) => ({
      field,
      column: columnName(field),
      initial,
      kind: kind === 'boolean' || kind === 'json' ? kind : ('plain' as const),
    }));
    const columns: Column[] = [...SYSTEM.map(([field, kind]) => ({ field, column: columnName(field), initial: undefined, kind })), ...own];
    const names = columns.map(({ column }) => `"${column}"`);
    const update = names.slice(1).map((name) => `${name}=excluded.${name}`);
    const any = `insert into "${entity}" (${names.join(',')}) values (${names.map(() => '?').join(',')}) on conflict(id) do update set ${update.join(',')}`;
    return [entity, { columns, own, any, newer: `${any} where excluded.seq > "${entity}".seq` }];
  }),
);

/** Whether the server's version is newer than the one stored (a row of our own that never synced has 0). */
export function isNewer(seq: number, storedSeq: number): boolean {
  return seq > storedSeq;
}

export function readStored(db: SqliteDatabase, entity: EntityName, id: string): StoredRow | undefined {
  const raw = prepared(db, `select * from "${entity}" where id = ?`).get(id);
  return raw === undefined ? undefined : { ...decodeRow(entity, raw) };
}

/**
 * Writes the row if it is newer than the stored one, or in any case with `force`.
 * @returns whether it was written
 */
export function upsertRow(db: SqliteDatabase, entity: EntityName, row: StoredRow, force: boolean): boolean {
  const shape = shapes.get(entity);
  if (shape === undefined) throw new Error(`no table for ${entity}`);
  const values = shape.columns.map(({ field, kind }) => encode(kind, row[field]));
  return prepared(db, force ? shape.any : shape.newer).run(...values).changes > 0;
}

/**
 * `upsertRow` of the row in a body (db/sync/body.ts, fromBody), straight from one to the other: a first load does it a hundred thousand
 * times. Bodies with fields that this version does not know take the long way.
 */
export function upsertBody(
  db: SqliteDatabase,
  entity: EntityName,
  place: { clinicId: string; id: string; seq: number },
  body: string,
  force: boolean,
): boolean {
  const shape = shapes.get(entity);
  const parsed: unknown = JSON.parse(body);
  if (shape === undefined || typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    return upsertRow(db, entity, fromBody(entity, place, body), force);
  const given = parsed as Record<string, unknown>;
  const stamps = given['field_seq'];
  if (!isStamps(stamps)) return upsertRow(db, entity, fromBody(entity, place, body), force);
  const values: unknown[] = [place.id, place.clinicId, place.seq, 0, JSON.stringify(stamps), null];
  let known = 1;
  for (const { column, kind, initial } of shape.own) {
    const value = given[column];
    if (value !== undefined) known += 1;
    values.push(encode(kind, value === undefined ? initial : value));
  }
  if (Object.keys(given).length !== known) return upsertRow(db, entity, fromBody(entity, place, body), force);
  return prepared(db, force ? shape.any : shape.newer).run(...values).changes > 0;
}

function encode(kind: Column['kind'], value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (kind === 'boolean') return value === true ? 1 : 0;
  return kind === 'json' ? JSON.stringify(value) : value;
}
