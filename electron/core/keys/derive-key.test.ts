import { argon2Sync, hkdfSync, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { isAcceptableVerifier } from '#sync-server/core/sessions.ts';
import { accountVerifier, ARGON2, slotKey } from './derive-key.ts';

/** ASVS 11.4.4 and OWASP's password storage sheet ask for 19 MiB and 2 passes; security.md §1.2 for more, since a copied laptop may be tried at leisure. */
const FLOOR = { memoryKiB: 65_536, passes: 3 };
const passphrase = 'en rygg har tjuefire virvler';

test('the key of a slot costs 64 MiB and three passes: worked out again by Node’s own Argon2id, it is the same', async () => {
  expect(ARGON2.memoryCost).toBeGreaterThanOrEqual(FLOOR.memoryKiB);
  expect(ARGON2.timeCost).toBeGreaterThanOrEqual(FLOOR.passes);
  const [salt, deviceSecret] = [randomBytes(16), randomBytes(32)];
  const derived = argon2Sync('argon2id', {
    message: passphrase,
    nonce: salt,
    parallelism: 1,
    tagLength: 32,
    memory: FLOOR.memoryKiB,
    passes: FLOOR.passes,
  });
  const expected = Buffer.from(hkdfSync('sha256', Buffer.concat([derived, deviceSecret]), salt, 'a slot', 32));
  expect((await slotKey(passphrase, salt, deviceSecret, 'a slot')).equals(expected)).toBe(true);
});

test('what the server gets to check against costs as much, and it takes none below OWASP’s floor', async () => {
  const verifier = await accountVerifier(passphrase);
  expect(verifier).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$/);
  expect(isAcceptableVerifier(verifier)).toBe(true);
  for (const weak of ['m=65536,t=1,p=1', 'm=4096,t=3,p=1', 'm=19455,t=2,p=1', 'm=65536,t=0,p=1'])
    expect(isAcceptableVerifier(verifier.replace('m=65536,t=3,p=1', weak)), weak).toBe(false);
  for (const other of ['argon2i', 'argon2d']) expect(isAcceptableVerifier(verifier.replace('argon2id', other)), other).toBe(false);
});
