/** What a laptop signs, looked at as the server will: heads follow one another, and none is ever taken from the database. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, verify, type KeyObject } from 'node:crypto';
import { expect, test } from 'vitest';
import { CHAIN_START, headText, linkIn } from '#db/sync/chain.ts';
import { signChange } from './sign-change.ts';

const hashOf = (text: string) => hash('sha256', text, 'hex');
const headAfter = (after: string | undefined, text: string) => hash('sha256', headText(after ?? '', hashOf(text)), 'hex');

function person() {
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = createPublicKey(privateKey);
  return {
    sign: (id: string, text: string, again = false) => linkIn(signChange(privateKey, { id, hash: hashOf(text) }, again)),
    holds: ({ after, signature }: ReturnType<typeof linkIn>, text: string) =>
      verify(null, Buffer.from(headAfter(after, text), 'hex'), publicKey, Buffer.from(signature, 'base64url')),
  };
}

test('each change is signed upon the one before it', () => {
  const anna = person();
  const [a, b] = [anna.sign('1', 'a'), anna.sign('2', 'b')];
  expect(a.after).toBe(CHAIN_START);
  expect(b.after).toBe(headAfter(CHAIN_START, 'a'));
  expect(anna.holds(a, 'a') && anna.holds(b, 'b')).toBe(true);
  expect(anna.holds(b, 'c')).toBe(false);
});

test('a text that grows keeps its place while it is the last; then it stands by itself, and the others where they were', () => {
  const anna = person();
  anna.sign('1', 'a');
  const first = anna.sign('2', 'v');
  const grown = anna.sign('2', 'vondt', true);
  expect(grown.after).toBe(first.after);
  const later = anna.sign('3', 'c');
  expect(later.after).toBe(headAfter(grown.after, 'vondt'));
  const again = anna.sign('2', 'vondt i rygg', true);
  expect(again.after).toBe(CHAIN_START);
  expect(anna.holds(again, 'vondt i rygg')).toBe(true);
  expect(anna.sign('4', 'd').after).toBe(headAfter(later.after, 'c'));
});

test("nobody's chain goes on in another's, nor in a session that was opened anew", () => {
  const [anna, berit] = [generateKeyPairSync('ed25519').privateKey, generateKeyPairSync('ed25519').privateKey];
  const after = (key: KeyObject) => linkIn(signChange(key, { id: '1', hash: hashOf('a') }, false)).after;
  expect(after(anna)).toBe(CHAIN_START);
  expect(after(berit)).toBe(CHAIN_START);
  expect(after(createPrivateKey(anna.export({ type: 'pkcs8', format: 'pem' })))).toBe(CHAIN_START);
  expect(after(anna)).toBe(headAfter(CHAIN_START, 'a'));
});
