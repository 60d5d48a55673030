/** Apps of a clinic and what they were let do (SMART App Launch). Every query but those of keys stands under the clinic's row security. */
import type { Pool, Tx } from '../open.ts';

export interface AppRow {
  id: string;
  name: string;
  kind: 'public' | 'secret' | 'key';
  jwks: { keys: Record<string, unknown>[] } | null;
  redirectUris: string[];
  launchUrl: string;
  scopes: string;
  enabled: boolean;
}
const APP = 'id, name, kind, jwks, redirect_uris as "redirectUris", launch_url as "launchUrl", scopes, enabled';

export async function appsOf(tx: Tx, clinicId: string): Promise<AppRow[]> {
  const { rows } = await tx.query<AppRow>(`select ${APP} from smart_app where clinic_id = $1 and not deleted order by name, id`, [
    clinicId,
  ]);
  return rows;
}

/** One that is on, of a clinic that lets apps in. */
export async function openApp(tx: Tx, clinicId: string, id: string): Promise<(AppRow & { secretHash: string | null }) | undefined> {
  const { rows } = await tx.query<AppRow & { secretHash: string | null }>(
    `select ${APP}, secret_hash as "secretHash" from smart_app where clinic_id = $1 and id = $2 and enabled and not deleted
       and not exists (select from smart_clinic where clinic_id = $1 and not (api and apps))`,
    [clinicId, id],
  );
  return rows[0];
}

export async function addApp(
  tx: Tx,
  clinicId: string,
  app: AppRow & { secretHash: string | null; createdById: string; createdAt: Date },
): Promise<void> {
  await tx.query(
    `insert into smart_app (clinic_id, id, name, kind, secret_hash, jwks, redirect_uris, launch_url, scopes, enabled, created_by_id, created_at)
     values ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8, $9, $10, $11, $12)`,
    [
      clinicId,
      app.id,
      app.name,
      app.kind,
      app.secretHash,
      app.jwks === null ? null : JSON.stringify(app.jwks),
      JSON.stringify(app.redirectUris),
      app.launchUrl,
      app.scopes,
      app.enabled,
      app.createdById,
      app.createdAt,
    ],
  );
}

/** @returns false when there is none */
export async function changeApp(
  tx: Tx,
  clinicId: string,
  id: string,
  change: {
    name?: string | undefined;
    redirectUris?: readonly string[] | undefined;
    launchUrl?: string | undefined;
    scopes?: string | undefined;
    enabled?: boolean | undefined;
    deleted?: true;
    secretHash?: string;
  },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update smart_app set name = coalesce($3, name), redirect_uris = coalesce($4::jsonb, redirect_uris), launch_url = coalesce($5, launch_url),
       scopes = coalesce($6, scopes), enabled = coalesce($7, enabled), deleted = deleted or $8, secret_hash = coalesce($9, secret_hash)
     where clinic_id = $1 and id = $2 and not deleted and ($9::text is null or kind = 'secret')`,
    [
      clinicId,
      id,
      change.name ?? null,
      change.redirectUris === undefined ? null : JSON.stringify(change.redirectUris),
      change.launchUrl ?? null,
      change.scopes ?? null,
      change.enabled ?? null,
      change.deleted ?? false,
      change.secretHash ?? null,
    ],
  );
  return rowCount === 1;
}

export async function smartSwitches(tx: Tx, clinicId: string): Promise<{ api: boolean; apps: boolean }> {
  const { rows } = await tx.query<{ api: boolean; apps: boolean }>('select api, apps from smart_clinic where clinic_id = $1', [clinicId]);
  return rows[0] ?? { api: true, apps: true };
}

export async function setSmartSwitches(tx: Tx, clinicId: string, { api, apps }: { api: boolean; apps: boolean }): Promise<void> {
  await tx.query(
    'insert into smart_clinic (clinic_id, api, apps) values ($1, $2, $3) on conflict (clinic_id) do update set api = excluded.api, apps = excluded.apps',
    [clinicId, api, apps],
  );
}

export interface LaunchRow {
  appId: string;
  userId: string;
  deviceId: string;
  patientId: string;
  encounterId: string | null;
}

/** Those that are over are forgotten. */
export async function addLaunch(
  tx: Tx,
  clinicId: string,
  hash: string,
  launch: LaunchRow & { browserHash: string | null; expiresAt: Date },
  now: Date,
): Promise<void> {
  await tx.query('delete from smart_launch where clinic_id = $1 and expires_at < $2', [clinicId, now]);
  await tx.query(
    `insert into smart_launch (clinic_id, hash, app_id, user_id, device_id, patient_id, encounter_id, browser_hash, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      clinicId,
      hash,
      launch.appId,
      launch.userId,
      launch.deviceId,
      launch.patientId,
      launch.encounterId,
      launch.browserHash,
      launch.expiresAt,
    ],
  );
}

/** Once, also at two copies at a time; only for the app and the browser it is for. A ticket is for a browser that nobody knows yet. */
export async function useLaunch(
  tx: Tx,
  clinicId: string,
  hash: string,
  { appId, browserHash, now }: { appId: string | null; browserHash: string | null; now: Date },
): Promise<LaunchRow | undefined> {
  const { rows } = await tx.query<LaunchRow>(
    `update smart_launch set used_at = $5 where clinic_id = $1 and hash = $2 and ($3::uuid is null or app_id = $3)
       and browser_hash is not distinct from $4 and used_at is null and expires_at > $5
     returning app_id as "appId", user_id as "userId", device_id as "deviceId", patient_id as "patientId", encounter_id as "encounterId"`,
    [clinicId, hash, appId, browserHash, now],
  );
  return rows[0];
}

export interface GrantRow {
  id: string;
  appId: string;
  userId: string;
  deviceId: string;
  patientId: string | null;
  encounterId: string | null;
  scope: string;
  nonce: string | null;
  challenge: string;
  redirectUri: string;
  codeExpiresAt: Date;
  createdAt: Date;
  endsAt: Date;
}
const GRANT = `g.id, g.app_id as "appId", g.user_id as "userId", g.device_id as "deviceId", g.patient_id as "patientId", g.encounter_id as "encounterId",
  g.scope, g.nonce, g.challenge, g.redirect_uri as "redirectUri", g.code_expires_at as "codeExpiresAt", g.created_at as "createdAt", g.ends_at as "endsAt"`;

export async function addGrant(tx: Tx, clinicId: string, codeHash: string, grant: GrantRow): Promise<void> {
  // Of what ended long ago nothing is needed: the log has it.
  await tx.query("delete from smart_token where clinic_id = $1 and expires_at < $2::timestamptz - interval '7 days'", [
    clinicId,
    grant.createdAt,
  ]);
  await tx.query("delete from smart_grant where clinic_id = $1 and ends_at < $2::timestamptz - interval '7 days'", [
    clinicId,
    grant.createdAt,
  ]);
  await tx.query(
    `insert into smart_grant (clinic_id, id, app_id, user_id, device_id, patient_id, encounter_id, scope, nonce, code_hash, challenge, redirect_uri,
       code_expires_at, created_at, ends_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      clinicId,
      grant.id,
      grant.appId,
      grant.userId,
      grant.deviceId,
      grant.patientId,
      grant.encounterId,
      grant.scope,
      grant.nonce,
      codeHash,
      grant.challenge,
      grant.redirectUri,
      grant.codeExpiresAt,
      grant.createdAt,
      grant.endsAt,
    ],
  );
}

/** Of an app's own code, locked, with whether it was used before; it is used now. */
export async function useCode(
  tx: Tx,
  clinicId: string,
  appId: string,
  codeHash: string,
  now: Date,
): Promise<(GrantRow & { used: boolean; ended: boolean }) | undefined> {
  const { rows } = await tx.query<GrantRow & { used: boolean; ended: boolean }>(
    `select ${GRANT}, g.code_used_at is not null as used, g.ended_at is not null as ended
     from smart_grant g where g.clinic_id = $1 and g.app_id = $2 and g.code_hash = $3 for update`,
    [clinicId, appId, codeHash],
  );
  const [found] = rows;
  if (found !== undefined && !found.used)
    await tx.query('update smart_grant set code_used_at = $3 where clinic_id = $1 and id = $2', [clinicId, found.id, now]);
  return found;
}

/** With all its tokens. False when it had ended. */
export async function endGrant(tx: Tx, clinicId: string, id: string, now: Date): Promise<boolean> {
  const { rowCount } = await tx.query('update smart_grant set ended_at = $3 where clinic_id = $1 and id = $2 and ended_at is null', [
    clinicId,
    id,
    now,
  ]);
  return rowCount === 1;
}

export async function addTokens(
  tx: Tx,
  clinicId: string,
  grantId: string,
  tokens: readonly { hash: string; kind: 'access' | 'refresh'; issuedAt: Date; expiresAt: Date }[],
): Promise<void> {
  for (const { hash, kind, issuedAt, expiresAt } of tokens)
    await tx.query('insert into smart_token (clinic_id, hash, grant_id, kind, issued_at, expires_at) values ($1, $2, $3, $4, $5, $6)', [
      clinicId,
      hash,
      grantId,
      kind,
      issuedAt,
      expiresAt,
    ]);
}

export interface TokenRow extends GrantRow {
  kind: 'access' | 'refresh';
  issuedAt: Date;
  expiresAt: Date;
  used: boolean;
  ended: boolean;
  appName: string;
  /** The app is on, the clinic lets apps in, and the laptop it was launched from was not revoked. */
  live: boolean;
  /** Level 4 was shown at that laptop. */
  level4: boolean;
}

/** @param lock until the end of the transaction: two exchanges of one token come one after the other */
export async function tokenOf(tx: Tx, clinicId: string, hash: string, lock = false): Promise<TokenRow | undefined> {
  const { rows } = await tx.query<TokenRow>(
    `select ${GRANT}, t.kind, t.issued_at as "issuedAt", t.expires_at as "expiresAt", t.used_at is not null as used, g.ended_at is not null as ended, a.name as "appName",
       a.enabled and not a.deleted and d.revoked_at is null and not exists (select from smart_clinic s where s.clinic_id = $1 and not (s.api and s.apps)) as live,
       d.level4_at is not null as level4
     from smart_token t join smart_grant g on g.clinic_id = t.clinic_id and g.id = t.grant_id
     join smart_app a on a.clinic_id = g.clinic_id and a.id = g.app_id
     join device_credential d on d.clinic_id = g.clinic_id and d.device_id = g.device_id
     where t.clinic_id = $1 and t.hash = $2 ${lock ? 'for update of t, g' : ''}`,
    [clinicId, hash],
  );
  return rows[0];
}

export async function useToken(tx: Tx, clinicId: string, hash: string, now: Date): Promise<void> {
  await tx.query('update smart_token set used_at = $3 where clinic_id = $1 and hash = $2 and used_at is null', [clinicId, hash, now]);
}

/** Access tokens that came before are worth nothing once there is a newer one. */
export async function endAccess(tx: Tx, clinicId: string, grantId: string, now: Date): Promise<void> {
  await tx.query("update smart_token set used_at = $3 where clinic_id = $1 and grant_id = $2 and kind = 'access' and used_at is null", [
    clinicId,
    grantId,
    now,
  ]);
}

/** False for one that came before. */
export async function noteAssertion(tx: Tx, clinicId: string, hash: string, expiresAt: Date, now: Date): Promise<boolean> {
  await tx.query('delete from smart_assertion where clinic_id = $1 and expires_at < $2', [clinicId, now]);
  const { rowCount } = await tx.query(
    'insert into smart_assertion (clinic_id, hash, expires_at) values ($1, $2, $3) on conflict do nothing',
    [clinicId, hash, expiresAt],
  );
  return rowCount === 1;
}

export interface KeyRow {
  kid: string;
  sealed: string;
  open: Record<string, unknown>;
  createdAt: Date;
}

/** Newest first. */
export async function smartKeys(pool: Pool | Tx): Promise<KeyRow[]> {
  return (await pool.query<KeyRow>('select kid, sealed, open, created_at as "createdAt" from smart_key order by created_at desc, kid'))
    .rows;
}

/** Unless another copy has just made one, newer than `after`. */
export async function addSmartKey(pool: Pool | Tx, key: KeyRow, after: Date, forgetBefore: Date): Promise<void> {
  await pool.query(
    `with one as (select pg_advisory_xact_lock(hashtextextended('smart key', 0)))
     insert into smart_key (kid, sealed, open, created_at) select $1, $2, $3::jsonb, $4 from one
     where not exists (select from smart_key where created_at > $5)`,
    [key.kid, key.sealed, JSON.stringify(key.open), key.createdAt, after],
  );
  await pool.query('delete from smart_key where created_at < $1', [forgetBefore]);
}
