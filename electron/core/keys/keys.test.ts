import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { askedKeyStore } from './asked-key-store.ts';
import { isTooCommon } from './common-passphrases.ts';
import { fileKeyStore } from './key-store.ts';
import { parseRecoveryCode, recoveryCode } from './recovery-code.ts';
import { seal, sealTo, unseal, unsealWith, x25519Public } from './seal.ts';

test('a recovery code comes back as it was, however it is typed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      const code = recoveryCode(Buffer.from(bytes));
      expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){13}[0-9A-HJKMNP-TV-Z]{4}$/);
      for (const typed of [code, code.toLowerCase(), code.replaceAll('-', ' '), code.replaceAll('0', 'o').replaceAll('1', 'l')]) {
        expect(parseRecoveryCode(typed)?.equals(Buffer.from(bytes))).toBe(true);
      }
    }),
  );
});

test('a mistyped recovery code is refused before anything is tried with it', () => {
  const code = recoveryCode(randomBytes(32));
  let taken = 0;
  for (let place = 0; place < code.length; place += 1) {
    if (code[place] === '-') continue;
    const other = code[place] === 'A' ? 'B' : 'A';
    if (parseRecoveryCode(code.slice(0, place) + other + code.slice(place + 1)) !== null) taken += 1;
  }
  expect(taken).toBe(0);
  expect(parseRecoveryCode(code.slice(0, -1))).toBeNull();
  expect(parseRecoveryCode('')).toBeNull();
});

test('what is sealed opens with its key and context only, and never with a bit changed', () => {
  const key = randomBytes(32);
  const sealed = seal(key, Buffer.from('hemmelig'), 'a');
  expect(unseal(key, sealed, 'a')?.toString()).toBe('hemmelig');
  expect(unseal(key, sealed, 'b')).toBeNull();
  expect(unseal(randomBytes(32), sealed, 'a')).toBeNull();
  for (let place = 0; place < sealed.length; place += 1) {
    const changed = Buffer.from(sealed);
    changed[place] = (changed[place] ?? 0) ^ 1;
    expect(unseal(key, changed, 'a')).toBeNull();
  }
});

test('what is sealed to a public key opens with its private half only', () => {
  const owner = randomBytes(32);
  const sealed = sealTo(x25519Public(owner), Buffer.from('nøkkel'), 'a');
  expect(unsealWith(owner, sealed, 'a')?.toString()).toBe('nøkkel');
  expect(unsealWith(randomBytes(32), sealed, 'a')).toBeNull();
  expect(sealTo(x25519Public(owner), Buffer.from('nøkkel'), 'a').equals(sealed)).toBe(false);
});

test('the file key store is private, stays the same, and is refused in a packaged app', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ryggrad-keys-'));
  const file = join(folder, 'device-secret');
  const secret = await fileKeyStore(file, false).deviceSecret();
  expect(secret).toHaveLength(32);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect((await fileKeyStore(file, false).deviceSecret()).equals(secret)).toBe(true);
  await expect(fileKeyStore(file, true).deviceSecret()).rejects.toMatchObject({ code: 'keystore/unavailable' });
  writeFileSync(file, 'short');
  await expect(fileKeyStore(file, false).deviceSecret()).rejects.toMatchObject({ code: 'keystore/unavailable' });
  expect(readFileSync(file, 'utf8')).toBe('short');
  rmSync(folder, { recursive: true });
});

test('passphrases everybody tries first are known, our own words and those of leaked lists', async () => {
  for (const common of [
    'Passord123',
    'kiropraktor1',
    'aaaaaaaaaa',
    '12345678',
    'Sommer 2026',
    'trustno1',
    'princess123',
    'Starwars1!',
    'iloveyou',
  ])
    expect([common, await isTooCommon(common)]).toEqual([common, true]);
  for (const fine of ['furu lyng tind skog', 'passordet mitt er langt', 'rype storm 1987'])
    expect([fine, await isTooCommon(fine)]).toEqual([fine, false]);
});

test('a packaged core asks main once for the secret, and again after a refusal', async () => {
  let asked = 0;
  const keychain = askedKeyStore(() => {
    asked += 1;
  });
  const [first, second] = [keychain.store.deviceSecret(), keychain.store.deviceSecret()];
  keychain.answer(null);
  await expect(first).rejects.toMatchObject({ code: 'keystore/unavailable' });
  await expect(second).rejects.toMatchObject({ code: 'keystore/unavailable' });
  const third = keychain.store.deviceSecret();
  keychain.answer(Buffer.alloc(32, 4).toString('base64'));
  expect((await third).equals(Buffer.alloc(32, 4))).toBe(true);
  expect((await keychain.store.deviceSecret()).equals(Buffer.alloc(32, 4))).toBe(true);
  expect(asked).toBe(2);
});
