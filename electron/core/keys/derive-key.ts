/** Key derivation: the only importer of Argon2 on the laptop. Parameters of security.md §1.2 (OWASP asks for less). */
import { hash, hashRaw } from '@node-rs/argon2';
import { hkdfSync } from 'node:crypto';

/** 64 MiB, 3 passes, one lane. */
export const ARGON2 = { memoryCost: 64 * 1024, timeCost: 3, parallelism: 1 } as const;

/** The key that opens a person's slot: needs what they know and what this device has. 32 bytes. */
export async function slotKey(passphrase: string, salt: Buffer, deviceSecret: Buffer, context: string): Promise<Buffer> {
  const derived = await hashRaw(passphrase.normalize('NFKC'), { ...ARGON2, salt, outputLen: 32 });
  const key = Buffer.from(hkdfSync('sha256', Buffer.concat([derived, deviceSecret]), salt, context, 32));
  derived.fill(0);
  return key;
}

/** What the sync server checks a sign-in against; the passphrase itself never leaves. */
export async function accountVerifier(passphrase: string): Promise<string> {
  return await hash(passphrase.normalize('NFKC'), ARGON2);
}
