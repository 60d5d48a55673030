/** Devices, accounts, invitations: who may come in. */
import type { Grant } from '../../rules/grants.ts';
import type { Pool, Tx } from '../open.ts';

export type DirectoryKind = 'device' | 'email' | 'invitation' | 'clerk' | 'helseid' | 'app';

/** The clinics behind a hashed key; asked before the tenant is known. */
export async function clinicsBehind(pool: Pool, kind: DirectoryKind, keyHash: string): Promise<string[]> {
  const { rows } = await pool.query<{ clinic_id: string }>('select clinic_id from directory where kind = $1 and key_hash = $2', [
    kind,
    keyHash,
  ]);
  return rows.map((row) => row.clinic_id);
}

export async function addToDirectory(tx: Tx, kind: DirectoryKind, keyHash: string, clinicId: string): Promise<void> {
  await tx.query('insert into directory (kind, key_hash, clinic_id) values ($1, $2, $3) on conflict do nothing', [kind, keyHash, clinicId]);
}

export interface Credential {
  deviceId: string;
  userId: string;
  audience: 'desk' | 'clinical';
  secretHash: string;
  revoked: boolean;
  revokeProof: string | null;
  roles: unknown;
  userActive: boolean;
  /** The clinic asks for level 4, and nobody has shown it at this device (queries/helseid.ts). */
  levelMissing: boolean;
  /** What lets the person read notes although their role does not (db/rules/grants.ts). */
  grants: Grant[];
}

const GRANTS = `(select coalesce(json_agg(json_build_object('validFrom', g.valid_from, 'validUntil', g.valid_until, 'endedAt', g.ended_at)), '[]'::json)
       from access_grant g where g.clinic_id = u.clinic_id and g.user_id = u.id and not g.deleted) as grants`;

export async function credentialOf(tx: Tx, clinicId: string, deviceId: string): Promise<Credential | undefined> {
  return (await credentialsOf(tx, clinicId, [deviceId])).get(deviceId);
}

/** By device id; what is unknown is absent. */
export async function credentialsOf(tx: Tx, clinicId: string, deviceIds: readonly string[]): Promise<Map<string, Credential>> {
  const { rows } = await tx.query<Credential>({
    name: 'credentials',
    text: `select c.device_id as "deviceId", c.user_id as "userId", c.audience, c.secret_hash as "secretHash", c.revoked_at is not null as revoked, c.revoke_proof as "revokeProof",
       u.roles, u.active and not u.deleted and coalesce(u.valid_until >= to_char(now() at time zone 'Europe/Oslo', 'YYYY-MM-DD'), true) as "userActive",
       c.level4_at is null and coalesce(h.required, false) as "levelMissing", ${GRANTS}
     from device_credential c join "user" u on u.clinic_id = c.clinic_id and u.id = c.user_id
     left join helseid_clinic h on h.clinic_id = c.clinic_id
     where c.clinic_id = $1 and c.device_id = any($2::uuid[])`,
    values: [clinicId, deviceIds],
  });
  return new Map(rows.map((row) => [row.deviceId, row]));
}

export async function addCredential(
  tx: Tx,
  clinicId: string,
  credential: Pick<Credential, 'deviceId' | 'userId' | 'audience' | 'secretHash'> & { level4At: Date | null },
): Promise<void> {
  const columns = 'clinic_id, device_id, user_id, audience, secret_hash, level4_at';
  await tx.query(`insert into device_credential (${columns}) values ($1, $2, $3, $4, $5, $6)`, [
    clinicId,
    credential.deviceId,
    credential.userId,
    credential.audience,
    credential.secretHash,
    credential.level4At,
  ]);
}

/** Returns whether there was one. */
export async function revokeCredential(tx: Tx, clinicId: string, deviceId: string, proof: string | null): Promise<boolean> {
  const { rowCount } = await tx.query(
    'update device_credential set revoked_at = coalesce(revoked_at, now()), revoke_proof = coalesce($3, revoke_proof) where clinic_id = $1 and device_id = $2',
    [clinicId, deviceId, proof],
  );
  return rowCount === 1;
}

export interface DeviceListed {
  id: string;
  name: string;
  userId: string | null;
  audience: string;
  enrolledAt: string;
  revokedAt: string | null;
  lastSeenAt: string | null;
}

export async function listDevices(tx: Tx, clinicId: string): Promise<DeviceListed[]> {
  const { rows } = await tx.query<DeviceListed>(
    `select d.id, d.name, d.user_id as "userId", d.audience, d.enrolled_at as "enrolledAt", d.revoked_at as "revokedAt",
       to_char(q.seen_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "lastSeenAt"
     from device d left join device_queue q on q.clinic_id = d.clinic_id and q.device_id = d.id
     where d.clinic_id = $1 and not d.deleted order by d.enrolled_at, d.id`,
    [clinicId],
  );
  return rows;
}

export interface PersonRow {
  id: string;
  name: string;
  email: string;
  roles: unknown;
  active: boolean;
  grants: Grant[];
  /** The clinic asks for level 4 of who reads its charts over the network. */
  levelAsked: boolean;
  /** The clinic has switched its FHIR API off. */
  fhirOff: boolean;
}

export async function personById(tx: Tx, clinicId: string, userId: string): Promise<PersonRow | undefined> {
  const { rows } = await tx.query<PersonRow>(
    `select id, name, email, roles, active and not deleted and coalesce(valid_until >= to_char(now() at time zone 'Europe/Oslo', 'YYYY-MM-DD'), true) as active, ${GRANTS},
       exists (select from helseid_clinic h where h.clinic_id = u.clinic_id and h.required) as "levelAsked",
       exists (select from smart_clinic s where s.clinic_id = u.clinic_id and not s.api) as "fhirOff"
     from "user" u where clinic_id = $1 and id = $2`,
    [clinicId, userId],
  );
  return rows[0];
}

/** People of this clinic with this address and an account. */
export async function accountsByEmail(
  tx: Tx,
  clinicId: string,
  email: string,
): Promise<(Omit<PersonRow, 'grants' | 'levelAsked' | 'fhirOff'> & { verifier: string })[]> {
  const { rows } = await tx.query<Omit<PersonRow, 'grants' | 'levelAsked' | 'fhirOff'> & { verifier: string }>(
    `select u.id, u.name, u.email, u.roles, a.verifier,
       u.active and not u.deleted and coalesce(u.valid_until >= to_char(now() at time zone 'Europe/Oslo', 'YYYY-MM-DD'), true) as active
     from "user" u join account a on a.clinic_id = u.clinic_id and a.user_id = u.id
     where u.clinic_id = $1 and lower(u.email) = lower($2)`,
    [clinicId, email],
  );
  return rows;
}

/** Of the passphrase this person has on the server now. */
export async function verifierOf(tx: Tx, clinicId: string, userId: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ verifier: string }>('select verifier from account where clinic_id = $1 and user_id = $2', [
    clinicId,
    userId,
  ]);
  return rows[0]?.verifier;
}

/** Whether this person has a passphrase on the server. */
export async function hasAccount(tx: Tx, clinicId: string, userId: string): Promise<boolean> {
  const { rowCount } = await tx.query('select from account where clinic_id = $1 and user_id = $2', [clinicId, userId]);
  return rowCount === 1;
}

export async function saveAccount(tx: Tx, clinicId: string, userId: string, verifier: string): Promise<void> {
  await tx.query(
    `insert into account (clinic_id, user_id, verifier) values ($1, $2, $3)
     on conflict (clinic_id, user_id) do update set verifier = excluded.verifier, updated_at = now()`,
    [clinicId, userId, verifier],
  );
}

export async function addInvitation(
  tx: Tx,
  clinicId: string,
  invitation: { codeHash: string; userId: string; createdById: string; challenge: string | null; expiresAt: Date },
): Promise<void> {
  await tx.query(
    'insert into invitation (clinic_id, code_hash, user_id, created_by_id, challenge, expires_at) values ($1, $2, $3, $4, $5, $6)',
    [clinicId, invitation.codeHash, invitation.userId, invitation.createdById, invitation.challenge, invitation.expiresAt],
  );
}

/** Uses an invitation up, once. Locks it, so that two laptops with one code cannot both come in. */
export async function lockInvitation(
  tx: Tx,
  clinicId: string,
  codeHash: string,
): Promise<{ userId: string; challenge: string | null; expiresAt: Date; used: boolean } | undefined> {
  const { rows } = await tx.query<{ userId: string; challenge: string | null; expiresAt: Date; used: boolean }>(
    'select user_id as "userId", challenge, expires_at as "expiresAt", used_at is not null as used from invitation where clinic_id = $1 and code_hash = $2 for update',
    [clinicId, codeHash],
  );
  return rows[0];
}

export async function useInvitation(tx: Tx, clinicId: string, codeHash: string, deviceId: string): Promise<void> {
  await tx.query('update invitation set used_at = now(), used_by_device_id = $3 where clinic_id = $1 and code_hash = $2', [
    clinicId,
    codeHash,
    deviceId,
  ]);
}

/** Opens a clinic's feed. False when the clinic is already here. */
export async function openClock(tx: Tx, clinicId: string): Promise<boolean> {
  const { rowCount } = await tx.query('insert into clinic_clock (clinic_id) values ($1) on conflict do nothing', [clinicId]);
  return rowCount === 1;
}
