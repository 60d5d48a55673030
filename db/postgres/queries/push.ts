/** What a push reads and leaves behind besides the rows: the counter, the ledger, quarantine, the device's queue. */
import type { Outcome } from '../../sync/change.ts';
import type { Tx } from '../open.ts';
import { comparable, currentKey, keyNumbered, liveKeys, useKey, type ClinicKeys } from '../sealing/clinic-keys.ts';
import { isSealed, keyIdOf, openText, placeOf, sealText } from '../sealing/envelope.ts';

export interface QueueState {
  /** Place of the newest row in the clinic's feed. */
  seq: number;
  /** Highest n of this device that has an answer. */
  lastN: number;
}

/** Locks the clinic's counter (always first: one order for everybody) and says how far the device has come. */
export async function lockClinic(tx: Tx, clinicId: string, deviceId: string): Promise<QueueState | undefined> {
  // Two statements: a join would read the queue as it was before the lock was granted.
  const clock = await tx.query<{ seq: number; keyId: number | null }>(
    'select seq, key_id as "keyId" from clinic_clock where clinic_id = $1 for update',
    [clinicId],
  );
  const { seq, keyId } = clock.rows[0] ?? {};
  if (seq === undefined) return undefined;
  await useKey(tx, keyId ?? null);
  return { seq, lastN: await lastN(tx, clinicId, deviceId) };
}

/** The highest n of this device that was answered. */
export async function lastN(tx: Tx, clinicId: string, deviceId: string): Promise<number> {
  const { rows } = await tx.query<{ last_n: number }>('select last_n from device_queue where clinic_id = $1 and device_id = $2', [
    clinicId,
    deviceId,
  ]);
  return rows[0]?.last_n ?? 0;
}

/** Moves the counter to `seq`, and says to the triggers that the rows to come carry their places already. */
export async function moveClock(tx: Tx, clinicId: string, seq: number): Promise<void> {
  await tx.query({
    name: 'move-clock',
    // The moment under the lock, not the transaction's beginning: a later place never has an earlier time.
    text: `with moved as (update clinic_clock set seq = $2 where clinic_id = $1 returning 1),
       told as (insert into clinic_moment (clinic_id, seq, at) values ($1, $2, clock_timestamp()) on conflict do nothing)
     select set_config('ryggrad.seq_assigned', '1', true) from moved`,
    values: [clinicId, seq],
  });
}

/** Earlier answers of this device, by n. */
export async function ledgerEntries(
  tx: Tx,
  clinicId: string,
  deviceId: string,
  from: number,
  to: number,
): Promise<Map<number, { hash: string; outcome: Outcome }>> {
  const { rows } = await tx.query<{ n: number; hash: string; outcome: Outcome }>(
    'select n, hash, outcome from ledger where clinic_id = $1 and device_id = $2 and n between $3 and $4',
    [clinicId, deviceId, from, to],
  );
  return new Map(rows.map(({ n, hash, outcome }) => [n, { hash, outcome }]));
}

/**
 * Which of these changes this device has brought before, at whatever place: a change is made once. Asked one id at a time (`limit 1` keeps the
 * planner from turning it round) and in the order of the index that is meant, which the key of the table does not have: of a table that grew since its
 * statistics were made the device's whole history was read for every batch, 20 times the time of all else.
 */
export async function changesBefore(tx: Tx, clinicId: string, deviceId: string, changeIds: readonly string[]): Promise<Set<string>> {
  // What would have to sort has not the index that is meant.
  await tx.query('set local enable_sort = off');
  const { rows } = await tx.query<{ id: string }>({
    name: 'changes-before',
    text: `select asked.id from unnest($3::uuid[]) as asked(id) cross join lateral (
             select 1 from ledger l where l.clinic_id = $1 and l.device_id = $2 and l.change_id >= asked.id and l.change_id <= asked.id
             order by l.change_id limit 1) found`,
    values: [clinicId, deviceId, changeIds],
  });
  await tx.query('set local enable_sort = on');
  return new Set(rows.map(({ id }) => id));
}

export interface LedgerEntry {
  n: number;
  changeId: string | null;
  hash: string;
  actor: string | null;
  verb: string | null;
  entity: string | null;
  rowId: string | null;
  outcome: Outcome;
}

/** Whose changes these places of the ledger are (sync-server/core/kept-proofs.ts). */
export interface KeptProof {
  actor: string;
  publicKey: string;
  fromN: number;
  toN: number;
  /** Head of the chain before `fromN`, hex; null for a change signed by itself. */
  after: string | null;
  /** Hashes of changes after `toN` that the signature covers as well. */
  tail: string[];
  signature: string;
}

export async function appendLedger(
  tx: Tx,
  clinicId: string,
  deviceId: string,
  entries: readonly LedgerEntry[],
  proofs: readonly KeptProof[],
): Promise<void> {
  if (entries.length === 0) return;
  await tx.query({
    name: 'append-ledger',
    text: `with stored as (
       insert into ledger (clinic_id, device_id, n, change_id, hash, actor, verb, entity, row_id, outcome)
       select $1, $2, e.n, e."changeId", e.hash, e.actor, e.verb, e.entity, e."rowId", e.outcome
       from jsonb_to_recordset($3::jsonb) as e(n bigint, "changeId" uuid, hash text, actor uuid, verb text, entity text, "rowId" uuid, outcome jsonb)
     ), proven as (
       insert into change_proof (clinic_id, device_id, actor, public_key, from_n, to_n, after, tail, signature)
       select $1, $2, p.actor, p."publicKey", p."fromN", p."toN", p.after, p.tail, p.signature
       from jsonb_to_recordset($5::jsonb) as p(actor uuid, "publicKey" text, "fromN" bigint, "toN" bigint, after text, tail jsonb, signature text)
     )
     insert into device_queue as q (clinic_id, device_id, last_n, seen_at) values ($1, $2, $4, now())
     on conflict (clinic_id, device_id) do update set last_n = greatest(q.last_n, excluded.last_n), seen_at = now()`,
    values: [clinicId, deviceId, JSON.stringify(entries), Math.max(...entries.map(({ n }) => n)), JSON.stringify(proofs)],
  });
}

export interface QuarantineEntry {
  n: number;
  hash: string;
  code: string;
  /** The whole change as JSON. */
  change: string;
}

export async function appendQuarantine(tx: Tx, clinicId: string, deviceId: string, entries: readonly QuarantineEntry[]): Promise<void> {
  for (const { n, hash, code, change } of entries) {
    const key = await currentKey(tx);
    const place = placeOf(clinicId, 'quarantine', 'change', quarantineId(deviceId, n, hash));
    await tx.query(
      'insert into quarantine (clinic_id, device_id, n, hash, code, change) values ($1, $2, $3, $4, $5, $6) on conflict do nothing',
      [clinicId, deviceId, n, hash, code, sealText(key.seals, String(key.id), place, change)],
    );
  }
}

/** What a change in quarantine is sealed to. */
export const quarantineId = (deviceId: string, n: number, hash: string): string => `${deviceId}:${n}:${hash}`;

/** A change in quarantine as it was handed in. Throws SealBroken. */
export function openQuarantined(
  keys: ClinicKeys,
  { deviceId, n, hash, change }: { deviceId: string; n: number; hash: string; change: string },
): string {
  // JSON, from before there was sealing.
  if (!isSealed(change)) return change;
  const place = placeOf(keys.clinicId, 'quarantine', 'change', quarantineId(deviceId, n, hash));
  return openText(keyNumbered(keys, keyIdOf(change)).seals, place, change);
}

/** Public keys with which these people sign on this device, the newest first. */
export async function signingKeys(
  tx: Tx,
  clinicId: string,
  deviceId: string,
  userIds: readonly string[],
): Promise<{ userId: string; publicKey: string }[]> {
  const { rows } = await tx.query<{ userId: string; publicKey: string }>(
    `select user_id as "userId", public_key as "publicKey" from signing_key
     where clinic_id = $1 and device_id = $2 and user_id = any($3::uuid[]) and not deleted order by seq desc, id desc`,
    [clinicId, deviceId, userIds],
  );
  return rows;
}

/** Roles these people hold or have ever held. */
export async function rolesEverHeld(tx: Tx, clinicId: string, userIds: readonly string[]): Promise<{ userId: string; role: string }[]> {
  const { rows } = await tx.query<{ userId: string; role: string }>(
    'select user_id as "userId", role from user_role_ever where clinic_id = $1 and user_id = any($2::uuid[])',
    [clinicId, userIds],
  );
  return rows;
}

/** Other patients of the clinic with one of these numbers: two laptops may register the same person offline. */
export async function patientsWithNationalId(
  tx: Tx,
  clinicId: string,
  numbers: readonly string[],
): Promise<{ id: string; nationalId: string }[]> {
  await currentKey(tx);
  // Under each key in use: while keys are changed, some rows are still compared by the one before.
  const byIndex = new Map(
    liveKeys(tx).flatMap((key) => numbers.map((number) => [comparable(key, 'patient', 'national_id', number), number] as const)),
  );
  const { rows } = await tx.query<{ id: string; plain: string | null; index: string | null }>(
    `select id, national_id as plain, national_id_index as index from patient
     where clinic_id = $1 and not deleted and (national_id_index = any($2::text[]) or national_id = any($3::text[]))`,
    [clinicId, [...byIndex.keys()], numbers],
  );
  return rows.map(({ id, plain, index }) => ({ id, nationalId: plain ?? byIndex.get(index ?? '') ?? '' }));
}
