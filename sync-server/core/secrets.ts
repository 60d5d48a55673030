/** Codes and credentials: made here, stored only as hashes. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { sha256 } from './read-change.ts';
import { UUID } from './record-batch.ts';

/** Crockford's alphabet: no I, L, O, U to misread. */
export const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Eight groups of four: 160 bits that can be read over the phone. */
export function newInvitationCode(): string {
  const letters = [...randomBytes(32)].map((byte) => ALPHABET[byte % 32]).join('');
  return (letters.match(/.{4}/g) ?? []).join('-');
}

export function invitationHash(code: string): string {
  const plain = code
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  return sha256(`invitation:${plain}`);
}

/** RFC 7636 § 4.2, S256. */
export const challengeOf = (verifier: string): string => createHash('sha256').update(verifier, 'utf8').digest('base64url');

export function newDeviceSecret(): string {
  return randomBytes(32).toString('base64url');
}
export const deviceCredentialText = (deviceId: string, secret: string) => `rdc_${deviceId}_${secret}`;
export const deviceKeyHash = (deviceId: string) => sha256(`device:${deviceId}`);
export const emailKeyHash = (email: string) => sha256(email.toLowerCase());
export const secretHash = (secret: string) => sha256(secret);

export function readDeviceCredential(bearer: string): { deviceId: string; secret: string } | undefined {
  const match = /^rdc_([^_]+)_([\w-]{20,100})$/.exec(bearer);
  const [, deviceId, secret] = match ?? [];
  return deviceId !== undefined && secret !== undefined && UUID.test(deviceId) ? { deviceId, secret } : undefined;
}

export function sameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
