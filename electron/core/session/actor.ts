/** Who is acting, as the record says it now: roles change while a session is open, by a colleague's hand or the feed. */
import type { KeyObject } from 'node:crypto';
import { clinicDay } from '#db/rules/appointments.ts';
import { worksOn } from '#db/rules/locum.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { readReplica, readRow, rowsWhere } from '#db/sqlite/store.ts';
import { isGranted } from '#db/rules/grants.ts';
import type { Actor } from '../context.ts';

export interface Identity {
  userId: string;
  /** As the unlock screen has it, for a person whose row is not here yet. */
  name: string;
  email: string;
  signingKey: KeyObject;
}

/** Somebody inactive, past their last day or unknown to the record has no role: may do nothing but leave. */
export function actorOf(db: SqliteDatabase, { userId, name, email, signingKey }: Identity, now: Date): Actor {
  const user = readRow(db, 'user', userId);
  if (user === undefined || user.deleted)
    return { userId, name, email, roles: [], granted: false, profession: null, hprNumber: null, signingKey };
  const latest = latestSeen(db, now);
  const works = user.validUntil === null ? user.active : worksOn(user, clinicDay(latest));
  return {
    userId,
    name: user.name,
    email: user.email,
    roles: works ? user.roles : [],
    granted: works && isGranted(rowsWhere(db, 'access_grant', 'user_id = ?', [userId]), latest),
    profession: user.profession,
    hprNumber: user.hprNumber,
    signingKey,
  };
}

/** The latest moment this laptop has seen: a clock set back gives no locum a day more, and nobody another look at notes. */
function latestSeen(db: SqliteDatabase, now: Date): string {
  const seen = Number(readReplica(db, 'latest-time') ?? 0);
  return new Date(Math.max(seen, now.getTime())).toISOString();
}
