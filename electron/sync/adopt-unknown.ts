/**
 * After this program was upgraded: rows and fields that a newer server had sent, and that were kept as they came (SPEC.md L7),
 * take their place in the tables that now know them. Run once per version, when the database is opened.
 */
import { columnName } from '#db/model/entity.ts';
import { entityNames, isEntityName, SCHEMA_VERSION, type EntityName } from '#db/model/entities.ts';
import { fieldsOf } from '#db/sync/row.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { prepared, readReplica, writeReplica } from '#db/sqlite/store.ts';
import { applyFeed, inApplying, numberOf, textOf, type FeedEntry } from './apply.ts';
import { readCursor } from './cursor.ts';
import { readStored, upsertRow } from './replica-rows.ts';

const KEY = 'schema';

/** @returns how many rows and fields found their place; 0 when this version has opened the database before */
export function adoptUnknown(db: SqliteDatabase): number {
  if (readReplica(db, KEY) === String(SCHEMA_VERSION)) return 0;
  return db
    .transaction(() => {
      const adopted = adoptRows(db) + entityNames.reduce((sum, entity) => sum + adoptFields(db, entity), 0);
      writeReplica(db, KEY, String(SCHEMA_VERSION));
      return adopted;
    })
    .immediate();
}

function adoptRows(db: SqliteDatabase): number {
  const clinicId = clinicOf(db);
  const entries = prepared(db, 'select * from unknown_row')
    .all()
    .map((raw): FeedEntry => {
      const deleted = numberOf(raw, 'deleted') === 1;
      return {
        clinicId,
        entity: textOf(raw, 'entity'),
        id: textOf(raw, 'id'),
        seq: numberOf(raw, 'seq'),
        deleted,
        body: deleted ? null : textOf(raw, 'body'),
      };
    })
    .filter(({ entity }) => isEntityName(entity));
  prepared(db, 'delete from unknown_row where entity in (select value from json_each(?))').run(JSON.stringify(entityNames));
  applyFeed(db, entries, { cursor: readCursor(db) });
  return entries.length;
}

function clinicOf(db: SqliteDatabase): string {
  const raw = prepared(db, 'select id from clinic limit 1').get();
  return raw === undefined ? '' : textOf(raw, 'id');
}

/** Kept fields that are columns now: none of them was written here before, so what the server said stands. */
function adoptFields(db: SqliteDatabase, entity: EntityName): number {
  const known = new Map(Object.keys(fieldsOf(entity)).map((field) => [columnName(field), field]));
  let adopted = 0;
  const rows = prepared(db, `select id from "${entity}" where extra is not null`).all();
  if (rows.length === 0) return 0;
  inApplying(db, () => {
    for (const raw of rows) {
      const row = readStored(db, entity, textOf(raw, 'id'));
      if (row === undefined) continue;
      const entries = Object.entries(row.extra ?? {});
      const mine = entries.filter(([column]) => known.has(column));
      if (mine.length === 0) continue;
      const rest = entries.filter(([column]) => !known.has(column));
      const moved = Object.fromEntries(mine.map(([column, value]) => [known.get(column) ?? column, value]));
      upsertRow(db, entity, { ...row, ...moved, extra: rest.length === 0 ? null : Object.fromEntries(rest) }, true);
      adopted += mine.length;
    }
  });
  return adopted;
}
