/** Clerk's users and sessions, as far as we keep them. */
import type { Pool, Tx } from '../open.ts';

/** Takes note of an event's time; deletion is final. */
export async function noteClerkUser(pool: Pool, idHash: string, seen: number, deleted: boolean): Promise<void> {
  await pool.query(
    `insert into clerk_user as u (id_hash, seen, deleted) values ($1, $2, $3)
     on conflict (id_hash) do update set seen = greatest(u.seen, excluded.seen), deleted = u.deleted or excluded.deleted`,
    [idHash, seen, deleted],
  );
}

/** Locks it, so that events about one user have their effects one after the other. */
export async function lockClerkUser(tx: Tx, idHash: string): Promise<{ seen: number; deleted: boolean } | undefined> {
  const { rows } = await tx.query<{ seen: number; deleted: boolean }>(
    'select seen::float8 as seen, deleted from clerk_user where id_hash = $1 for update',
    [idHash],
  );
  return rows[0];
}

/** False when this clinic has had the event already. */
export async function claimClerkEvent(tx: Tx, clinicId: string, idHash: string): Promise<boolean> {
  const { rowCount } = await tx.query('insert into clerk_event (clinic_id, id_hash) values ($1, $2) on conflict do nothing', [
    clinicId,
    idHash,
  ]);
  return rowCount === 1;
}

export async function linkOf(tx: Tx, clinicId: string, clerkUserId: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ user_id: string }>('select user_id from clerk_link where clinic_id = $1 and clerk_user_id = $2', [
    clinicId,
    clerkUserId,
  ]);
  return rows[0]?.user_id;
}

/** False when the colleague has another user at Clerk already. */
export async function addLink(tx: Tx, clinicId: string, userId: string, clerkUserId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'insert into clerk_link (clinic_id, user_id, clerk_user_id) values ($1, $2, $3) on conflict do nothing',
    [clinicId, userId, clerkUserId],
  );
  return rowCount === 1;
}

export async function removeLink(tx: Tx, clinicId: string, clerkUserId: string, keyHash: string): Promise<void> {
  await tx.query('delete from clerk_link where clinic_id = $1 and clerk_user_id = $2', [clinicId, clerkUserId]);
  await tx.query("delete from directory where kind = 'clerk' and key_hash = $1 and clinic_id = $2", [keyHash, clinicId]);
}

/** Colleagues with this address who work here. */
export async function colleaguesByEmail(tx: Tx, clinicId: string, email: string): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    'select id from "user" where clinic_id = $1 and lower(email) = lower($2) and active and not deleted order by id',
    [clinicId, email],
  );
  return rows.map(({ id }) => id);
}

/** Whether somebody else answers for the clinic, without a last day. */
export async function hasOtherAdmin(tx: Tx, clinicId: string, userId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select from "user" where clinic_id = $1 and id <> $2 and active and not deleted and valid_until is null and roles @> '["ADMIN"]' limit 1`,
    [clinicId, userId],
  );
  return rowCount === 1;
}

const KEEP_ENDED = '1 day';

/** Tokens live for minutes: what ended longer ago cannot come any more, and is forgotten. */
export async function endClerkSession(pool: Pool, idHash: string): Promise<void> {
  await pool.query('insert into clerk_session_ended (id_hash) values ($1) on conflict do nothing', [idHash]);
  await pool.query(`delete from clerk_session_ended where at < now() - interval '${KEEP_ENDED}'`);
}

export async function isClerkSessionEnded(pool: Pool, idHash: string): Promise<boolean> {
  const { rowCount } = await pool.query('select from clerk_session_ended where id_hash = $1', [idHash]);
  return rowCount === 1;
}
