/**
 * Values of the earlier product: AES-256-CBC with one key and one fixed IV (ENCRYPTION_KEY, ENCRYPTION_IV), written as lower-case hex.
 * Nothing tells whether such a value was changed, so it is read for the move alone: the job of key rotation seals it anew, and refuses
 * the form once none is left in a clinic.
 */
import { createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { SealBroken } from './envelope.ts';

export interface LegacyKey {
  key: KeyObject;
  iv: Buffer;
}

/** @param key 32 bytes and @param iv 16 bytes in base64 */
export function readLegacyKey(key: string, iv: string): LegacyKey {
  return { key: createSecretKey(Buffer.from(key, 'base64')), iv: Buffer.from(iv, 'base64') };
}

/** The strict form, the same in SQL (queries/sealing.ts): whole blocks in lower-case hex, and nothing else. */
export const LEGACY_FORM = '^([0-9a-f]{32})+$';
const FORM = new RegExp(LEGACY_FORM);

export function isLegacy(value: unknown): value is string {
  return typeof value === 'string' && FORM.test(value);
}

/** Throws SealBroken, the same for a wrong key, wrong padding and bytes that are no text: a difference would be an oracle. */
export function openLegacy({ key, iv }: LegacyKey, value: string): string {
  try {
    const decipher = createDecipheriv('aes-256-cbc', key, iv);
    const bytes = Buffer.concat([decipher.update(value, 'hex'), decipher.final()]);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SealBroken();
  }
}
