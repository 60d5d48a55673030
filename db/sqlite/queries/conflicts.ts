/** Conflicts that wait for a person. */
import type { SqliteDatabase } from '../open.ts';
import { prepared } from '../store.ts';

export function openConflictCount(db: SqliteDatabase): number {
  const row = prepared(
    db,
    `select (select count(*) from conflict where deleted = 0 and status = 'open') + (select count(*) from note_section where deleted = 0 and sibling_state = 'open') as n`,
  ).get() as { n: number };
  return row.n;
}
