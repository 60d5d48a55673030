/** What the server states in its own name is signed with a key that follows from its own secret (HKDF): alike on every copy, nothing more to keep. */
import { createPrivateKey, createPublicKey, hkdfSync, sign, type KeyObject } from 'node:crypto';

/** PKCS #8 of an Ed25519 key, before its 32 bytes (RFC 8410 §7). */
const PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface ServerKey {
  /** Raw 32 bytes, base64url. */
  publicKey: string;
  /** Base64url. */
  sign(text: string): string;
}

export function serverKey(secret: Uint8Array): ServerKey {
  const seed = Buffer.from(hkdfSync('sha256', secret, '', 'ryggrad-statements-v1', 32));
  const key: KeyObject = createPrivateKey({ key: Buffer.concat([PREFIX, seed]), format: 'der', type: 'pkcs8' });
  return {
    publicKey: createPublicKey(key).export({ format: 'jwk' }).x ?? '',
    sign: (text) => sign(null, Buffer.from(text, 'utf8'), key).toString('base64url'),
  };
}
