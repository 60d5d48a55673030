/**
 * HelseID as far as it can be had on this machine: `oidc-provider` over real HTTP, configured to NHN's profile (norway.md §5): PAR alone, S256,
 * `private_key_jwt` of at most 60 s and once, DPoP with a nonce, RS256. Not imitated: its error texts, the choice of identity providers, `rt_expires_in`.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, importJWK, SignJWT, decodeJwt, type JWK } from 'jose';
import Provider, { type Configuration } from 'oidc-provider';
import type { HelseId } from '../core/helseid/settings.ts';

/** Somebody at the identity provider; synthetic (month + 80). */
export interface HelseIdPerson {
  pid: string;
  level: string;
  hprNumber?: string;
  /** `hpr_details` of userinfo. */
  professions?: string[];
}

export type Spoil = (claims: Record<string, unknown>) => { claims?: Record<string, unknown>; alg?: string; foreignKey?: true };

export interface TestHelseId {
  issuer: string;
  settings: HelseId;
  people: Map<string, HelseIdPerson>;
  /** Client assertions and proofs as they came, newest last. */
  seen: {
    assertions: Record<string, unknown>[];
    kids: (string | undefined)[];
    authorizations: Record<string, unknown>[];
    refused: string[];
  };
  /** Changes the next ID tokens. */
  spoil: { with: Spoil | undefined; status: number | undefined };
  /** Which of the client's public keys are registered. */
  register(kids: readonly string[]): void;
  key(kid: string): JWK;
  close(): Promise<void>;
}

const CLIENT = 'ryggrad-test';
const PREFIX = 'helseid://claims/';

export async function openTestHelseId(redirectUri: string, { kids = ['ny'] }: { kids?: readonly string[] } = {}): Promise<TestHelseId> {
  const keys = new Map<string, { own: JWK; open: JWK }>();
  for (const kid of kids) keys.set(kid, await clientKey(kid));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const signing = await generateKeyPair('RS256', { extractable: true });
  const signingJwk = { ...(await exportJWK(signing.privateKey)), kid: 'sts', alg: 'RS256', use: 'sig' };
  const people = new Map<string, HelseIdPerson>();
  const seen: TestHelseId['seen'] = { assertions: [], kids: [], authorizations: [], refused: [] };
  const spoil: TestHelseId['spoil'] = { with: undefined, status: undefined };
  let registered: readonly string[] = kids;
  /** A provider knows its clients from its start: another for each set of keys, at one address. */
  const provider = (): Provider => {
    const made = new Provider(
      issuer,
      profile({ issuer, redirectUri, signingJwk, people, seen, keys: registered.map((kid) => keys.get(kid)?.open ?? {}) }),
    );
    // What it does not tell the client.
    made.on('grant.error', (_ctx, error) => void seen.refused.push(String((error as { error_detail?: unknown }).error_detail)));
    made.use(async (ctx, next) => {
      if (spoil.status !== undefined && ctx.path !== '/.well-known/openid-configuration') {
        ctx.status = spoil.status;
        return;
      }
      await next();
      const body = ctx.body as { id_token?: string } | undefined;
      if (ctx.path !== '/connect/token' || typeof body?.id_token !== 'string' || spoil.with === undefined) return;
      ctx.body = { ...body, id_token: await spoilt(body.id_token, spoil.with, signingJwk) };
    });
    return made;
  };
  let handle = answering(provider());
  server.on('request', (request, response) => handle(request, response));
  const key = (kid: string): JWK => keys.get(kid)?.own ?? {};
  const [first = '', ...more] = kids;
  const setting = (kid: string) => ({ jwk: bare(key(kid)), kid, alg: 'PS256' });
  return {
    issuer,
    settings: {
      issuer,
      clientId: CLIENT,
      keys: [setting(first), ...more.map(setting)],
      redirectUri,
      pidKey: randomBytes(32),
      organisation: undefined,
      acrValues: undefined,
    },
    people,
    seen,
    spoil,
    register(which) {
      registered = which;
      handle = answering(provider());
    },
    key,
    close: () => closed(server),
  };
}

const bare = ({ kid: _kid, alg: _alg, use: _use, ...jwk }: JWK): Record<string, unknown> => jwk as Record<string, unknown>;

async function clientKey(kid: string): Promise<{ own: JWK; open: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair('PS256', { extractable: true });
  const more = { kid, alg: 'PS256', use: 'sig' };
  return { own: { ...(await exportJWK(privateKey)), ...more }, open: { ...(await exportJWK(publicKey)), ...more } };
}

interface Profile {
  issuer: string;
  redirectUri: string;
  signingJwk: JWK;
  people: ReadonlyMap<string, HelseIdPerson>;
  seen: TestHelseId['seen'];
  keys: JWK[];
}

function profile({ issuer, redirectUri, signingJwk, people, seen, keys }: Profile): Configuration {
  return {
    clients: [
      {
        client_id: CLIENT,
        redirect_uris: [redirectUri],
        response_types: ['code'],
        grant_types: ['authorization_code'],
        token_endpoint_auth_method: 'private_key_jwt',
        id_token_signed_response_alg: 'RS256',
        dpop_bound_access_tokens: true,
        jwks: { keys: keys as never },
      },
    ],
    clientAuthMethods: ['private_key_jwt'],
    jwks: { keys: [signingJwk as never] },
    cookies: { keys: ['test'], short: { signed: true, sameSite: 'lax' }, long: { signed: true, sameSite: 'lax' } },
    responseTypes: ['code'],
    pkce: { required: () => true },
    conformIdTokenClaims: false,
    routes: {
      pushed_authorization_request: '/connect/par',
      token: '/connect/token',
      userinfo: '/connect/userinfo',
      authorization: '/connect/authorize',
      end_session: '/connect/endsession',
    },
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 300, IdToken: 300 },
    scopes: ['openid'],
    claims: {
      openid: ['sub'],
      'helseid://scopes/identity/pid': [`${PREFIX}identity/pid`],
      'helseid://scopes/identity/security_level': [`${PREFIX}identity/security_level`],
      'helseid://scopes/hpr/hpr_number': [`${PREFIX}hpr/hpr_number`, `${PREFIX}hpr/hpr_details`],
    },
    features: {
      devInteractions: { enabled: false },
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
      rpInitiatedLogout: { enabled: true },
    },
    assertJwtClientAuthClaimsAndHeader: async (_ctx, claims, header) => {
      seen.assertions.push(claims);
      seen.kids.push(header['kid'] as string | undefined);
      const wrong =
        claims['aud'] !== issuer ||
        typeof claims['jti'] !== 'string' ||
        typeof claims['nbf'] !== 'number' ||
        Number(claims['exp']) - Number(claims['iat']) > 60;
      if (wrong) throw Object.assign(new Error('invalid_client'), { error: 'invalid_client', statusCode: 401, expose: true });
    },
    findAccount: async (_ctx, sub) => {
      const person = people.get(sub);
      return person && { accountId: sub, claims: async (use) => claimsOf(sub, person, use) };
    },
    loadExistingGrant: async (ctx) => {
      const { provider, client, session } = ctx.oidc;
      const grant = new provider.Grant({ clientId: client?.clientId ?? '', accountId: session?.accountId ?? '' });
      grant.addOIDCScope('openid helseid://scopes/identity/pid helseid://scopes/identity/security_level helseid://scopes/hpr/hpr_number');
      await grant.save();
      return grant;
    },
    interactions: {
      url: (ctx, { uid, params }) => {
        seen.authorizations.push({ ...params });
        void ctx;
        return `/interaction/${uid}`;
      },
    },
  };
}

function claimsOf(
  sub: string,
  { pid, level, hprNumber, professions = [] }: HelseIdPerson,
  use: string,
): { sub: string; [claim: string]: unknown } {
  const approvals = professions.map((profession) => ({
    profession,
    authorization: { value: '1', description: 'Autorisasjon' },
    requisition_rights: [],
  }));
  return {
    sub,
    [`${PREFIX}identity/pid`]: pid,
    [`${PREFIX}identity/security_level`]: level,
    ...(hprNumber === undefined ? {} : { [`${PREFIX}hpr/hpr_number`]: hprNumber }),
    // In userinfo alone, with the number as a number, as NAV's clients read it.
    ...(use === 'userinfo' && hprNumber !== undefined
      ? { [`${PREFIX}hpr/hpr_details`]: { hpr_number: Number(hprNumber), approvals } }
      : {}),
  };
}

async function spoilt(idToken: string, change: Spoil, jwk: JWK): Promise<string> {
  const {
    claims = decodeJwt(idToken) as Record<string, unknown>,
    alg = 'RS256',
    foreignKey,
  } = change(decodeJwt(idToken) as Record<string, unknown>);
  if (alg === 'none')
    return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`;
  const key = foreignKey === true ? (await generateKeyPair(alg)).privateKey : await importJWK({ ...jwk, alg }, alg);
  return new SignJWT(claims).setProtectedHeader({ alg, kid: 'sts' }).sign(key);
}

/** The provider, with the page of an identity provider before it: a button for each person. */
function answering(provider: Provider): (...given: Parameters<ReturnType<Provider['callback']>>) => void {
  const callback = provider.callback();
  return (request, response) => {
    const [, uid] = /^\/interaction\/([\w-]+)(?:\?|$)/.exec(request.url ?? '') ?? [];
    if (uid === undefined) return void callback(request, response);
    const who = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams.get('who');
    if (who === '') return void provider.interactionFinished(request, response, { error: 'access_denied' });
    if (who !== null) return void provider.interactionFinished(request, response, { login: { accountId: who } });
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(
      `<!doctype html><html lang="nb"><title>TestIDP</title><h1>TestIDP</h1><form>${['kari', 'ola', 'per']
        .map((name) => `<button name="who" value="${name}">${name}</button>`)
        .join('')}<button name="who" value="">Avbryt</button></form></html>`,
    );
  };
}

async function closed(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** A browser without a window: keeps cookies per origin and follows redirects, until `until` says that the next address is not to be asked. */
export function testBrowser() {
  const jar = new Map<string, Map<string, string>>();
  const cookiesFor = (origin: string) => jar.get(origin) ?? jar.set(origin, new Map()).get(origin) ?? new Map<string, string>();
  async function get(address: string): Promise<Response> {
    const { origin } = new URL(address);
    const cookies = [...cookiesFor(origin)].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(address, { redirect: 'manual', headers: cookies === '' ? {} : { cookie: cookies } });
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...flags] = line.split(';').map((part) => part.trim());
      const at = pair.indexOf('=');
      if (flags.some((flag) => /^max-age=0$/i.test(flag)) || pair.length === at + 1) cookiesFor(origin).delete(pair.slice(0, at));
      else cookiesFor(origin).set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }
  return {
    get,
    jar,
    /** @returns the address at which it stopped, and the answer of the one before */
    async follow(address: string, until: (next: string) => boolean): Promise<{ address: string; response: Response }> {
      let at = address;
      for (let hops = 0; hops < 20; hops += 1) {
        const response = await get(at);
        const next = response.headers.get('location');
        if (next === null) return { address: at, response };
        at = new URL(next, at).href;
        if (until(at)) return { address: at, response };
      }
      throw new Error('goes round in circles');
    },
  };
}
