import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { readConfig } from '../../config.ts';

const jwkOf = (key: ReturnType<typeof generateKeyPairSync>['privateKey'], more: object) => ({ ...key.export({ format: 'jwk' }), ...more });
const rsa = jwkOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey as never, { kid: 'ny' });
const short = jwkOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey as never, { kid: 'kort' });
const curve = jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey as never, { kid: 'gammel' });
const { d: _, ...open } = rsa as Record<string, unknown>;
const pidKey = randomBytes(32).toString('base64');
const whole = {
  HELSEID_ISSUER: 'https://helseid-sts.nhn.no',
  HELSEID_CLIENT_ID: 'f2a3c7de-0000-4000-8000-000000000000',
  HELSEID_PRIVATE_KEYS: JSON.stringify(rsa),
  HELSEID_REDIRECT_URI: 'https://sync.example.no/auth/helseid/callback',
  HELSEID_PID_KEY: pidKey,
};

it('a whole configuration is read; without any of it HelseID is off', () => {
  expect(readConfig({}).helseId).toBeUndefined();
  expect(readConfig(whole).helseId).toMatchObject({
    issuer: 'https://helseid-sts.nhn.no',
    keys: [{ kid: 'ny', alg: 'PS256' }],
    redirectUri: 'https://sync.example.no/auth/helseid/callback',
    organisation: undefined,
  });
  const two = { ...whole, HELSEID_PRIVATE_KEYS: JSON.stringify({ keys: [curve, { ...rsa, alg: 'RS512' }] }) };
  expect(readConfig(two).helseId?.keys.map(({ kid, alg }) => [kid, alg])).toEqual([
    ['gammel', 'ES384'],
    ['ny', 'RS512'],
  ]);
  expect(readConfig({ ...whole, HELSEID_ORGANISATION: '123456789:987654321' }).helseId?.organisation).toEqual({
    parent: '123456789',
    child: '987654321',
  });
});

it.each([
  [{ HELSEID_ISSUER: undefined }, /^HELSEID_ISSUER: must be/],
  [{ HELSEID_ISSUER: 'http://helseid-sts.nhn.no' }, /^HELSEID_ISSUER: must be/],
  [{ HELSEID_ISSUER: 'https://helseid-sts.test.nhn.no', NODE_ENV: 'production' }, /^HELSEID_ISSUER: is the test environment/],
  [{ HELSEID_ISSUER: 'http://127.0.0.1:5000', NODE_ENV: 'production' }, /^HELSEID_ISSUER: must be/],
  [{ HELSEID_CLIENT_ID: undefined }, /^HELSEID_CLIENT_ID: must be/],
  [{ HELSEID_PRIVATE_KEYS: undefined }, /^HELSEID_PRIVATE_KEYS: must hold/],
  [{ HELSEID_PRIVATE_KEYS: 'change-me' }, /^HELSEID_PRIVATE_KEYS: is no JSON/],
  [{ HELSEID_PRIVATE_KEYS: '[]' }, /^HELSEID_PRIVATE_KEYS: must hold one key, or two/],
  [{ HELSEID_PRIVATE_KEYS: JSON.stringify([rsa, curve, short]) }, /^HELSEID_PRIVATE_KEYS: /],
  [{ HELSEID_PRIVATE_KEYS: JSON.stringify([rsa, rsa]) }, /^HELSEID_PRIVATE_KEYS: holds two keys of one kid/],
  [{ HELSEID_PRIVATE_KEYS: JSON.stringify(open) }, /^HELSEID_PRIVATE_KEYS: must hold private/],
  [{ HELSEID_PRIVATE_KEYS: JSON.stringify(short) }, /^HELSEID_PRIVATE_KEYS: holds a key that is none/],
  [{ HELSEID_PRIVATE_KEYS: JSON.stringify({ ...rsa, alg: 'ES256' }) }, /^HELSEID_PRIVATE_KEYS: holds a key whose alg/],
  [{ HELSEID_REDIRECT_URI: undefined }, /^HELSEID_REDIRECT_URI: must be/],
  [{ HELSEID_REDIRECT_URI: 'https://sync.example.no/callback' }, /^HELSEID_REDIRECT_URI: must be/],
  [{ HELSEID_REDIRECT_URI: 'http://sync.example.no/auth/helseid/callback' }, /^HELSEID_REDIRECT_URI: must be/],
  [{ HELSEID_PID_KEY: undefined }, /^HELSEID_PID_KEY: must be/],
  [{ HELSEID_PID_KEY: 'change-me' }, /^HELSEID_PID_KEY: must be/],
  [{ HELSEID_PID_KEY: Buffer.alloc(32).toString('base64'), NODE_ENV: 'production' }, /^HELSEID_PID_KEY: must be/],
  [{ HELSEID_ORGANISATION: '12345678' }, /^HELSEID_ORGANISATION: must be/],
])('half of one stops the start: %o', (change, sentence) => {
  expect(() => readConfig({ ...whole, ...change })).toThrow(sentence);
});
