/** One model, two dialects: what a row is must be the same in SQLite and in Postgres, by type and by column. */
import { getTableColumns } from 'drizzle-orm';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Row } from '#db/model/entity.ts';
import { columnName, type Entity } from '#db/model/entity.ts';
import { entities, entityNames, type EntityOf } from '#db/model/entities.ts';
import { sealingColumns } from '#db/postgres/sealing/sealed-row.ts';
import * as postgres from '#db/postgres/tables.ts';
import * as sqlite from '#db/sqlite/tables.ts';

/** An intersection written out, as Drizzle writes its rows. */
type Flat<T> = { [K in keyof T]: T[K] };

const camel = (name: string) => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const tableIn = (dialect: object, entity: string): Parameters<typeof getTableColumns>[0] | undefined =>
  Object.entries(dialect).find(([name]) => name === camel(entity))?.[1] as Parameters<typeof getTableColumns>[0] | undefined;

describe.each(entityNames)('%s', (name) => {
  it('has the same columns in both dialects, named after the model, empty where the model allows', () => {
    const entity: Entity = entities[name];
    const [a, b] = [tableIn(sqlite, name), tableIn(postgres, name)];
    if (a === undefined || b === undefined) throw new Error(`${name} has no table in ${a === undefined ? 'SQLite' : 'Postgres'}`);
    // The envelopes are the server's alone (db/postgres/sealing).
    const sealing = new Set(sealingColumns(name));
    const describeColumns = (table: typeof a) =>
      Object.fromEntries(
        Object.entries(getTableColumns(table))
          .filter(([field]) => !sealing.has(field))
          .map(([field, column]) => [field, column.name]),
      );
    expect(describeColumns(b)).toEqual(describeColumns(a));
    const own = Object.keys(entity.fields);
    const columns = [...own, ...sealing, 'id', 'clinicId', 'seq', 'deleted', 'fieldSeq', 'extra'];
    expect(Object.keys(getTableColumns(b)).sort()).toEqual(columns.sort());
    for (const [field, spec] of Object.entries(entity.fields)) {
      const column = getTableColumns(b)[field];
      expect(column?.name).toBe(columnName(field));
      // A JSON value may itself be `null`, which Postgres stores as no value.
      // What is sensitive leaves its column for the envelope.
      expect(column?.notNull).toBe(!spec.sensitive && !spec.nullable && !(spec.kind === 'json' && spec.schema.safeParse(null).success));
    }
  });
});

it('a row read from either dialect is the row of the model (checked by the compiler)', () => {
  expectTypeOf<(typeof postgres.patient)['$inferSelect']>().toEqualTypeOf<Flat<Row<EntityOf<'patient'>>>>();
  expectTypeOf<(typeof sqlite.patient)['$inferSelect']>().toEqualTypeOf<Flat<Row<EntityOf<'patient'>>>>();
  expectTypeOf<(typeof postgres.encounter)['$inferSelect']>().toEqualTypeOf<Flat<Row<EntityOf<'encounter'>>>>();
  expectTypeOf<(typeof sqlite.encounter)['$inferSelect']>().toEqualTypeOf<Flat<Row<EntityOf<'encounter'>>>>();
  expectTypeOf<(typeof postgres.noteSection)['$inferSelect']>().toEqualTypeOf<(typeof sqlite.noteSection)['$inferSelect']>();
  expectTypeOf<(typeof postgres.payment)['$inferSelect']>().toEqualTypeOf<(typeof sqlite.payment)['$inferSelect']>();
  expectTypeOf<(typeof postgres.letter)['$inferSelect']>().toEqualTypeOf<(typeof sqlite.letter)['$inferSelect']>();
  expectTypeOf<(typeof postgres.user)['$inferSelect']>().toEqualTypeOf<(typeof sqlite.user)['$inferSelect']>();
  expectTypeOf<(typeof postgres.safetyFact)['$inferSelect']>().toEqualTypeOf<(typeof sqlite.safetyFact)['$inferSelect']>();
  expectTypeOf<(typeof postgres.appointment)['$inferSelect']>().toEqualTypeOf<(typeof sqlite.appointment)['$inferSelect']>();
});
