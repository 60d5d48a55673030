/**
 * What the operator says by environment variables: the only reader of process.env in this folder. A wrong value
 * stops the start with one clear sentence. Unset means the embedded default, which mints its own secrets.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { isIP } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { Sealing } from '#db/postgres/sealing/clinic-keys.ts';
import { readLegacyKey } from '#db/postgres/sealing/legacy.ts';
import { readMasterKeys, type MasterKeys } from '#db/postgres/sealing/master-keys.ts';
import { integrations } from './integrations/index.ts';
import type { Integration } from './integrations/kit.ts';
import type { ObserveConfig } from './plugins/observe.ts';
import { isKnownReceiver } from './plugins/sentry.ts';
import { clerkFrom, type Clerk } from './core/clerk/settings.ts';
import { helseIdEnvironment, helseIdFrom, type HelseId } from './core/helseid/settings.ts';

/** Values that stand in .env.example and in tutorials: refused in production. */
const EXAMPLES = /^(change-?me|example|secret|password|your-.*|xxx+|test|eksempel.*|.*-here)$/i;

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const share = z.coerce.number().min(0).max(1);
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/ });

/** Several values with commas between, each judged. */
const listOf = (isGood: (one: string) => boolean, message: string) =>
  z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((one) => one.trim())
        .filter((one) => one !== ''),
    )
    .refine((all) => all.every(isGood), message);
const origin = (one: string) => /^https?:$/.test(URL.parse(one)?.protocol ?? '') && URL.parse(one)?.origin === one;
/** A network that holds half of all addresses or more would let anybody say who they are. */
const proxy = (one: string) => {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(one)) return true;
  const [address = '', bits, ...more] = one.split('/');
  const family = isIP(address);
  return (
    family !== 0 &&
    more.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 8 && Number(bits) <= (family === 4 ? 32 : 128)))
  );
};

const flag = (initial: 'true' | 'false') =>
  z
    .enum(['true', 'false'])
    .default(initial)
    .transform((value) => value === 'true');

const environment = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  RYGGRAD_HOME: z.string().min(1).optional(),
  RYGGRAD_SYNC_PORT: whole(0, 65_535).default(4300),
  RYGGRAD_SYNC_HOST: z.string().min(1).default('127.0.0.1'),
  RYGGRAD_PARENT: z.enum(['0', '1']).default('0'),
  REGISTRATION_CODE: z.string().min(8).optional(),
  SESSION_KEY: z
    .string()
    .regex(/^[A-Za-z0-9+/]{43}=$/, 'must be 32 bytes in base64')
    .optional(),
  SECOND_FACTOR_KEY: z
    .string()
    .regex(/^[A-Za-z0-9+/]{43}=$/, 'must be 32 bytes in base64')
    .optional(),
  CLERK_PUBLISHABLE_KEY: z.string().optional(),
  CLERK_SECRET_KEY: z.string().optional(),
  CLERK_JWT_KEY: z.string().optional(),
  CLERK_WEBHOOK_SECRET: z.string().optional(),
  CLERK_AUTHORIZED_PARTIES: listOf(origin, 'must be origins such as https://sync.example.no, with commas between'),
  ...helseIdEnvironment,
  ENCRYPTION_MASTER_KEYS: z.string().min(1).optional(),
  ENCRYPTION_KEY: z
    .string()
    .regex(/^[A-Za-z0-9+/]{43}=$/, 'must be 32 bytes in base64')
    .optional(),
  ENCRYPTION_IV: z
    .string()
    .regex(/^[A-Za-z0-9+/]{22}==$/, 'must be 16 bytes in base64')
    .optional(),
  KEY_ROTATION_ENABLED: z.enum(['true', 'false', '1', '0']).default('true'),
  KEY_ROTATION_DAYS: whole(1, 3650).default(365),
  DATABASE_URL: postgresUrl.optional(),
  DATABASE_OWNER_URL: postgresUrl.optional(),
  DATABASE_LISTEN_URL: postgresUrl.optional(),
  DB_MAX_CONNECTIONS: whole(2, 500).default(20),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  REDIS_KEY_PREFIX: z.string().max(100).default('ryggrad:'),
  DB_STATEMENT_TIMEOUT_MS: whole(100, 600_000).default(30_000),
  DB_LOCK_TIMEOUT_MS: whole(100, 600_000).default(10_000),
  FEED_RETENTION_DAYS: whole(60, 3650).default(400),
  ELECTRIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  ELECTRIC_SECRET: z.string().min(1).optional(),
  RATE_LIMIT_WINDOW_MS: whole(1000, 3_600_000).default(60_000),
  HTTP_MAX_CONNECTIONS: whole(1, 1_000_000).default(20_000),
  POLLS_PER_DEVICE: whole(1, 10_000).default(64),
  POLLS_PER_CLINIC: whole(1, 100_000).default(4000),
  RATE_LIMIT_MAX: whole(10, 1_000_000).default(6000),
  RATE_LIMIT_DOOR_MAX: whole(5, 1_000_000).default(100),
  RATE_LIMIT_EXPORT_MAX: whole(10, 1_000_000).default(6000),
  TRUSTED_PROXIES: listOf(proxy, 'must be addresses, networks (10.0.0.0/8), or loopback, linklocal, uniquelocal, with commas between'),
  CORS_ORIGIN: listOf(origin, 'must be origins such as https://app.example.no, with commas between, and never *'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  LOG_FORMAT: z.enum(['json', 'text']).default('json'),
  SENTRY_DSN: z.string().optional(),
  SENTRY_TRACES_SAMPLE_RATE: share.default(0),
  SENTRY_PROFILES_SAMPLE_RATE: share.default(0),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  OTEL_EXPORTER_OTLP_HEADERS: z
    .string()
    .regex(/^[\w-]+=[^,=]+(,[\w-]+=[^,=]+)*$/, 'must be such as api-key=change-me, with commas between')
    .optional(),
  OTEL_SERVICE_NAME: z.string().min(1).max(100).default('ryggrad-sync'),
  OTEL_TRACES_SAMPLER_ARG: share.default(1),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  FEATURE_SMS_ENABLED: flag('true'),
  FEATURE_EMAIL_ENABLED: flag('true'),
  FEATURE_AI_ENABLED: flag('false'),
  FEATURE_HELFO_ENABLED: flag('false'),
  FEATURE_GDPR_STRICT: flag('false'),
});

/** Every variable this server reads, those of integrations among them. */
export const variables: readonly string[] = [
  ...Object.keys(environment.shape),
  ...integrations.flatMap((integration) => Object.keys(integration.environment)),
];

export interface ConfiguredIntegration {
  integration: Integration;
  /** Undefined: its variables are not set. */
  config: unknown;
  /** The operator's switch. */
  on: boolean;
}

export interface Config {
  production: boolean;
  home: string;
  host: string;
  port: number;
  /** End when stdin closes: we were started by a process that may be killed. */
  hasParent: boolean;
  /** Undefined: the embedded Postgres. */
  database: { url: string; ownerUrl: string | undefined; listenUrl: string } | undefined;
  maxConnections: number;
  /** Longest statement and longest wait for a lock, in ms. */
  timeouts: { statementTimeoutMs: number; lockTimeoutMs: number };
  /** Connections of this copy, and readers parked at it. */
  http: { connections: number; pollsPerDevice: number; pollsPerClinic: number };
  sessionKey: Uint8Array;
  /** Undefined: second factors are sealed with a key that follows from the session key. */
  secondFactorKey: Uint8Array | undefined;
  /** The operator's keys of the record, and what an older product sealed with. */
  sealing: Pick<Sealing, 'master' | 'legacy'>;
  /** After how many days a clinic gets a new key; undefined: never by itself. */
  rotationDays: number | undefined;
  registration: 'open' | 'closed' | { code: string };
  /** Days a deletion stays in the feed. */
  retentionDays: number;
  /** Undefined: local accounts alone. */
  clerk: Clerk | undefined;
  /** Undefined: nobody signs in by HelseID. */
  helseId: HelseId | undefined;
  electric: { url: string; secret?: string } | undefined;
  /** Undefined: wake-ups by LISTEN/NOTIFY alone. */
  redis: { url: string; prefix: string } | undefined;
  rate: { rateWindowMs: number; rateMax: number; doorMax: number; exportMax: number };
  /** Whose X-Forwarded-For is believed, and which origins' pages may ask. */
  answers: { trustedProxies: string[]; origins: string[] };
  log: { level: string; format: 'json' | 'text' };
  /** Crash reports and traces. */
  observe: ObserveConfig;
  /** Where vendors' webhooks reach this server. */
  publicUrl: string | undefined;
  /** FEATURE_GDPR_STRICT: what protects the patient cannot be loosened per clinic. */
  gdprStrict: boolean;
  integrations: ConfiguredIntegration[];
}

/** Throws an Error whose message is the sentence for the operator. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`${issue?.path.join('.') ?? 'The environment'}: ${issue?.message ?? 'is wrong'}.`);
  }
  const e = parsed.data;
  const production = e.NODE_ENV === 'production';
  if (production) {
    for (const name of ['SESSION_KEY', 'SECOND_FACTOR_KEY', 'REGISTRATION_CODE', 'ELECTRIC_SECRET', 'CLERK_SECRET_KEY'] as const) {
      if (e[name] !== undefined && EXAMPLES.test(e[name]))
        throw new Error(`${name}: is an example value, which production refuses. Set a secret of your own.`);
    }
    for (const name of ['SESSION_KEY', 'SECOND_FACTOR_KEY'] as const) {
      if (e[name] !== undefined && new Set(Buffer.from(e[name], 'base64')).size < 8)
        throw new Error(`${name}: is an example value, which production refuses. Make one with: openssl rand -base64 32`);
    }
    if (e.DATABASE_URL !== undefined && e.SESSION_KEY === undefined)
      throw new Error('SESSION_KEY: must be set in production. Make one with: openssl rand -base64 32');
    const password = e.DATABASE_URL === undefined ? '' : decodeURIComponent(new URL(e.DATABASE_URL).password);
    if (EXAMPLES.test(password)) throw new Error('DATABASE_URL: its password is an example value, which production refuses.');
    if (e.DATABASE_URL !== undefined && e.ENCRYPTION_MASTER_KEYS === undefined)
      throw new Error('ENCRYPTION_MASTER_KEYS: must be set in production, as 1:KEY. Make the key with: openssl rand -base64 32');
    for (const [, key = ''] of (e.ENCRYPTION_MASTER_KEYS ?? '').matchAll(/:\s*([^,\s]+)/g)) {
      if (new Set(Buffer.from(key, 'base64')).size < 8)
        throw new Error('ENCRYPTION_MASTER_KEYS: is an example value, which production refuses. Make a key with: openssl rand -base64 32');
    }
  }
  const home = path.resolve(e.RYGGRAD_HOME ?? path.join(os.homedir(), '.ryggrad'));
  const onLoopback = ['127.0.0.1', '::1', 'localhost'].includes(e.RYGGRAD_SYNC_HOST);
  return {
    production,
    home,
    host: e.RYGGRAD_SYNC_HOST,
    port: e.RYGGRAD_SYNC_PORT,
    hasParent: e.RYGGRAD_PARENT === '1',
    database:
      e.DATABASE_URL === undefined
        ? undefined
        : { url: e.DATABASE_URL, ownerUrl: e.DATABASE_OWNER_URL, listenUrl: e.DATABASE_LISTEN_URL ?? e.DATABASE_URL },
    maxConnections: e.DB_MAX_CONNECTIONS,
    timeouts: { statementTimeoutMs: e.DB_STATEMENT_TIMEOUT_MS, lockTimeoutMs: e.DB_LOCK_TIMEOUT_MS },
    http: { connections: e.HTTP_MAX_CONNECTIONS, pollsPerDevice: e.POLLS_PER_DEVICE, pollsPerClinic: e.POLLS_PER_CLINIC },
    sessionKey:
      e.SESSION_KEY === undefined ? Buffer.from(minted(home, 'session-key', randomKey), 'base64') : Buffer.from(e.SESSION_KEY, 'base64'),
    secondFactorKey: e.SECOND_FACTOR_KEY === undefined ? undefined : Buffer.from(e.SECOND_FACTOR_KEY, 'base64'),
    sealing: { master: masterKeys(home, e.ENCRYPTION_MASTER_KEYS), ...legacyKey(e.ENCRYPTION_KEY, e.ENCRYPTION_IV) },
    rotationDays: ['true', '1'].includes(e.KEY_ROTATION_ENABLED) ? e.KEY_ROTATION_DAYS : undefined,
    registration:
      e.REGISTRATION_CODE !== undefined ? { code: e.REGISTRATION_CODE } : e.DATABASE_URL === undefined && onLoopback ? 'open' : 'closed',
    clerk: clerkFrom(e, production),
    helseId: helseIdFrom(e, production),
    retentionDays: e.FEED_RETENTION_DAYS,
    electric:
      e.ELECTRIC_URL === undefined
        ? undefined
        : { url: e.ELECTRIC_URL, ...(e.ELECTRIC_SECRET === undefined ? {} : { secret: e.ELECTRIC_SECRET }) },
    redis: e.REDIS_URL === undefined ? undefined : { url: e.REDIS_URL, prefix: e.REDIS_KEY_PREFIX },
    rate: {
      rateWindowMs: e.RATE_LIMIT_WINDOW_MS,
      rateMax: e.RATE_LIMIT_MAX,
      doorMax: e.RATE_LIMIT_DOOR_MAX,
      exportMax: e.RATE_LIMIT_EXPORT_MAX,
    },
    answers: { trustedProxies: e.TRUSTED_PROXIES, origins: e.CORS_ORIGIN },
    log: { level: e.LOG_LEVEL, format: e.LOG_FORMAT },
    observe: observeFrom(e),
    publicUrl: e.PUBLIC_URL,
    gdprStrict: e.FEATURE_GDPR_STRICT,
    integrations: integrations.map((integration) => ({
      integration,
      config: integration.configure(slice(integration, given, production)),
      on: integration.feature === undefined || e[integration.feature],
    })),
  };
}

function observeFrom(e: z.output<typeof environment>): ObserveConfig {
  const { SENTRY_DSN: dsn, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers = '' } = e;
  if (dsn !== undefined && !isKnownReceiver(dsn, e.NODE_ENV === 'production'))
    throw new Error('SENTRY_DSN: must be of Sentry’s European region, such as https://PUBLIC-KEY@o0.ingest.de.sentry.io/0.');
  return {
    ...(dsn === undefined
      ? {}
      : { sentry: { dsn, environment: e.NODE_ENV, traces: e.SENTRY_TRACES_SAMPLE_RATE, profiles: e.SENTRY_PROFILES_SAMPLE_RATE } }),
    ...(endpoint === undefined
      ? {}
      : {
          traces: {
            endpoint: endpoint.replace(/\/+$/, ''),
            headers: Object.fromEntries(headers.split(',').flatMap((one) => (one === '' ? [] : [one.split('=') as [string, string]]))),
            service: e.OTEL_SERVICE_NAME,
            ratio: e.OTEL_TRACES_SAMPLER_ARG,
          },
        }),
  };
}

/** The integration's own variables, judged by its own schema. */
function slice({ environment: shape }: Integration, given: Readonly<Record<string, unknown>>, production: boolean) {
  const own = Object.fromEntries(Object.keys(shape).map((name) => [name, given[name]]));
  const example = Object.entries(own).find(([, value]) => typeof value === 'string' && EXAMPLES.test(value));
  if (production && example !== undefined) throw new Error(`${example[0]}: is an example value, which production refuses.`);
  const parsed = z.object(shape).safeParse(own);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(`${issue?.path.join('.') ?? 'The environment'}: ${issue?.message ?? 'is wrong'}.`);
}

function masterKeys(home: string, list: string | undefined): MasterKeys {
  try {
    return readMasterKeys(list ?? minted(home, 'master-keys', () => `1:${randomKey()}`));
  } catch (error) {
    throw new Error(`ENCRYPTION_MASTER_KEYS: ${error instanceof Error ? error.message : ''}.`);
  }
}

function legacyKey(key: string | undefined, iv: string | undefined): Pick<Sealing, 'legacy'> {
  if ((key === undefined) !== (iv === undefined)) throw new Error('ENCRYPTION_KEY and ENCRYPTION_IV: one is of no use without the other.');
  return key === undefined || iv === undefined ? {} : { legacy: readLegacyKey(key, iv) };
}

const randomKey = (): string => randomBytes(32).toString('base64');

/** A secret of our own, made once, readable by its owner only. */
function minted(home: string, name: string, make: () => string): string {
  const file = path.join(home, name);
  fs.mkdirSync(home, { recursive: true });
  if (!fs.existsSync(file)) {
    const partial = `${file}.${process.pid}`;
    const handle = fs.openSync(partial, 'w', 0o600);
    fs.writeSync(handle, make());
    // What is sealed with it must not outlive it.
    fs.fsyncSync(handle);
    fs.closeSync(handle);
    fs.renameSync(partial, file);
  }
  return fs.readFileSync(file, 'utf8');
}
