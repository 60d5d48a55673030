/** The keys of clinics and of the operator, as rows: which are there, which is in force, which may go. */
import type { Pool, Tx } from '../open.ts';
import { currentKey, keysOf, loadKeys, makeKey } from '../sealing/clinic-keys.ts';
import { keyIdOf } from '../sealing/envelope.ts';
import { proofOfMaster, provesMaster, unwrapKey, wrapKey, type MasterKeys } from '../sealing/master-keys.ts';

/**
 * Whether these are the keys that this database was sealed with; notes down those it has not met before. Throws a sentence for the
 * operator. Nothing has been read or written with a wrong key by then.
 */
export async function assertMasterKeys(pool: Pool, master: MasterKeys): Promise<void> {
  await assertKnown(pool, master);
  for (const [id, key] of master.byId)
    await pool.query('insert into master_key (id, proof) values ($1, $2) on conflict do nothing', [id, proofOfMaster(id, key)]);
  // Another copy may have come first with another key.
  await assertKnown(pool, master);
}

async function assertKnown(pool: Pool, master: MasterKeys): Promise<void> {
  const { rows } = await pool.query<{ id: string; proof: string }>('select id, proof from master_key order by id');
  for (const { id, proof } of rows) {
    const key = master.byId.get(id);
    if (key === undefined)
      throw new Error(
        `ENCRYPTION_MASTER_KEYS: clinics of this database are still sealed with the key ${id}. Name it after the newest one.`,
      );
    if (!provesMaster(id, key, proof))
      throw new Error(`ENCRYPTION_MASTER_KEYS: the key ${id} is not the one this database was sealed with. Nothing was changed.`);
  }
}

const clinicOf = (tx: Tx): string => keysOf(tx).clinicId;

/** Wraps the clinic's keys under the operator's newest. */
export async function rewrapKeys(tx: Tx): Promise<void> {
  const { master } = keysOf(tx).ring;
  const clinicId = clinicOf(tx);
  const { rows } = await tx.query<{ id: number; wrapped: string }>(
    'select id, wrapped from clinic_key where clinic_id = $1 and wrapped is not null for update',
    [clinicId],
  );
  for (const { id, wrapped } of rows) {
    if (keyIdOf(wrapped) === master.newest) continue;
    const again = wrapKey(master, clinicId, id, unwrapKey(master, clinicId, id, wrapped));
    await tx.query('update clinic_key set wrapped = $3 where clinic_id = $1 and id = $2', [clinicId, id, again]);
  }
}

/** Forgets the operator's older keys; to be called when every clinic's keys are wrapped under the newest. */
export async function forgetMasters(pool: Pool, newest: string): Promise<void> {
  await pool.query('delete from master_key where id <> $1', [newest]);
}

/** Locks the clinic. Whether its key was made before this moment, or it has none. */
export async function dueForNewKey(tx: Tx, before: Date): Promise<boolean> {
  await lockKeys(tx);
  const { id } = await currentKey(tx);
  const { rows } = await tx.query<{ due: boolean }>('select made_at < $3 as due from clinic_key where clinic_id = $1 and id = $2', [
    clinicOf(tx),
    id,
    before,
  ]);
  return rows[0]?.due === true;
}

/** Puts a new key in force: from the next change on everything is sealed with it. The caller has locked the clinic. */
export async function newKey(tx: Tx): Promise<void> {
  const { id } = await currentKey(tx);
  await loadKeys(tx, keysOf(tx));
  await makeKey(tx, id + 1);
}

export async function keyInForce(tx: Tx): Promise<{ id: number; sealedAt: Date | null; keys: number }> {
  const { rows } = await tx.query<{ id: number | null; sealedAt: Date | null; keys: number }>(
    `select key_id as id, sealed_at as "sealedAt", (select count(*)::int from clinic_key k where k.clinic_id = c.clinic_id and wrapped is not null) as keys
     from clinic_clock c where clinic_id = $1`,
    [clinicOf(tx)],
  );
  const { id = null, sealedAt = null, keys = 0 } = rows[0] ?? {};
  return { id: id ?? 0, sealedAt, keys };
}

/** Takes the older keys away for good. The caller has seen that nothing is under them. */
export async function retireOlderKeys(tx: Tx): Promise<void> {
  await lockKeys(tx);
  const { id } = await currentKey(tx);
  await tx.query('update clinic_key set wrapped = null, retired_at = now() where clinic_id = $1 and id < $2 and wrapped is not null', [
    clinicOf(tx),
    id,
  ]);
}

/** Everything is under the key in force, and nothing of an earlier product is left: its form is refused from now on. */
export async function markSealed(tx: Tx): Promise<void> {
  await tx.query('update clinic_clock set sealed_at = now(), legacy_done = true where clinic_id = $1', [clinicOf(tx)]);
}

async function lockKeys(tx: Tx): Promise<void> {
  await tx.query('select from clinic_clock where clinic_id = $1 for update', [clinicOf(tx)]);
}

/** One copy at a time: whether this transaction has the turn; it then holds the clinic's lock. */
export async function hasRotationTurn(tx: Tx): Promise<boolean> {
  const { rows } = await tx.query<{ mine: boolean }>(
    "select pg_try_advisory_xact_lock(hashtextextended('ryggrad.rotate.' || $1, 0)) as mine",
    [clinicOf(tx)],
  );
  if (rows[0]?.mine !== true) return false;
  await lockKeys(tx);
  return true;
}
