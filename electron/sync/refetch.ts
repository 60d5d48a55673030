/**
 * A feed read anew: the rows are gathered beside those in use and take their place in one transaction, so
 * that the window never shows an empty record. Survives a kill: the gathered rows and the cursor are stored.
 */
import { entityNames } from '#db/model/entities.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { prepared } from '#db/sqlite/store.ts';
import { applyFeed, asBornHere, inApplying, numberOf, textOf, type Applied, type FeedEntry } from './apply.ts';
import { FRESH, writeCursor, type Cursor } from './cursor.ts';

/** Begins gathering from the start of the feed. What is shown stays as it is. */
export function beginRefetch(db: SqliteDatabase): Cursor {
  const cursor: Cursor = { ...FRESH, refetching: true };
  inApplying(db, () => {
    prepared(db, 'delete from refetch_row').run();
    writeCursor(db, cursor);
  });
  return cursor;
}

/** Stores rows of the new feed beside those in use, with the cursor. */
export function gather(db: SqliteDatabase, entries: readonly FeedEntry[], cursor: Cursor): void {
  inApplying(db, () => {
    const insert = prepared(
      db,
      `insert into refetch_row(entity, id, seq, deleted, body) values (?, ?, ?, ?, ?)
       on conflict(entity, id) do update set seq = excluded.seq, deleted = excluded.deleted, body = excluded.body`,
    );
    for (const entry of entries) insert.run(entry.entity, entry.id, entry.seq, entry.deleted ? 1 : 0, entry.body);
    writeCursor(db, cursor);
  });
}

/**
 * Puts the gathered rows in the place of those in use. Rows the feed no longer has go, except those with
 * changes of our own on their way.
 */
export function swap(db: SqliteDatabase, clinicId: string, cursor: Cursor): Applied {
  return db
    .transaction((): Applied => {
      inApplying(db, () => {
        for (const entity of entityNames) {
          prepared(
            db,
            `delete from "${entity}" where seq > 0
             and not exists (select 1 from refetch_row f where f.entity = '${entity}' and f.id = "${entity}".id)
             and not exists (select 1 from outbox o where o.entity = '${entity}' and o.row_id = "${entity}".id and o.passed = 0)`,
          ).run();
          // What is left of those has no place in the new feed: the server will meet it as born here, by a writer who had
          // read what the last of their changes says.
          const left = prepared(
            db,
            `select id from "${entity}" where seq > 0
             and not exists (select 1 from refetch_row f where f.entity = '${entity}' and f.id = "${entity}".id)`,
          ).all();
          for (const raw of left) asBornHere(db, entity, textOf(raw, 'id'));
        }
        prepared(db, 'delete from server_row').run();
        prepared(db, 'delete from unknown_row').run();
      });
      const entries = prepared(db, 'select entity, id, seq, deleted, body from refetch_row')
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
        });
      const applied = applyFeed(db, entries, { cursor, force: true });
      prepared(db, 'delete from refetch_row').run();
      // Rows went, too: the window asks for everything again.
      for (const entity of entityNames) if (!applied.changed.has(entity)) applied.changed.set(entity, []);
      return applied;
    })
    .immediate();
}
