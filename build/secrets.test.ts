import { expect, test } from 'vitest';

const { secretsIn, isSecretFile, secretsComplaint } = (await import(`${import.meta.dirname}/secrets.mjs`)) as {
  secretsIn(text: string): { what: string; line: number }[];
  isSecretFile(file: string): boolean;
  secretsComplaint(): string | undefined;
};

/** Made here, never anybody's; in pieces, so that other scanners leave this file alone. */
const planted: Record<string, string> = {
  'private key': `-----BEGIN ${'PRIVATE KEY'}-----\n${'MC4CAQAwBQYDK2VwBCIEIJ2mT0bq7y3vFhS1kq9dXz8r'.repeat(2)}`,
  'AWS key': `AKIA${'Q3EGRVXJ7ZN5TLDA'}`,
  'OpenAI key': `sk-proj-${'aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY'}`,
  'Clerk or Stripe key': `sk_live_${'4f9Kq2Zx8Lm1Vt6Rb3Nw7Pc5'}`,
  'webhook secret': `whsec_${'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'}`,
  'GitHub token': `ghp_${'x4Jq9Lr2Zt7Vb1Nk8Wm3Pd6Hs5Gf0CyAuEiO'}`,
  'Google key': `AIza${'SyD4kq9Lr2Zt7Vb1Nk8Wm3Pd6Hs5Gf0CyAu'}`,
  'SendGrid key': `SG.${'q9Lr2Zt7Vb1Nk8Wm3Pd6Hs'}.${'x4Jq9Lr2Zt7Vb1Nk8Wm3Pd6Hs5Gf0CyAuEiOq9Lr2Zt'}`,
  'Sentry address with a key': `https://${'0123456789abcdef'.repeat(2)}@o1.ingest.de.sentry.io/42`,
  'address with a password': `postgres://ryggrad:${'k7Vq2Zx9Lm4Rt8Wb3Nc6'}@db.clinic.no/x`,
  'random text named as a secret': `const sessionSecret = '${'k7Vq2Zx9Lm4Rt8Wb3Nc6Pd1Hs5Gf0JyA'}'`,
};

test.each(Object.entries(planted))('a planted %s is found, by line, and is not repeated', (what, secret) => {
  const found = secretsIn(`// first line\n${secret}\n`);
  expect(found).toContainEqual({ what, line: 2 });
  expect(JSON.stringify(found)).not.toContain(secret);
});

test('words, examples and places to be filled in are none', () => {
  for (const text of [
    'DATABASE_URL=postgres://ryggrad_app:password@db.example.no:5432/ryggrad',
    'SESSION_KEY=change-me',
    "const passphrase = 'liten hest spiser havre'",
    "token: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'",
    '"integrity": "sha512-x"',
  ])
    expect(secretsIn(text), text).toEqual([]);
});

test('files that hold keys by their kind are not kept', () => {
  for (const file of ['.env', '.env.production', 'a/id_ed25519', 'build/cert.p12', 'x.pem', '.npmrc'])
    expect(isSecretFile(file), file).toBe(true);
  for (const file of ['.env.example', 'keys.ts', 'build/secrets.mjs']) expect(isSecretFile(file), file).toBe(false);
});

test('there is none in what git keeps', () => {
  expect(secretsComplaint()).toBeUndefined();
});
