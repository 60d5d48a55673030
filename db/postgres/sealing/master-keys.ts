/**
 * The operator's keys: each clinic's own key lies in the database wrapped under one of them. The newest comes first; older ones are named
 * until every clinic's key has been wrapped anew (sync-server/jobs/key-rotation.ts).
 */
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { keyIdOf, openText, placeOf, sealText } from './envelope.ts';

export interface MasterKeys {
  newest: string;
  byId: ReadonlyMap<string, KeyObject>;
}

/** @param list `id:key,id:key`, newest first; a key is 32 bytes in base64. Throws a sentence without any part of a key in it. */
export function readMasterKeys(list: string): MasterKeys {
  const byId = new Map<string, KeyObject>();
  for (const entry of list.split(',')) {
    const [, id, key] = /^\s*([A-Za-z0-9]{1,16}):([A-Za-z0-9+/]{43}=)\s*$/.exec(entry) ?? [];
    if (id === undefined || key === undefined) {
      throw new Error('must be a list of id:key, newest first; an id is letters and digits, a key 32 bytes in base64');
    }
    if (byId.has(id)) throw new Error(`names the key ${id} twice`);
    byId.set(id, createSecretKey(Buffer.from(key, 'base64')));
  }
  return { newest: [...byId.keys()][0] ?? '', byId };
}

/** What one clinic's data key gives: a key for envelopes and one for comparing. */
export interface DataKey {
  id: number;
  seals: KeyObject;
  compares: KeyObject;
}

export function dataKey(id: number, secret: Uint8Array): DataKey {
  const derived = (purpose: string) => createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', purpose, 32)));
  return { id, seals: derived('ryggrad-fields-v2'), compares: derived('ryggrad-index-v2') };
}

const placeOfKey = (clinicId: string, id: number) => placeOf(clinicId, 'clinic_key', 'wrapped', String(id));

export function wrapKey({ newest, byId }: MasterKeys, clinicId: string, id: number, secret: Buffer): string {
  return sealText(known(byId, newest), newest, placeOfKey(clinicId, id), secret.toString('base64'));
}

/** Throws where the master key is not named, or another one than it was wrapped with. */
export function unwrapKey({ byId }: MasterKeys, clinicId: string, id: number, wrapped: string): Buffer {
  return Buffer.from(openText(known(byId, keyIdOf(wrapped)), placeOfKey(clinicId, id), wrapped), 'base64');
}

function known(byId: MasterKeys['byId'], id: string): KeyObject {
  const key = byId.get(id);
  if (key === undefined) throw new Error(`ENCRYPTION_MASTER_KEYS: the key ${id} is missing.`);
  return key;
}

const PROOF_PLACE = 'master_key|proof';

/** What only this key opens, so that another one under the same name is noticed at start. */
export const proofOfMaster = (id: string, key: KeyObject): string => sealText(key, id, PROOF_PLACE, id);

export function provesMaster(id: string, key: KeyObject, proof: string): boolean {
  try {
    return openText(key, PROOF_PLACE, proof) === id;
  } catch {
    return false;
  }
}
