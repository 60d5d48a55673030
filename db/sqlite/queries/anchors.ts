/** What this laptop remembers of where the clinic's log stood. Kept for good: some lines a year. */
import type { SignedAnchor } from '../../sync/access-log.ts';
import type { SqliteDatabase } from '../open.ts';
import { prepared } from '../store.ts';

export function hasAnchor(db: SqliteDatabase, day: string): boolean {
  return prepared(db, 'select 1 from audit_anchor where day = ?').get(day) !== undefined;
}

/** The first of a day stands. */
export function keepAnchor(db: SqliteDatabase, day: string, { n, hash, at, publicKey, signature }: SignedAnchor): void {
  prepared(db, 'insert into audit_anchor (day, n, hash, at, public_key, signature) values (?, ?, ?, ?, ?, ?) on conflict do nothing').run(
    day,
    n,
    hash,
    at,
    publicKey,
    signature,
  );
}

/** Oldest first. */
export function anchors(db: SqliteDatabase): { day: string; n: number; hash: string }[] {
  return prepared(db, 'select day, n, hash from audit_anchor order by day').all() as { day: string; n: number; hash: string }[];
}
