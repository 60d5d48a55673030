/** Sign-ins by HelseID under way, what they are worth, and who of HelseID's people is who of ours. */
import type { Pool, Tx } from '../open.ts';

export interface LoginRow {
  browserHash: string;
  sealed: string;
  createdAt: Date;
}

/** Older ones are swept: whoever began them has left. */
export async function addLogin(pool: Pool, stateHash: string, login: LoginRow, sweepBefore: Date): Promise<void> {
  await pool.query('insert into helseid_login (state_hash, browser_hash, sealed, created_at) values ($1, $2, $3, $4)', [
    stateHash,
    login.browserHash,
    login.sealed,
    login.createdAt,
  ]);
  await pool.query('delete from helseid_login where created_at < $1', [sweepBefore]);
}

/** Takes it away, once, and only for the browser that began it: another one's attempt leaves it as it is. */
export async function takeLogin(pool: Pool, stateHash: string, browserHash: string): Promise<LoginRow | undefined> {
  const { rows } = await pool.query<LoginRow>(
    `delete from helseid_login where state_hash = $1 and browser_hash = $2
     returning browser_hash as "browserHash", sealed, created_at as "createdAt"`,
    [stateHash, browserHash],
  );
  return rows[0];
}

export interface TicketRow {
  challenge: string;
  sealed: string;
  expiresAt: Date;
  used: boolean;
}

export async function addTicket(
  pool: Pool,
  codeHash: string,
  ticket: Pick<TicketRow, 'challenge' | 'sealed' | 'expiresAt'>,
  now: Date,
): Promise<void> {
  await pool.query('delete from helseid_ticket where expires_at < $1', [now]);
  await pool.query('insert into helseid_ticket (code_hash, challenge, sealed, expires_at) values ($1, $2, $3, $4)', [
    codeHash,
    ticket.challenge,
    ticket.sealed,
    ticket.expiresAt,
  ]);
}

const TICKET = 'select challenge, sealed, expires_at as "expiresAt", used_at is not null as used from helseid_ticket where code_hash = $1';

export async function ticketOf(pool: Pool, codeHash: string): Promise<TicketRow | undefined> {
  return (await pool.query<TicketRow>(TICKET, [codeHash])).rows[0];
}

/** False when somebody else was first, also at another copy. */
export async function useTicket(tx: Tx, codeHash: string): Promise<boolean> {
  const { rowCount } = await tx.query('update helseid_ticket set used_at = now() where code_hash = $1 and used_at is null', [codeHash]);
  return rowCount === 1;
}

export interface IdentityRow {
  userId: string;
  pidHash: string;
  hprNumber: string | null;
  profession: string | null;
  level: number;
  boundAt: Date;
  lastAt: Date;
}

/** Until the end of the transaction: two people who bind at once come one after the other. */
export async function lockIdentities(tx: Tx, clinicId: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('helseid ' || $1, 0))", [clinicId]);
}

const IDENTITY =
  'select user_id as "userId", pid_hash as "pidHash", hpr_number as "hprNumber", profession, level, bound_at as "boundAt", last_at as "lastAt" from helseid_identity where clinic_id = $1';

export async function identitiesIn(tx: Tx, clinicId: string): Promise<IdentityRow[]> {
  return (await tx.query<IdentityRow>(`${IDENTITY} order by user_id`, [clinicId])).rows;
}
export async function identityOf(tx: Tx, clinicId: string, userId: string): Promise<IdentityRow | undefined> {
  return (await tx.query<IdentityRow>(`${IDENTITY} and user_id = $2`, [clinicId, userId])).rows[0];
}
export async function identityByPid(tx: Tx, clinicId: string, pidHash: string): Promise<IdentityRow | undefined> {
  return (await tx.query<IdentityRow>(`${IDENTITY} and pid_hash = $2`, [clinicId, pidHash])).rows[0];
}

/** Of the same person again: only what HelseID says now. */
export async function saveIdentity(tx: Tx, clinicId: string, identity: IdentityRow): Promise<void> {
  const { userId, pidHash, hprNumber, profession, level, boundAt, lastAt } = identity;
  await tx.query(
    `insert into helseid_identity (clinic_id, user_id, pid_hash, hpr_number, profession, level, bound_at, last_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (clinic_id, user_id) do update set hpr_number = excluded.hpr_number, profession = excluded.profession, level = excluded.level, last_at = excluded.last_at`,
    [clinicId, userId, pidHash, hprNumber, profession, level, boundAt, lastAt],
  );
}

/** With the sessions that rest on it, and what devices have shown by it. False when there was none. */
export async function removeIdentity(tx: Tx, clinicId: string, userId: string): Promise<boolean> {
  const { rows } = await tx.query<{ pid_hash: string }>(
    'delete from helseid_identity where clinic_id = $1 and user_id = $2 returning pid_hash',
    [clinicId, userId],
  );
  const [gone] = rows;
  if (gone === undefined) return false;
  await tx.query("delete from directory where kind = 'helseid' and key_hash = $1 and clinic_id = $2", [gone.pid_hash, clinicId]);
  await tx.query('update helseid_session set ended_at = now() where clinic_id = $1 and user_id = $2 and ended_at is null', [
    clinicId,
    userId,
  ]);
  await tx.query('update device_credential set level4_at = null where clinic_id = $1 and user_id = $2', [clinicId, userId]);
  return true;
}

export interface SessionRow {
  userId: string;
  level: number;
  ended: boolean;
}

/** Those that are over by themselves are forgotten. */
export async function addSession(
  tx: Tx,
  clinicId: string,
  session: { id: string; userId: string; level: number; expiresAt: Date },
  now: Date,
): Promise<void> {
  await tx.query('delete from helseid_session where clinic_id = $1 and expires_at < $2', [clinicId, now]);
  await tx.query('insert into helseid_session (clinic_id, id, user_id, level, expires_at) values ($1, $2, $3, $4, $5)', [
    clinicId,
    session.id,
    session.userId,
    session.level,
    session.expiresAt,
  ]);
}

export async function helseidSessionOf(tx: Tx, clinicId: string, id: string): Promise<SessionRow | undefined> {
  const { rows } = await tx.query<SessionRow>(
    'select user_id as "userId", level, ended_at is not null as ended from helseid_session where clinic_id = $1 and id = $2',
    [clinicId, id],
  );
  return rows[0];
}

/** False when it was over already. */
export async function endHelseidSession(tx: Tx, clinicId: string, id: string): Promise<boolean> {
  const { rowCount } = await tx.query('update helseid_session set ended_at = now() where clinic_id = $1 and id = $2 and ended_at is null', [
    clinicId,
    id,
  ]);
  return rowCount === 1;
}

export async function isLevelAsked(tx: Tx, clinicId: string): Promise<boolean> {
  const { rowCount } = await tx.query('select from helseid_clinic where clinic_id = $1 and required', [clinicId]);
  return rowCount === 1;
}

/** False when nothing changed. */
export async function askForLevel(tx: Tx, clinicId: string, required: boolean): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into helseid_clinic as h (clinic_id, required) values ($1, $2)
     on conflict (clinic_id) do update set required = excluded.required where h.required <> excluded.required`,
    [clinicId, required],
  );
  return rowCount === 1;
}

export async function level4At(tx: Tx, clinicId: string, deviceId: string): Promise<Date | null> {
  const { rows } = await tx.query<{ at: Date | null }>(
    'select level4_at as at from device_credential where clinic_id = $1 and device_id = $2',
    [clinicId, deviceId],
  );
  return rows[0]?.at ?? null;
}

/** At a device that is this person's own; a colleague's level says nothing of whose record it holds. */
export async function noteLevel4(
  tx: Tx,
  clinicId: string,
  { deviceId, userId }: { deviceId: string; userId: string },
  at: Date,
): Promise<void> {
  await tx.query('update device_credential set level4_at = $4 where clinic_id = $1 and device_id = $2 and user_id = $3', [
    clinicId,
    deviceId,
    userId,
    at,
  ]);
}
