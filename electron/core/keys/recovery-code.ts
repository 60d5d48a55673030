/** The clinic's recovery key as a person can write it down: 14 groups of four signs, three bytes of them checksum. */
import { createHash } from 'node:crypto';

/** Crockford's alphabet: no I, L, O or U to misread. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** @param key 32 bytes (X25519 private key) */
export function recoveryCode(key: Buffer): string {
  const bits = [...Buffer.concat([key, checksum(key)])].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const symbols =
    bits
      .match(/.{1,5}/g)
      ?.map((five) => ALPHABET[Number.parseInt(five.padEnd(5, '0'), 2)])
      .join('') ?? '';
  return symbols.match(/.{1,4}/g)?.join('-') ?? '';
}

/** The key, or null when the code is mistyped. Forgives lower case, spaces, and O for 0, I or L for 1. */
export function parseRecoveryCode(code: string): Buffer | null {
  const symbols = code.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  const values = [...symbols].map((symbol) => ALPHABET.indexOf(symbol));
  if (values.length !== 56 || values.includes(-1)) return null;
  const bits = values.map((value) => value.toString(2).padStart(5, '0')).join('');
  const bytes = Buffer.from(
    bits
      .match(/.{8}/g)
      ?.slice(0, 35)
      .map((byte) => Number.parseInt(byte, 2)) ?? [],
  );
  const key = bytes.subarray(0, 32);
  return bytes.length === 35 && checksum(key).equals(bytes.subarray(32)) ? Buffer.from(key) : null;
}

function checksum(key: Buffer): Buffer {
  return createHash('sha256').update('ryggrad recovery').update(key).digest().subarray(0, 3);
}
