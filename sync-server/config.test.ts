/** What the operator may say. (That .env.example says it: build/environment.test.ts.) */
import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readConfig } from './config.ts';

const TWILIO = { TWILIO_ACCOUNT_SID: `AC${'0'.repeat(31)}1`, TWILIO_AUTH_TOKEN: 'hemmelig', TWILIO_FROM: '+4759440000' };

const config = (env: Record<string, string>) =>
  readConfig({ RYGGRAD_HOME: '/tmp/ryggrad-config-test', SESSION_KEY: Buffer.alloc(32, 1).toString('base64'), ...env });
const smsOf = (env: Record<string, string>) => config(env).integrations.find(({ integration }) => integration.name === 'sms');

it('process.env is read in config.ts alone, but for what is passed on to Postgres', () => {
  const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !/(\.test\.ts$|^testing\/|^\.types\/)/.test(name),
  );
  const readers = sources.filter((name) =>
    /process\.env/.test(readFileSync(path.join(import.meta.dirname, name), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')),
  );
  expect(readers).toEqual(['config.ts', 'embedded-postgres.ts']);
});

it('without its variables an integration is off; half of them, or a wrong one, stop the start with a sentence', () => {
  expect(smsOf({})).toMatchObject({ config: undefined, on: true });
  expect(smsOf(TWILIO)).toMatchObject({ config: { twilio: { from: '+4759440000' }, telnyx: undefined }, on: true });
  expect(smsOf({ ...TWILIO, FEATURE_SMS_ENABLED: 'false' })).toMatchObject({ on: false });
  expect(() => config({ TWILIO_AUTH_TOKEN: 'x' })).toThrow('TWILIO_ACCOUNT_SID: must be set');
  expect(() => config({ ...TWILIO, TWILIO_FROM: '' })).toThrow('TWILIO_FROM: set it');
  expect(() => config({ TELNYX_API_KEY: 'x' })).toThrow('TELNYX_FROM: set it');
  expect(() => config({ SMS_RATE_LIMIT_PER_PATIENT: '0' })).toThrow('SMS_RATE_LIMIT_PER_PATIENT');
  expect(() => config({ SMS_PROVIDERS: 'pigeon' })).toThrow('SMS_PROVIDERS: must be');
  expect(() => config({ FEATURE_SMS_ENABLED: 'perhaps' })).toThrow('FEATURE_SMS_ENABLED');
  expect(() =>
    config({
      ...TWILIO,
      TWILIO_AUTH_TOKEN: 'change-me',
      NODE_ENV: 'production',
      SESSION_KEY: Buffer.from(Array.from({ length: 32 }, (_, n) => n)).toString('base64'),
    }),
  ).toThrow('TWILIO_AUTH_TOKEN: is an example value');
});

it('e-mail is off without its variables; a vendor by half, or one that would send in the clear, stops the start', () => {
  const of = (env: Record<string, string>) => config(env).integrations.find(({ integration }) => integration.name === 'email');
  const SMTP = { EMAIL_FROM: 'ikke-svar@klinikk.example.no', SMTP_HOST: 'smtp.example.no' };
  expect(of({})).toMatchObject({ config: undefined, on: true });
  expect(of({ EMAIL_FROM: SMTP.EMAIL_FROM })).toMatchObject({ config: undefined });
  expect(of(SMTP)).toMatchObject({ config: { smtp: { port: 587, tls: 'starttls', login: undefined }, sendgrid: undefined } });
  expect(of({ ...SMTP, SMTP_TLS: 'implicit' })).toMatchObject({ config: { smtp: { port: 465 } } });
  expect(of({ ...SMTP, SMTP_TLS: 'none', SMTP_HOST: '127.0.0.1' })).toMatchObject({ config: { smtp: { tls: 'none' } } });
  expect(of({ ...SMTP, FEATURE_EMAIL_ENABLED: 'false' })).toMatchObject({ on: false });
  expect(of({ EMAIL_FROM: SMTP.EMAIL_FROM, SENDGRID_API_KEY: 'SG.x' })).toMatchObject({ config: { sendgrid: { region: 'eu' } } });
  for (const [env, sentence] of [
    [{ ...SMTP, SMTP_TLS: 'none' }, 'SMTP_TLS: none is for'],
    [{ ...SMTP, SMTP_TLS: 'perhaps' }, 'SMTP_TLS: must be'],
    [{ ...SMTP, SMTP_USER: 'x' }, 'SMTP_PASSWORD: must be set'],
    [{ ...SMTP, EMAIL_FROM: '' }, 'EMAIL_FROM: must be set beside SMTP_HOST'],
    [{ ...SMTP, EMAIL_FROM: 'Klinikken <a@b.no>' }, 'EMAIL_FROM: must be an address'],
    [{ SMTP_PASSWORD: 'x' }, 'SMTP_HOST: must be set'],
    [{ SENDGRID_API_KEY: 'SG.x' }, 'EMAIL_FROM: must be set beside SENDGRID_API_KEY'],
    [{ SENDGRID_API_KEY: 'x' }, 'SENDGRID_API_KEY: must begin'],
    [{ SENDGRID_WEBHOOK_PUBLIC_KEY: `${'A'.repeat(122)}==` }, 'SENDGRID_API_KEY: must be set'],
    [{ ...SMTP, SENDGRID_API_KEY: 'SG.x', SENDGRID_WEBHOOK_PUBLIC_KEY: 'x' }, 'SENDGRID_WEBHOOK_PUBLIC_KEY: must be'],
    [{ OUTLOOK_MAILBOX: 'post@klinikk.example.no' }, 'OUTLOOK_TENANT_ID: must be set'],
    [{ OUTLOOK_TENANT_ID: 'x', OUTLOOK_CLIENT_ID: 'x' }, 'OUTLOOK_CLIENT_ID: must be'],
    [{ EMAIL_PROVIDERS: 'pigeon' }, 'EMAIL_PROVIDERS: must be'],
    [{ EMAIL_TIMEOUT_MS: '30000' }, 'EMAIL_TIMEOUT_MS'],
  ] as const)
    expect(() => config(env), JSON.stringify(env)).toThrow(sentence);
});

it('crash reports and traces are off without an address; Sentry elsewhere than in Europe stops the start', () => {
  const dsn = 'https://0123456789abcdef@o42.ingest.de.sentry.io/1';
  expect(config({}).observe).toEqual({});
  expect(config({ SENTRY_DSN: dsn, SENTRY_TRACES_SAMPLE_RATE: '0.5' }).observe).toEqual({
    sentry: { dsn, environment: 'development', traces: 0.5, profiles: 0 },
  });
  expect(config({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318/', OTEL_EXPORTER_OTLP_HEADERS: 'a=b,c=d' }).observe).toEqual({
    traces: { endpoint: 'http://127.0.0.1:4318', headers: { a: 'b', c: 'd' }, service: 'ryggrad-sync', ratio: 1 },
  });
  for (const [env, sentence] of [
    [{ SENTRY_DSN: dsn.replace('.de.', '.us.') }, 'SENTRY_DSN: must be of'],
    [{ SENTRY_DSN: 'x' }, 'SENTRY_DSN: must be of'],
    [{ SENTRY_DSN: dsn, SENTRY_TRACES_SAMPLE_RATE: '2' }, 'SENTRY_TRACES_SAMPLE_RATE'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'grpc://x' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'nonsense' }, 'OTEL_EXPORTER_OTLP_HEADERS: must be such as'],
  ] as const)
    expect(() => config(env), JSON.stringify(env)).toThrow(sentence);
});

it('Helfo is off without its variables and its switch; half of them, an open address, or a clinic of somebody else’s stops the start', () => {
  const of = (env: Record<string, string>) => config(env).integrations.find(({ integration }) => integration.name === 'helfo');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { ...privateKey.export({ format: 'jwk' }), kid: 'k1' };
  const clinicId = '0193a3c0-5e1f-7cc0-8a11-6b7f0c9d2e41';
  const HELFO = {
    HELFO_BASE_URL: 'https://api-preprod.helserefusjon.no',
    HELFO_AUTH: 'maskinporten',
    HELFO_ISSUER: 'https://test.maskinporten.no/',
    HELFO_CLIENT_ID: 'ryggrad',
    HELFO_PRIVATE_KEY: JSON.stringify(key),
    HELFO_ORGANISATION: '999888777',
    HELFO_CLINICS: `${clinicId}:987654321`,
  };
  expect(of({})).toMatchObject({ config: undefined, on: false });
  expect(of(HELFO)).toMatchObject({ config: { key: { alg: 'RS256', kid: 'k1' } }, on: false });
  expect(of({ ...HELFO, FEATURE_HELFO_ENABLED: 'true' })).toMatchObject({ on: true });
  for (const [change, sentence] of [
    [{ HELFO_CLIENT_ID: '' }, 'HELFO_CLIENT_ID: must be set'],
    [{ HELFO_BASE_URL: 'http://api.helserefusjon.no' }, 'HELFO_BASE_URL: must be https'],
    [{ HELFO_ISSUER: 'test.maskinporten.no' }, 'HELFO_ISSUER: must be https'],
    [{ HELFO_AUTH: 'basic' }, 'HELFO_AUTH'],
    [{ HELFO_ORGANISATION: '12' }, 'HELFO_ORGANISATION: must be'],
    [{ HELFO_CLINICS: '987654321' }, 'HELFO_CLINICS: must be'],
    [{ HELFO_CLINICS: `${clinicId}:987654321,${clinicId}:999888777` }, 'HELFO_CLINICS: must be'],
    [{ HELFO_AUTH: 'helseid' }, 'HELFO_CLINICS: by HelseID every clinic'],
    [{ HELFO_PRIVATE_KEY: 'x' }, 'HELFO_PRIVATE_KEY: must be'],
    [{ HELFO_PRIVATE_KEY: JSON.stringify({ ...key, kid: undefined }) }, 'HELFO_PRIVATE_KEY: must have the kid'],
    [{ HELFO_PRIVATE_KEY: JSON.stringify({ ...key, alg: 'PS256' }) }, 'HELFO_PRIVATE_KEY: has an alg'],
  ] as const)
    expect(() => config({ ...HELFO, ...change }), JSON.stringify(change)).toThrow(sentence);
});
