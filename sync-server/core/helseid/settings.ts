/** What the operator says of HelseID (config.ts). One confidential client, on the server; its public keys are registered at NHN (docs/decisions/0100). */
import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';

export const CALLBACK_PATH = '/auth/helseid/callback';

/** What NHN lets clients sign with, as far as we use it. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'] as const;

export interface ClientKey {
  /** Private, as NHN's self-service gives it. */
  jwk: Readonly<Record<string, unknown>>;
  kid: string | undefined;
  alg: string;
}

export interface HelseId {
  issuer: string;
  clientId: string;
  /** Newest first: the first that HelseID knows is used. One, or two while they are exchanged. */
  keys: readonly [ClientKey, ...ClientKey[]];
  redirectUri: string;
  /** 32 bytes: names people by their pid without telling it. */
  pidKey: Uint8Array;
  /** Said in the client assertion; undefined for a single tenant that needs its parent alone. */
  organisation: { parent: string | undefined; child: string } | undefined;
  /** Such as `idp:testidpnew-oidc`, which identity provider is used. */
  acrValues: string | undefined;
}

const VARIABLES = {
  HELSEID_ISSUER: z.string().optional(),
  HELSEID_CLIENT_ID: z.string().optional(),
  HELSEID_PRIVATE_KEYS: z.string().optional(),
  HELSEID_REDIRECT_URI: z.string().optional(),
  HELSEID_PID_KEY: z.string().optional(),
  HELSEID_ORGANISATION: z.string().optional(),
  HELSEID_ACR_VALUES: z.string().max(200).optional(),
};
export const helseIdEnvironment = VARIABLES;
export type HelseIdVariables = { [K in keyof typeof VARIABLES]?: string | undefined };

const wrong = (name: keyof HelseIdVariables, why: string) => new Error(`${name}: ${why}.`);

/** Undefined without any of them. Throws a sentence for the operator: half a configuration would let nobody in, or too many. */
export function helseIdFrom(e: HelseIdVariables, production: boolean): HelseId | undefined {
  if (Object.keys(VARIABLES).every((name) => e[name as keyof HelseIdVariables] === undefined)) return undefined;
  const issuer = safeUrl(e.HELSEID_ISSUER, production);
  if (issuer === undefined || issuer.search !== '' || issuer.hash !== '')
    throw wrong('HELSEID_ISSUER', 'must be the issuer, https://helseid-sts.nhn.no or https://helseid-sts.test.nhn.no');
  if (production && /(^|\.)test\.nhn\.no$/.test(issuer.hostname))
    throw wrong('HELSEID_ISSUER', 'is the test environment, which production refuses');
  if (e.HELSEID_CLIENT_ID === undefined || !/^[\w.:/-]{1,200}$/.test(e.HELSEID_CLIENT_ID))
    throw wrong('HELSEID_CLIENT_ID', 'must be the client id of NHN’s self-service');
  if (e.HELSEID_PRIVATE_KEYS === undefined)
    throw wrong('HELSEID_PRIVATE_KEYS', 'must hold the private keys as JWK, newest first: one {…}, or [{…},{…}]');
  const keys = readKeys(e.HELSEID_PRIVATE_KEYS);
  const redirect = safeUrl(e.HELSEID_REDIRECT_URI, production);
  if (redirect === undefined || redirect.pathname !== CALLBACK_PATH || redirect.search !== '' || redirect.hash !== '')
    throw wrong('HELSEID_REDIRECT_URI', `must be where browsers reach this server, with ${CALLBACK_PATH} behind it`);
  const pidKey = /^[A-Za-z0-9+/]{43}=$/.test(e.HELSEID_PID_KEY ?? '') ? Buffer.from(e.HELSEID_PID_KEY ?? '', 'base64') : undefined;
  if (pidKey === undefined || (production && new Set(pidKey).size < 8))
    throw wrong('HELSEID_PID_KEY', 'must be 32 bytes in base64, kept for good. Make it with: openssl rand -base64 32');
  return {
    issuer: issuer.href.replace(/\/$/, ''),
    clientId: e.HELSEID_CLIENT_ID,
    keys,
    redirectUri: redirect.href,
    pidKey,
    organisation: readOrganisation(e.HELSEID_ORGANISATION),
    acrValues: e.HELSEID_ACR_VALUES,
  };
}

/** https; on this machine http too, outside production. */
function safeUrl(text: string | undefined, production: boolean): URL | undefined {
  const url = text === undefined ? null : URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return undefined;
  const isHere = url.protocol === 'http:' && url.hostname === '127.0.0.1' && !production;
  return url.protocol === 'https:' || isHere ? url : undefined;
}

const jwkSchema = z.looseObject({
  kty: z.enum(['RSA', 'EC']),
  kid: z.string().min(1).max(200).optional(),
  alg: z.enum(ALGORITHMS).optional(),
  d: z.string().min(1),
});

function readKeys(text: string): HelseId['keys'] {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw wrong('HELSEID_PRIVATE_KEYS', 'is no JSON');
  }
  // An array has `keys` too: a method.
  const held = typeof given === 'object' && given !== null && !Array.isArray(given) && 'keys' in given ? given.keys : given;
  const [first, ...more] = (Array.isArray(held) ? held : [held]).map(readKey);
  if (first === undefined || more.length > 1) throw wrong('HELSEID_PRIVATE_KEYS', 'must hold one key, or two while they are exchanged');
  if (more.some(({ kid }) => kid === first.kid)) throw wrong('HELSEID_PRIVATE_KEYS', 'holds two keys of one kid');
  return [first, ...more];
}

function readKey(given: unknown): ClientKey {
  const read = jwkSchema.safeParse(given);
  if (!read.success) throw wrong('HELSEID_PRIVATE_KEYS', 'must hold private RSA or EC keys as JWK');
  const { kid, alg, ...rest } = read.data;
  try {
    const key = createPrivateKey({ key: rest as never, format: 'jwk' });
    if (key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) throw new Error('short');
  } catch {
    throw wrong('HELSEID_PRIVATE_KEYS', 'holds a key that is none, or an RSA key under 2048 bits');
  }
  const fits = alg === undefined || (read.data.kty === 'EC' ? alg.startsWith('ES') : !alg.startsWith('ES'));
  const byCurve: Record<string, string> = { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512' };
  const usual = read.data.kty === 'RSA' ? 'PS256' : byCurve[String(rest['crv'])];
  if (!fits || usual === undefined) throw wrong('HELSEID_PRIVATE_KEYS', 'holds a key whose alg does not fit it');
  return { jwk: rest, kid, alg: alg ?? usual };
}

/** Nine digits: a child of a single tenant. `parent:child`: of a system with several tenants. */
function readOrganisation(text: string | undefined): HelseId['organisation'] {
  if (text === undefined) return undefined;
  const [, parent, child = ''] = /^(?:(\d{9}):)?(\d{9})$/.exec(text) ?? [];
  if (child === '')
    throw wrong(
      'HELSEID_ORGANISATION',
      'must be the nine digits of the child organisation, or PARENT:CHILD in a system of several tenants',
    );
  return { parent, child };
}
