/**
 * A copy of an open database that has been proven whole. `VACUUM INTO` keeps it encrypted (the driver's own backup call fails
 * on encrypted databases) but promises no sync to disk, and may be left half-done by a power cut: hence copy, sync, check.
 */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { openDatabase } from '#db/sqlite/open.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { prepared } from '#db/sqlite/store.ts';

/** Writes `file`, one file without a log beside it, with the same key. Returns the rows counted in it; throws when it is not what it should be. */
export function checkedCopy(db: SqliteDatabase, databaseKey: Buffer, file: string): number {
  prepared(db, 'vacuum into ?').run(file);
  return verifyCopy(file, databaseKey, countRows(db));
}

/** As above for a file that is there already. */
export function verifyCopy(file: string, databaseKey: Buffer, expected: number): number {
  const descriptor = openSync(file, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
  const opened = openDatabase(file, databaseKey);
  if (!opened.ok) throw Object.assign(new Error('the backup copy does not open'), { code: 'EIO' });
  try {
    if (opened.db.pragma('integrity_check', { simple: true }) !== 'ok')
      throw Object.assign(new Error('the backup copy is damaged'), { code: 'EIO' });
    const rows = countRows(opened.db);
    if (rows !== expected) throw new Error(`the backup copy has ${rows} rows of ${expected}`);
    return rows;
  } finally {
    // One file, without a log beside it.
    opened.db.pragma('journal_mode=DELETE');
    opened.db.close();
  }
}

export function countRows(db: SqliteDatabase): number {
  const { n } = db
    .prepare(
      'select (select count(*) from patient) + (select count(*) from encounter) + (select count(*) from note_section) + (select count(*) from outbox) as n',
    )
    .get() as { n: number };
  return n;
}
