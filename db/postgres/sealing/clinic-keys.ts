/**
 * The keys of a clinic, as a transaction of it uses them. Handed from the pool to every transaction by open.ts, so that no query can be
 * written that forgets them.
 *
 * Dangers handled here. A key made in a transaction that is rolled back must never be used again: it is remembered by that transaction
 * alone. A copy of the server that remembers an older key must not seal with it after another copy has retired it: the number of the key
 * in force is read under the clinic's lock, from the row that is locked anyway.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { Pool, Tx } from '../open.ts';
import { SealBroken } from './envelope.ts';
import type { LegacyKey } from './legacy.ts';
import { dataKey, unwrapKey, wrapKey, type DataKey, type MasterKeys } from './master-keys.ts';

/** What a pool knows about sealing. */
export interface Sealing {
  master: MasterKeys;
  /** Reads what an older product sealed; nothing is written so. */
  legacy?: LegacyKey;
  /** Told of a value that does not open: table and row, never what is in it. */
  unreadable?(table: string, rowId: string): void;
}

interface Ring extends Sealing {
  /** By clinic, by number; only what was read from what is committed. */
  known: Map<string, Map<number, DataKey>>;
}

export interface ClinicKeys {
  readonly clinicId: string;
  readonly ring: Ring;
  /** The key in force, once this transaction has read it under the lock. */
  current: DataKey | undefined;
  /** Keys of this transaction alone, when it has made one. */
  own: Map<number, DataKey> | undefined;
  /** Envelopes of rows read here, so that what has not changed keeps the one it has (sealed-row.ts). */
  readonly seen: Map<string, unknown>;
  /** Whether what an older product sealed may still be met in this clinic; read once. */
  legacyAllowed: boolean | undefined;
}

const rings = new WeakMap<Pool, Ring>();
const ofTransactions = new WeakMap<Tx, ClinicKeys>();

/** For open.ts. */
export function giveSealing(pool: Pool, sealing: Sealing): void {
  rings.set(pool, { ...sealing, known: new Map() });
}

/** For open.ts: at the beginning of every transaction. */
export function beginSealing(pool: Pool, tx: Tx, clinicId: string): void {
  const ring = rings.get(pool);
  if (ring === undefined) ofTransactions.delete(tx);
  else ofTransactions.set(tx, { clinicId, ring, current: undefined, own: undefined, seen: new Map(), legacyAllowed: undefined });
}

/** Throws where the pool was opened without keys: nothing sensitive is ever written in the clear. */
export function keysOf(tx: Tx): ClinicKeys {
  const keys = ofTransactions.get(tx);
  if (keys === undefined) throw new Error('this connection to Postgres was opened without the keys of the record');
  return keys;
}

/** A number of a key that is not at hand yet. */
class KeyUnknown extends Error {}

/** Throws KeyUnknown; `withKeys` answers it. */
export function keyNumbered({ ring, own, clinicId }: ClinicKeys, number: string): DataKey {
  const key = (own ?? ring.known.get(clinicId))?.get(Number(number));
  if (key === undefined) throw new KeyUnknown(`the key ${number} of clinic ${clinicId} is not there`);
  return key;
}

/** Runs what opens envelopes; loads the clinic's keys when one is missing, and runs it again. */
export async function withKeys<T>(tx: Tx, run: (keys: ClinicKeys) => T): Promise<T> {
  const keys = keysOf(tx);
  if (keys.ring.legacy !== undefined) await legacyMayStand(tx);
  try {
    return run(keys);
  } catch (error) {
    if (!(error instanceof KeyUnknown)) throw error;
    await loadKeys(tx, keys);
    return run(keys);
  }
}

/** Undefined, and told of, where a value does not open: one damaged row must not keep a clinic from all the others. */
export function unlessBroken<T>({ ring }: ClinicKeys, table: string, rowId: string, run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error;
    ring.unreadable?.(table, rowId);
    return undefined;
  }
}

/** Whether what an older product sealed may still be met in this clinic. */
export async function legacyMayStand(tx: Tx): Promise<boolean> {
  const keys = keysOf(tx);
  if (keys.legacyAllowed === undefined) {
    const { rows } = await tx.query<{ done: boolean }>('select legacy_done as done from clinic_clock where clinic_id = $1', [
      keys.clinicId,
    ]);
    keys.legacyAllowed = rows[0]?.done === false;
  }
  return keys.legacyAllowed;
}

/** All keys of the clinic that are not retired. */
export async function loadKeys(tx: Tx, keys: ClinicKeys): Promise<ReadonlyMap<number, DataKey>> {
  const { rows } = await tx.query<{ id: number; wrapped: string }>(
    'select id, wrapped from clinic_key where clinic_id = $1 and wrapped is not null',
    [keys.clinicId],
  );
  const found = new Map(rows.map(({ id, wrapped }) => [id, dataKey(id, unwrapKey(keys.ring.master, keys.clinicId, id, wrapped))]));
  if (keys.own === undefined) keys.ring.known.set(keys.clinicId, found);
  else keys.own = found;
  return found;
}

/**
 * Tells which key is in force, from the clinic's row that the caller has locked; makes the first one where there is none.
 * @param id clinic_clock.key_id
 */
export async function useKey(tx: Tx, id: number | null): Promise<void> {
  const keys = keysOf(tx);
  if (id === null) await makeKey(tx, 1);
  else keys.current = await withKeys(tx, (known) => keyNumbered(known, String(id)));
}

/** The key in force; locks the clinic's row as far as to keep anybody from retiring it meanwhile. */
export async function currentKey(tx: Tx): Promise<DataKey> {
  const keys = keysOf(tx);
  if (keys.current === undefined) {
    const asked = (lock: string) =>
      tx.query<{ id: number | null }>(`select key_id as id from clinic_clock where clinic_id = $1 ${lock}`, [keys.clinicId]);
    // Sharing first and locking after would let two wait for each other.
    const isFirst = (await asked('')).rows[0]?.id === null;
    await useKey(tx, (await asked(isFirst ? 'for update' : 'for share')).rows[0]?.id ?? null);
  }
  if (keys.current === undefined) throw new Error('the clinic has no key');
  return keys.current;
}

/** Makes a key and puts it in force. The caller has locked the clinic's row. */
export async function makeKey(tx: Tx, id: number): Promise<void> {
  const keys = keysOf(tx);
  const secret = randomBytes(32);
  await tx.query('insert into clinic_key (clinic_id, id, wrapped) values ($1, $2, $3)', [
    keys.clinicId,
    id,
    wrapKey(keys.ring.master, keys.clinicId, id, secret),
  ]);
  await tx.query('update clinic_clock set key_id = $2, sealed_at = null where clinic_id = $1', [keys.clinicId, id]);
  const key = dataKey(id, secret);
  keys.own = new Map(keys.own ?? keys.ring.known.get(keys.clinicId)).set(id, key);
  keys.current = key;
}

/** The keys that may have been used for what stands now; of use once the key in force is known. */
export function liveKeys(tx: Tx): DataKey[] {
  const { own, ring, clinicId } = keysOf(tx);
  return [...(own ?? ring.known.get(clinicId) ?? new Map<number, DataKey>()).values()];
}

/** What tells whether two values are the same, and nothing else about them. */
export function comparable(key: DataKey, table: string, column: string, value: string): string {
  return createHmac('sha256', key.compares).update(`${table}|${column}|${value}`, 'utf8').digest('base64url');
}
