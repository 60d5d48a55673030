/**
 * The envelope a value lies in: `v2.<keyId>.<nonce>.<tag>.<text>`, AES-256-GCM with 12 random bytes of nonce and 16 of tag, base64url.
 * What it belongs to (clinic, table, column, row) is authenticated with it: moved anywhere else it does not open (security.md §3).
 * A key is used for far fewer than 2^32 values, which is where random nonces end to be safe (NIST SP 800-38D § 8.3).
 */
import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';

/** It was changed, cut, moved, or sealed with another key. One error for all of these: why is nobody's business. */
export class SealBroken extends Error {
  /** For the code that judges what Postgres refuses (accept-changes.ts). */
  readonly code = 'RG003';
  constructor() {
    super('a sealed value does not open');
  }
}

const ALGORITHM = 'aes-256-gcm';
const VERSION = 'v2.';
const TAG = { authTagLength: 16 } as const;
const NONCE_CHARS = 16;
const TAG_CHARS = 22;

/** Where a value lies. All parts are ours, and hold no bar. */
export const placeOf = (clinicId: string, table: string, column: string, rowId: string): string =>
  `${clinicId}|${table}|${column}|${rowId}`;

// A handful of random bytes costs as much as a thousand.
let drawn = Buffer.alloc(0);
let used = 0;
function nonce(): Buffer {
  if (used + 12 > drawn.length) [drawn, used] = [randomBytes(12_288), 0];
  used += 12;
  return drawn.subarray(used - 12, used);
}

/** @param keyId letters and digits */
export function sealText(key: KeyObject, keyId: string, place: string, text: string): string {
  const iv = nonce();
  const cipher = createCipheriv(ALGORITHM, key, iv, TAG);
  cipher.setAAD(Buffer.from(place, 'latin1'));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return `${VERSION}${keyId}.${iv.toString('base64url')}.${cipher.getAuthTag().toString('base64url')}.${sealed.toString('base64url')}`;
}

export function isSealed(text: string): boolean {
  return text.startsWith(VERSION);
}

/** The id of the key it was sealed with; throws SealBroken where there is none. */
export function keyIdOf(envelope: string): string {
  const end = envelope.indexOf('.', VERSION.length);
  if (!isSealed(envelope) || end < 0) throw new SealBroken();
  return envelope.slice(VERSION.length, end);
}

/** Throws SealBroken. */
export function openText(key: KeyObject, place: string, envelope: string): string {
  const at = keyIdOf(envelope).length + VERSION.length + 1;
  const iv = decoded(envelope.slice(at, at + NONCE_CHARS));
  const tag = decoded(envelope.slice(at + NONCE_CHARS + 1, at + NONCE_CHARS + 1 + TAG_CHARS));
  const dots = envelope[at + NONCE_CHARS] === '.' && envelope[at + NONCE_CHARS + 1 + TAG_CHARS] === '.';
  if (!dots) throw new SealBroken();
  return opened(key, place, iv, tag, decoded(envelope.slice(at + NONCE_CHARS + TAG_CHARS + 2))).toString('utf8');
}

/** The same for bytes: nonce, tag and what is sealed, one after the other; the key's id is kept beside them. */
export function sealBytes(key: KeyObject, place: string, bytes: Buffer): Buffer {
  const iv = nonce();
  const cipher = createCipheriv(ALGORITHM, key, iv, TAG);
  cipher.setAAD(Buffer.from(place, 'latin1'));
  const sealed = cipher.update(bytes);
  cipher.final();
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
}

/** Throws SealBroken. */
export function openBytes(key: KeyObject, place: string, sealed: Buffer): Buffer {
  return opened(key, place, sealed.subarray(0, 12), sealed.subarray(12, 28), sealed.subarray(28));
}

function opened(key: KeyObject, place: string, iv: Buffer, tag: Buffer, sealed: Buffer): Buffer {
  if (iv.length !== 12 || tag.length !== 16) throw new SealBroken();
  try {
    const decipher = createDecipheriv(ALGORITHM, key, iv, TAG);
    decipher.setAuthTag(tag);
    decipher.setAAD(Buffer.from(place, 'latin1'));
    const text = decipher.update(sealed);
    decipher.final();
    return text;
  } catch {
    throw new SealBroken();
  }
}

/** Base64url in its one form: Buffer.from would read stray bits, other alphabets and blanks past. */
function decoded(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw new SealBroken();
  return bytes;
}
