/** Who is acting, as the record says it now: roles change while a session is open, by a colleague's hand or the feed. */
import type { KeyObject } from 'node:crypto';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { readRow, rowsWhere } from '#db/sqlite/store.ts';
import { isGranted } from '#db/rules/grants.ts';
import type { Actor } from '../context.ts';

export interface Identity {
  userId: string;
  /** As the unlock screen has it, for a person whose row is not here yet. */
  name: string;
  email: string;
  signingKey: KeyObject;
}

/**
 * @param now an instant, of which the day counts for a locum: the last day is still a working day
 * Somebody inactive, past their last day or unknown to the record has no role: may do nothing but leave.
 */
export function actorOf(db: SqliteDatabase, { userId, name, email, signingKey }: Identity, now: string): Actor {
  const user = readRow(db, 'user', userId);
  if (user === undefined || user.deleted)
    return { userId, name, email, roles: [], granted: false, profession: null, hprNumber: null, signingKey };
  const works = user.active && (user.validUntil === null || user.validUntil >= now.slice(0, 10));
  return {
    userId,
    name: user.name,
    email: user.email,
    roles: works ? user.roles : [],
    granted: works && isGranted(rowsWhere(db, 'access_grant', 'user_id = ?', [userId]), now),
    profession: user.profession,
    hprNumber: user.hprNumber,
    signingKey,
  };
}
