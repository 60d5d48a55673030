/** Whole rows in and out of the replica by entity, with the guard that only a newer version is written. */
import { columnName } from '#db/model/entity.ts';
import { entityNames, type EntityName } from '#db/model/entities.ts';
import { fieldsOf, type StoredRow } from '#db/sync/row.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { decodeRow, prepared } from '#db/sqlite/store.ts';

interface Column {
  field: string;
  kind: 'plain' | 'boolean' | 'json';
}
interface Shape {
  columns: Column[];
  newer: string;
  any: string;
}

const shapes = new Map<EntityName, Shape>(
  entityNames.map((entity) => {
    const own = Object.entries(fieldsOf(entity)).map(([field, { kind }]) => ({
      field,
      kind: kind === 'boolean' || kind === 'json' ? kind : ('plain' as const),
    }));
    const columns: Column[] = [
      { field: 'id', kind: 'plain' },
      { field: 'clinicId', kind: 'plain' },
      { field: 'seq', kind: 'plain' },
      { field: 'deleted', kind: 'boolean' },
      { field: 'fieldSeq', kind: 'json' },
      { field: 'extra', kind: 'json' },
      ...own,
    ];
    const names = columns.map(({ field }) => `"${columnName(field)}"`);
    const update = names.slice(1).map((name) => `${name}=excluded.${name}`);
    const any = `insert into "${entity}" (${names.join(',')}) values (${names.map(() => '?').join(',')}) on conflict(id) do update set ${update.join(',')}`;
    return [entity, { columns, any, newer: `${any} where excluded.seq > "${entity}".seq` }];
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

function encode(kind: Column['kind'], value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (kind === 'boolean') return value === true ? 1 : 0;
  return kind === 'json' ? JSON.stringify(value) : value;
}
