import { expect, it } from 'vitest';
import { readConfig } from '../../config.ts';
import { fakeClerk, PARTY } from '../../testing/fake-clerk.ts';

const clerk = fakeClerk().settings;
const live = `pk_live_${Buffer.from('clerk.klinikk.example$').toString('base64')}`;
const whole = {
  CLERK_PUBLISHABLE_KEY: live,
  CLERK_SECRET_KEY: 'sk_live_abc',
  CLERK_JWT_KEY: clerk.jwtKey.replaceAll('\n', '\\n'),
  CLERK_WEBHOOK_SECRET: clerk.webhookSecret,
  CLERK_AUTHORIZED_PARTIES: PARTY,
};
it('a whole configuration is read; the key may stand on one line', () => {
  expect(readConfig(whole).clerk).toEqual({
    publishableKey: live,
    jwtKey: clerk.jwtKey.trim(),
    webhookSecret: clerk.webhookSecret,
    issuer: 'https://clerk.klinikk.example',
    parties: [PARTY],
  });
  expect(readConfig({}).clerk).toBeUndefined();
});
it.each([
  [{ CLERK_PUBLISHABLE_KEY: 'pk_live_x' }, /^CLERK_PUBLISHABLE_KEY: must be/],
  [{ CLERK_SECRET_KEY: 'sk_test_abc' }, /^CLERK_SECRET_KEY: must be/],
  [{ CLERK_JWT_KEY: undefined }, /^CLERK_JWT_KEY: must be/],
  [{ CLERK_JWT_KEY: 'change-me' }, /^CLERK_JWT_KEY: must be/],
  [{ CLERK_WEBHOOK_SECRET: 'change-me' }, /^CLERK_WEBHOOK_SECRET: must be/],
  [{ CLERK_AUTHORIZED_PARTIES: undefined }, /^CLERK_AUTHORIZED_PARTIES: must name/],
  [{ CLERK_AUTHORIZED_PARTIES: '*' }, /^CLERK_AUTHORIZED_PARTIES: must be origins/],
  [{ NODE_ENV: 'production', CLERK_AUTHORIZED_PARTIES: 'http://sync.example.no' }, /^CLERK_AUTHORIZED_PARTIES: must begin with https/],
  [
    { NODE_ENV: 'production', CLERK_PUBLISHABLE_KEY: live.replace('live', 'test'), CLERK_SECRET_KEY: 'sk_test_x' },
    /^CLERK_PUBLISHABLE_KEY: is of a development instance/,
  ],
])('half of one stops the start: %o', (change, sentence) => {
  expect(() => readConfig({ ...whole, ...change })).toThrow(sentence);
});
