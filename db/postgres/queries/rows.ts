/** Rows of the record, read and written for a whole batch at once: one statement per table, not per change. */
import { columnName } from '../../model/entity.ts';
import { entityNames, type EntityName } from '../../model/entities.ts';
import { BEFORE_ALL } from '../../sync/compare.ts';
import { FROZEN_CHILDREN } from '../../sync/policy.ts';
import { fieldsOf, type StoredRow } from '../../sync/row.ts';
import type { Tx } from '../open.ts';
import { currentKey, keysOf, unlessBroken, withKeys } from '../sealing/clinic-keys.ts';
import { openRow, sealingColumns, sealRow, wasPlain, type RawRow } from '../sealing/sealed-row.ts';
import { resealRows } from './sealing.ts';

const META = ['id', 'clinic_id', 'seq', 'deleted', 'field_seq', 'extra'] as const;

const columnsOf = (entity: EntityName): readonly string[] => [
  ...META,
  ...Object.keys(fieldsOf(entity)).map(columnName),
  ...sealingColumns(entity),
];

// As plain text: the type of each statement, one of a row of names in it several times over, is more than the compiler holds.
const UPSERTS = new Map<EntityName, string>(
  entityNames.map((name) => {
    const columns = columnsOf(name).map((column) => `"${column}"`);
    const changed = columns.filter((column) => column !== '"id"' && column !== '"clinic_id"');
    return [
      name,
      `insert into "${name}" (${columns.join(', ')})
       select ${columns.join(', ')} from jsonb_populate_recordset(null::"${name}", $1::jsonb)
       on conflict (clinic_id, id) do update set ${changed.map((column) => `${column} = excluded.${column}`).join(', ')}`,
    ];
  }),
);

/** Children of a visit go before the visit: the same batch may sign it, and from then on they are frozen. */
const WRITE_ORDER: readonly EntityName[] = [
  ...entityNames.filter((name) => FROZEN_CHILDREN.has(name)),
  ...entityNames.filter((name) => !FROZEN_CHILDREN.has(name)),
];

/** Rows by entity and id; what does not exist is absent. One statement, a row at a time by its key. */
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
      `select '${entity}' as entity, to_jsonb(t) as row from unnest($${values.length}::uuid[]) as asked(id)
       cross join lateral (select * from "${entity}" one where one.clinic_id = $1 and one.id = asked.id limit 1) t`,
    );
  }
  if (parts.length === 0) return [];
  return decode(tx, await tx.query<RawFound>(parts.join(' union all '), values));
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
  return decode(tx, await tx.query<RawFound>(parts.join(' union all '), [clinicId, [...encounterIds]]));
}

/** Every row of one entity in this clinic, in order of id, in pages: for digests. */
export async function* allRows(tx: Tx, clinicId: string, entity: EntityName, page = 5000): AsyncGenerator<StoredRow> {
  let after: string | null = BEFORE_ALL;
  while (after !== null) {
    const { rows, upTo }: Stretch = await rowsAfter(tx, clinicId, entity, after, page);
    yield* rows;
    after = upTo;
  }
}

export interface Stretch {
  rows: StoredRow[];
  /** Id of the last row there was, whether it opened or not; null at the end. */
  upTo: string | null;
}

/** Rows of one entity in this clinic in order of id, deleted ones too, at most so many; one that does not open is left out, and told of. */
export async function rowsAfter(tx: Tx, clinicId: string, entity: EntityName, after: string, limit: number): Promise<Stretch> {
  const { rows: found } = await tx.query<RawFound>(
    `select '${entity}' as entity, to_jsonb(t) as row from "${entity}" t where clinic_id = $1 and id > $2 order by id limit $3`,
    [clinicId, after, limit],
  );
  const rows = await withKeys(tx, (keys) =>
    found.flatMap(({ row }) => unlessBroken(keys, entity, String(row['id']), () => openRow(keys, entity, row, false)) ?? []),
  );
  return { rows, upTo: found.length < limit ? null : String(found.at(-1)?.row['id']) };
}

/**
 * Writes rows whose `seq` is already given; the caller has locked the clinic's clock and moved it beyond them (`moveClock`).
 * Throws what Postgres throws (guards.sql, foreign keys).
 */
export async function writeRows(tx: Tx, rows: ReadonlyMap<EntityName, ReadonlyMap<string, StoredRow>>): Promise<void> {
  for (const entity of WRITE_ORDER) {
    const mine = rows.get(entity);
    if (mine === undefined || mine.size === 0) continue;
    const key = await currentKey(tx);
    const keys = keysOf(tx);
    // What still stands in the clear is sealed first: on a finished row the triggers would take it for a change.
    const plain = [...mine.keys()].filter((id) => wasPlain(keys, entity, id));
    if (plain.length > 0) await resealRows(tx, entity, plain);
    const ordered = [...mine.values()].sort((a, b) => a.seq - b.seq).map((row) => sealRow(keys, key, entity, row));
    await tx.query({ name: `upsert-${entity}`, text: UPSERTS.get(entity) ?? '', values: [JSON.stringify(ordered)] });
  }
}

export interface RawFound {
  entity: EntityName;
  row: RawRow;
}

/** Throws SealBroken: whoever is about to write must not go on without what the row says. */
export async function decode(tx: Tx, { rows }: { rows: RawFound[] }): Promise<{ entity: EntityName; row: StoredRow }[]> {
  return withKeys(tx, (keys) => rows.map(({ entity, row }) => ({ entity, row: openRow(keys, entity, row, true) })));
}
