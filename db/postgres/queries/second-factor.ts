/** Authenticators and recovery codes. */
import type { Tx } from '../open.ts';

export interface StoredFactor {
  sealed: string;
  confirmed: boolean;
  lastStep: number;
}

/** Locks it: two tries at one time are judged one after the other, so that a code opens once and each guess counts. */
export async function lockFactor(tx: Tx, clinicId: string, userId: string): Promise<StoredFactor | undefined> {
  const { rows } = await tx.query<StoredFactor>(
    `select sealed, confirmed_at is not null as confirmed, last_step::float8 as "lastStep"
     from second_factor where clinic_id = $1 and user_id = $2 for update`,
    [clinicId, userId],
  );
  return rows[0];
}

/** A new secret, not yet confirmed; one that was begun and never confirmed is replaced. */
export async function beginFactor(tx: Tx, clinicId: string, userId: string, sealed: string): Promise<void> {
  await tx.query(
    `insert into second_factor (clinic_id, user_id, sealed) values ($1, $2, $3)
     on conflict (clinic_id, user_id) do update set sealed = excluded.sealed, last_step = 0, created_at = now()
     where second_factor.confirmed_at is null`,
    [clinicId, userId, sealed],
  );
}

export async function confirmFactor(tx: Tx, clinicId: string, userId: string): Promise<void> {
  await tx.query('update second_factor set confirmed_at = now() where clinic_id = $1 and user_id = $2', [clinicId, userId]);
}

export async function useStep(tx: Tx, clinicId: string, userId: string, step: number): Promise<void> {
  await tx.query('update second_factor set last_step = $3 where clinic_id = $1 and user_id = $2', [clinicId, userId, step]);
}

/** The authenticator and its codes. Returns whether there was one that had been confirmed. */
export async function removeFactor(tx: Tx, clinicId: string, userId: string): Promise<boolean> {
  await tx.query('delete from recovery_code where clinic_id = $1 and user_id = $2', [clinicId, userId]);
  const { rows } = await tx.query<{ confirmed: boolean }>(
    'delete from second_factor where clinic_id = $1 and user_id = $2 returning confirmed_at is not null as confirmed',
    [clinicId, userId],
  );
  return rows[0]?.confirmed === true;
}

/** These instead of all there were. */
export async function replaceRecoveryCodes(tx: Tx, clinicId: string, userId: string, hashes: readonly string[]): Promise<void> {
  await tx.query('delete from recovery_code where clinic_id = $1 and user_id = $2', [clinicId, userId]);
  await tx.query('insert into recovery_code (clinic_id, user_id, code_hash) select $1, $2, unnest($3::text[])', [clinicId, userId, hashes]);
}

/** Uses one up. False when there is none such, or not any more. */
export async function useRecoveryCode(tx: Tx, clinicId: string, userId: string, hash: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'update recovery_code set used_at = now() where clinic_id = $1 and user_id = $2 and code_hash = $3 and used_at is null',
    [clinicId, userId, hash],
  );
  return rowCount === 1;
}

export interface FactorListed {
  userId: string;
  since: string;
  recoveryCodesLeft: number;
}

/** Who of the clinic has one; @param userId of this person alone, or null for all */
export async function listFactors(tx: Tx, clinicId: string, userId: string | null): Promise<FactorListed[]> {
  const { rows } = await tx.query<FactorListed>(
    `select f.user_id as "userId", to_char(f.confirmed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as since,
       (select count(*)::int from recovery_code r where r.clinic_id = f.clinic_id and r.user_id = f.user_id and r.used_at is null)
         as "recoveryCodesLeft"
     from second_factor f where f.clinic_id = $1 and f.confirmed_at is not null and ($2::uuid is null or f.user_id = $2) order by f.user_id`,
    [clinicId, userId],
  );
  return rows;
}
