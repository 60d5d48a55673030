/** What a backup holds, and what of the record it should hold and does not. */
import type { SqliteDatabase } from '../open.ts';
import { prepared } from '../store.ts';

export function countRecord(db: SqliteDatabase): { patients: number; visits: number } {
  return prepared(
    db,
    'select (select count(*) from patient where deleted = 0) as patients, (select count(*) from encounter where deleted = 0) as visits',
  ).get() as { patients: number; visits: number };
}

/** Notes signed before the backup was made that it does not hold with the same signature. */
export function missingFromBackup(record: SqliteDatabase, backup: SqliteDatabase, madeAt: string): number {
  const held = new Set(
    prepared(
      backup,
      "select id || '/' || coalesce(content_hash, '') as signed from encounter where status in ('signed', 'entered_in_error')",
    )
      .pluck()
      .all() as string[],
  );
  const signed = prepared(
    record,
    `select id || '/' || coalesce(content_hash, '') as signed from encounter
     where status in ('signed', 'entered_in_error') and deleted = 0 and signed_at < ?`,
  )
    .pluck()
    .all(madeAt) as string[];
  return signed.filter((one) => !held.has(one)).length;
}
