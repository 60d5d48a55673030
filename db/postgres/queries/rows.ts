/** Rows of the record, read and written for a whole batch at once: one statement per table, not per change. */
import { columnName } from '../../model/entity.ts';
import { entityNames, type EntityName } from '../../model/entities.ts';
import { BEFORE_ALL } from '../../sync/compare.ts';
import { FROZEN_CHILDREN } from '../../sync/policy.ts';
import { fieldsOf, type StoredRow } from '../../sync/row.ts';
import type { Tx } from '../open.ts';

const META: readonly (readonly [field: string, column: string])[] = [
  ['id', 'id'],
  ['clinicId', 'clinic_id'],
  ['seq', 'seq'],
  ['deleted', 'deleted'],
  ['fieldSeq', 'field_seq'],
  ['extra', 'extra'],
];

/** Per entity [field, column] of every column. */
const COLUMNS = new Map(
  entityNames.map((name) => [name, [...META, ...Object.keys(fieldsOf(name)).map((field) => [field, columnName(field)] as const)]] as const),
);

function columnsOf(entity: EntityName): readonly (readonly [string, string])[] {
  return COLUMNS.get(entity) ?? [];
}

// As plain text: the type of each statement, one of a row of names in it several times over, is more than the compiler holds.
const UPSERTS = new Map<EntityName, string>(
  entityNames.map((name) => {
    const columns = columnsOf(name).map(([, column]) => `"${column}"`);
    const changed = columns.filter((column) => column !== '"id"' && column !== '"clinic_id"');
    return [
      name,
      `insert into "${name}" (${columns.join(', ')})
       select ${columns.join(', ')} from jsonb_populate_recordset(null::"${name}", $1::jsonb)
       on conflict (clinic_id, id) do update set ${changed.map((column) => `${column} = excluded.${column}`).join(', ')}`,
    ] as const;
  }),
);

/** Children of a visit go before the visit: the same batch may sign it, and from then on they are frozen. */
const WRITE_ORDER: readonly EntityName[] = [
  ...entityNames.filter((name) => FROZEN_CHILDREN.has(name)),
  ...entityNames.filter((name) => !FROZEN_CHILDREN.has(name)),
];

/** Rows by entity and id; what does not exist is absent. One statement. */
export async function readRows(
  tx: Tx,
  clinicId: string,
  keys: ReadonlyMap<EntityName, ReadonlySet<string>>,
): Promise<{ entity: EntityName; row: StoredRow }[]> {
  const parts: string[] = [];
  const values: unknown[] = [clinicId];
  for (const [entity, ids] of keys) {
    if (ids.size === 0) continue;
    values.push([...ids]);
    parts.push(
      `select '${entity}' as entity, to_jsonb(t) as row from "${entity}" t where clinic_id = $1 and id = any($${values.length}::uuid[])`,
    );
  }
  if (parts.length === 0) return [];
  return decode(await tx.query<RawRow>(parts.join(' union all '), values));
}

/** All that hangs under these encounters and is frozen by their signature, deleted rows included. One statement. */
export async function readChildren(
  tx: Tx,
  clinicId: string,
  encounterIds: Iterable<string>,
): Promise<{ entity: EntityName; row: StoredRow }[]> {
  const parts = [...FROZEN_CHILDREN].map(
    (name) => `select '${name}' as entity, to_jsonb(t) as row from "${name}" t where clinic_id = $1 and encounter_id = any($2::uuid[])`,
  );
  return decode(await tx.query<RawRow>(parts.join(' union all '), [clinicId, [...encounterIds]]));
}

/** Every row of one entity in this clinic, in order of id, in pages: for digests. */
export async function* allRows(tx: Tx, clinicId: string, entity: EntityName, page = 5000): AsyncGenerator<StoredRow> {
  let after = BEFORE_ALL;
  for (;;) {
    const rows = await rowsAfter(tx, clinicId, entity, after, page);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < page) return;
    after = last.id;
  }
}

/** Rows of one entity in this clinic in order of id, deleted ones too, at most so many. */
export async function rowsAfter(tx: Tx, clinicId: string, entity: EntityName, after: string, limit: number): Promise<StoredRow[]> {
  const answer = await tx.query<RawRow>(
    `select '${entity}' as entity, to_jsonb(t) as row from "${entity}" t where clinic_id = $1 and id > $2 order by id limit $3`,
    [clinicId, after, limit],
  );
  return decode(answer).map(({ row }) => row);
}

/**
 * Writes rows whose `seq` is already given; the caller has locked the clinic's clock and moved it beyond them (`moveClock`).
 * Throws what Postgres throws (guards.sql, foreign keys).
 */
export async function writeRows(tx: Tx, clinicId: string, rows: ReadonlyMap<EntityName, ReadonlyMap<string, StoredRow>>): Promise<void> {
  for (const entity of WRITE_ORDER) {
    const mine = rows.get(entity);
    if (mine === undefined || mine.size === 0) continue;
    const ordered = [...mine.values()].sort((a, b) => a.seq - b.seq).map((row) => encode(entity, row, clinicId));
    await tx.query({ name: `upsert-${entity}`, text: UPSERTS.get(entity) ?? '', values: [JSON.stringify(ordered)] });
  }
}

interface RawRow {
  entity: EntityName;
  row: Record<string, unknown>;
}

function decode({ rows }: { rows: RawRow[] }): { entity: EntityName; row: StoredRow }[] {
  return rows.map(({ entity, row: raw }) => {
    const row: Record<string, unknown> = {};
    for (const [field, column] of columnsOf(entity)) row[field] = raw[column] ?? null;
    return { entity, row: row as StoredRow };
  });
}

function encode(entity: EntityName, row: StoredRow, clinicId: string): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  // What is left out is null: `jsonb_populate_recordset` over a row of nulls.
  for (const [field, column] of columnsOf(entity)) if (row[field] !== null && row[field] !== undefined) out[column] = row[field];
  out['clinic_id'] = clinicId;
  return out;
}
