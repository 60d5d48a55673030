/**
 * Secrets the server must read again, and nobody with the database alone may: AES-256-GCM under a key that never lies in Postgres,
 * bound to what they are for. The key's id stands in front, so that a new key can be put before an old one.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

export interface SealKey {
  id: string;
  key: Buffer;
}

/** @param secrets 32 random bytes each; the first seals, all open */
export function sealKeys(secrets: readonly Uint8Array[]): SealKey[] {
  return secrets.map((secret) => {
    const key = Buffer.from(hkdfSync('sha256', secret, '', 'ryggrad-second-factor-v1', 32));
    return { id: createHash('sha256').update('id').update(key).digest('hex').slice(0, 8), key };
  });
}

/** @param about what it is for, e.g. `clinic|person`: sealed for one, it does not open for another */
export function seal(keys: readonly SealKey[], about: string, text: string): string {
  const [first] = keys;
  if (first === undefined) throw new Error('no key to seal with');
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', first.key, nonce);
  cipher.setAAD(Buffer.from(about, 'utf8'));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return ['v1', first.id, nonce.toString('base64url'), cipher.getAuthTag().toString('base64url'), sealed.toString('base64url')].join('.');
}

/** Undefined when no key we have opens it, or when it is not what was sealed for this. */
export function unseal(keys: readonly SealKey[], about: string, sealed: string): string | undefined {
  const [version, id, nonce = '', tag = '', text = ''] = sealed.split('.');
  const key = keys.find((candidate) => candidate.id === id)?.key;
  if (version !== 'v1' || key === undefined) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(about, 'utf8'));
    decipher.setAuthTag(Buffer.from(tag, 'base64url'));
    return Buffer.concat([decipher.update(Buffer.from(text, 'base64url')), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
