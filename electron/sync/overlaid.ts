/** Over which rows changes of our own lie that the cursor has not passed: asked for each row of a small answer, known beforehand for a large one. */
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { prepared } from '#db/sqlite/store.ts';

/** From so many rows at once it is cheaper to know which rows have changes of ours over them than to ask for each. */
const MANY = 200;

/** Whether changes of ours may lie over a row, by `entity/id`; true where only asking tells. */
export function overlaysFor(db: SqliteDatabase, entries: number): (key: string) => boolean {
  if (prepared(db, 'select 1 from outbox where passed = 0 limit 1').get() === undefined) return () => false;
  if (entries < MANY) return () => true;
  const keys = prepared(db, "select distinct entity || '/' || row_id from outbox where passed = 0").pluck().all();
  const overlaid = new Set(keys);
  return (key) => overlaid.has(key);
}
