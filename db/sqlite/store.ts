/**
 * Reading and writing whole rows of the record by entity, with one prepared statement each.
 * Nothing here knows of users, outbox or audit: that is the core's; nor of merging: that is the sync's.
 */
import type Database from 'better-sqlite3';
import { columnName } from '../model/entity.ts';
import type { Field, Row } from '../model/entity.ts';
import { entities, entityNames } from '../model/entities.ts';
import type { EntityName, EntityOf } from '../model/entities.ts';
import type { SqliteDatabase } from './open.ts';

export type RowOf<N extends EntityName> = Row<EntityOf<N>>;
type Value = string | number | null;
type Raw = Record<string, Value>;

interface Shape {
  readonly columns: readonly { field: string; column: string; kind: Field['kind'] }[];
  readonly insert: string;
}

const SYSTEM = [
  { field: 'id', column: 'id', kind: 'id' },
  { field: 'clinicId', column: 'clinic_id', kind: 'id' },
  { field: 'seq', column: 'seq', kind: 'integer' },
  { field: 'deleted', column: 'deleted', kind: 'boolean' },
  { field: 'fieldSeq', column: 'field_seq', kind: 'json' },
  { field: 'extra', column: 'extra', kind: 'json' },
] as const;

const shapes = new Map<EntityName, Shape>(
  entityNames.map((name) => {
    const own = Object.entries(entities[name].fields).map(([field, spec]) => ({
      field,
      column: columnName(field),
      kind: (spec as Field).kind,
    }));
    const columns = [...SYSTEM, ...own];
    const list = columns.map(({ column }) => `"${column}"`).join(',');
    const values = columns.map(() => '?').join(',');
    const update = columns
      .slice(1)
      .map(({ column }) => `"${column}"=excluded."${column}"`)
      .join(',');
    return [name, { columns, insert: `insert into "${name}" (${list}) values (${values}) on conflict(id) do update set ${update}` }];
  }),
);

export type Statement = Database.Statement<unknown[], unknown>;

const statements = new WeakMap<SqliteDatabase, Map<string, Statement>>();

/** A statement prepared once per connection. */
export function prepared(db: SqliteDatabase, sql: string): Statement {
  let known = statements.get(db);
  if (known === undefined) statements.set(db, (known = new Map()));
  let statement = known.get(sql);
  if (statement === undefined) known.set(sql, (statement = db.prepare<unknown[], unknown>(sql)));
  return statement;
}

function shapeOf(name: EntityName): Shape {
  const shape = shapes.get(name);
  if (shape === undefined) throw new Error(`no table for ${name}`);
  return shape;
}

/** A row as SQLite gave it (column names), as the model's row. */
export function decodeRow<N extends EntityName>(name: N, raw: unknown): RowOf<N> {
  const source = raw as Raw;
  const row: Record<string, unknown> = {};
  for (const { field, column, kind } of shapeOf(name).columns) {
    const value = source[column];
    row[field] =
      value === null || value === undefined
        ? null
        : kind === 'boolean'
          ? value === 1
          : kind === 'json'
            ? (JSON.parse(value as string) as unknown)
            : value;
  }
  return row as unknown as RowOf<N>;
}

function encode(kind: Field['kind'], value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (kind === 'boolean') return value === true ? 1 : 0;
  if (kind === 'json') return JSON.stringify(value);
  return value as Value;
}

/** The row, deleted or not; undefined when it never was here. */
export function readRow<N extends EntityName>(db: SqliteDatabase, name: N, id: string): RowOf<N> | undefined {
  const raw = prepared(db, `select * from "${name}" where id = ?`).get(id);
  return raw === undefined ? undefined : decodeRow(name, raw);
}

/** Rows that satisfy a condition written in column names; deleted ones are left out. */
export function rowsWhere<N extends EntityName>(
  db: SqliteDatabase,
  name: N,
  condition: string,
  parameters: readonly Value[] = [],
): RowOf<N>[] {
  return prepared(db, `select * from "${name}" where deleted = 0 and ${condition}`)
    .all(...parameters)
    .map((raw) => decodeRow(name, raw));
}

/** Writes the whole row, new or not. */
export function writeRow<N extends EntityName>(db: SqliteDatabase, name: N, row: RowOf<N>): void {
  const source = row as unknown as Record<string, unknown>;
  const shape = shapeOf(name);
  prepared(db, shape.insert).run(...shape.columns.map(({ field, kind }) => encode(kind, source[field])));
}

/** Changes some fields of a row (model names). */
export function patchRow<N extends EntityName>(db: SqliteDatabase, name: N, id: string, set: Partial<RowOf<N>>): void {
  const shape = shapeOf(name);
  const entries = Object.entries(set).map(([field, value]) => {
    const found = shape.columns.find((column) => column.field === field);
    if (found === undefined) throw new Error(`${name} has no field ${field}`);
    return { column: found.column, value: encode(found.kind, value) };
  });
  if (entries.length === 0) return;
  prepared(db, `update "${name}" set ${entries.map(({ column }) => `"${column}"=?`).join(',')} where id = ?`).run(
    ...entries.map(({ value }) => value),
    id,
  );
}

/** A small fact about this replica. */
export function readReplica(db: SqliteDatabase, key: string): string | undefined {
  return (prepared(db, 'select value from replica where key = ?').get(key) as { value: string } | undefined)?.value;
}

export function writeReplica(db: SqliteDatabase, key: string, value: string): void {
  prepared(db, 'insert into replica(key, value) values (?, ?) on conflict(key) do update set value = excluded.value').run(key, value);
}
