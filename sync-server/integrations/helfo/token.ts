/**
 * Tokens for Helfo's API, in the name of an organisation: Maskinporten's JWT grant (docs.digdir.no, maskinporten_protocol_jwtgrant; a delegation is said by
 * `consumer_org`), or HelseID's client credentials with `private_key_jwt` and DPoP (norway.md §5). One at a time for each organisation, asked anew before it ends.
 */
import { createHash, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JWK } from 'jose';
import { z } from 'zod';
import type { Ports, Told } from '../kit.ts';
import type { HelfoConfig } from './config.ts';

const SCOPES = { maskinporten: 'nav:kuhr/krav', helseid: 'hdir:kuhr-krav-api/krav' } as const;
/** Maskinporten takes two minutes, HelseID one; NHN's own library says ten seconds. */
const GRANT_S = { maskinporten: 60, helseid: 10 } as const;
const EARLY_MS = 20_000;
const METADATA_MS = 3_600_000;

const metadata = z.object({ issuer: z.string(), token_endpoint: z.string() });
const answer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive(), token_type: z.string().optional() });

export interface Tokens {
  /** What goes along with a request. @param again Helfo wanted a nonce, or did not take the last token */
  headers(
    organisation: string,
    request: { method: string; url: string },
    again?: { nonce?: string; anew?: boolean },
  ): Promise<Told<Record<string, string>>>;
}

export function openTokens(config: HelfoConfig, ports: Ports): Tokens {
  const { auth } = config;
  const signing = importJWK(config.key.jwk, config.key.alg) as Promise<CryptoKey>;
  signing.catch(() => {});
  const known = new Map<string, { token: string; until: number }>();
  let found: { at: number; issuer: string; endpoint: string } | undefined;
  let proving: Promise<{ key: CryptoKey; jwk: JWK }> | undefined;
  const prover = () =>
    (proving ??= generateKeyPair('ES256', { extractable: true }).then(async ({ privateKey, publicKey }) => ({
      key: privateKey,
      jwk: await exportJWK(publicKey),
    })));
  const seconds = () => Math.floor(ports.now().getTime() / 1000);

  async function discover(): Promise<{ issuer: string; endpoint: string } | undefined> {
    if (found !== undefined && performance.now() - found.at < METADATA_MS) return found;
    const base = config.issuer.replace(/\/+$/, '');
    const where = auth === 'maskinporten' ? 'oauth-authorization-server' : 'openid-configuration';
    const said = metadata.safeParse(
      await ask(`${base}/.well-known/${where}`, {})
        .then((response) => response?.json())
        .catch(() => undefined),
    );
    // Whoever answers for another issuer is not whom the operator named.
    if (!said.success || said.data.issuer.replace(/\/+$/, '') !== base) return undefined;
    found = { at: performance.now(), issuer: said.data.issuer, endpoint: said.data.token_endpoint };
    return found;
  }
  const ask = (url: string, init: RequestInit) =>
    fetch(url, { redirect: 'error', signal: AbortSignal.timeout(config.timeoutMs), ...init }).catch(() => undefined);

  async function assertion(issuer: string, organisation: string): Promise<string> {
    const { kid, alg } = config.key;
    const own = organisation === config.organisation;
    const claims =
      auth === 'maskinporten'
        ? { scope: SCOPES.maskinporten, ...(own ? {} : { consumer_org: organisation }) }
        : { sub: config.clientId, nbf: seconds() };
    return new SignJWT(claims)
      .setProtectedHeader({ alg, ...(kid === undefined ? {} : { kid }) })
      .setIssuer(config.clientId)
      .setAudience(issuer)
      .setIssuedAt(seconds())
      .setExpirationTime(seconds() + GRANT_S[auth])
      .setJti(randomUUID())
      .sign(await signing);
  }

  async function proof(method: string, url: string, extra: { nonce?: string | undefined; token?: string }): Promise<string> {
    const { key, jwk } = await prover();
    const ath = extra.token === undefined ? {} : { ath: createHash('sha256').update(extra.token).digest('base64url') };
    return new SignJWT({
      htm: method,
      htu: url.split(/[?#]/)[0] ?? url,
      ...ath,
      ...(extra.nonce === undefined ? {} : { nonce: extra.nonce }),
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
      .setIssuedAt(seconds())
      .setJti(randomUUID())
      .sign(key);
  }

  async function fresh(organisation: string): Promise<Told<string>> {
    const where = await discover();
    if (where === undefined) return { ok: false, code: 'helfo/token-unreachable' };
    let nonce: string | undefined;
    for (let tries = 0; tries < 2; tries += 1) {
      const signed = await assertion(where.issuer, organisation);
      const body: Record<string, string> =
        auth === 'maskinporten'
          ? { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: signed }
          : {
              grant_type: 'client_credentials',
              client_id: config.clientId,
              scope: SCOPES.helseid,
              client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
              client_assertion: signed,
            };
      const headers = auth === 'helseid' ? { DPoP: await proof('POST', where.endpoint, { nonce }) } : {};
      const response = await ask(where.endpoint, { method: 'POST', body: new URLSearchParams(body), headers });
      if (response === undefined || response.status >= 500 || response.status === 429)
        return { ok: false, code: 'helfo/token-unreachable' };
      const wanted = response.headers.get('dpop-nonce');
      if (!response.ok && auth === 'helseid' && wanted !== null && wanted !== nonce) {
        nonce = wanted;
        continue;
      }
      const said = answer.safeParse(await response.json().catch(() => undefined));
      // DPoP was asked for: a bearer's token would be anybody's.
      const bound = auth === 'maskinporten' || said.data?.token_type?.toLowerCase() === 'dpop';
      if (!response.ok || !said.success || !bound) break;
      known.set(organisation, { token: said.data.access_token, until: ports.now().getTime() + said.data.expires_in * 1000 - EARLY_MS });
      return { ok: true, value: said.data.access_token };
    }
    ports.log.warn({ code: 'helfo/token-refused' }, 'no token for Helfo');
    return { ok: false, code: 'helfo/token-refused' };
  }

  return {
    async headers(organisation, { method, url }, { nonce, anew = false } = {}) {
      const held = known.get(organisation);
      const token: Told<string> =
        !anew && held !== undefined && ports.now().getTime() < held.until ? { ok: true, value: held.token } : await fresh(organisation);
      if (!token.ok) return token;
      const value: Record<string, string> = { authorization: `${auth === 'maskinporten' ? 'Bearer' : 'DPoP'} ${token.value}` };
      if (auth === 'helseid') value['DPoP'] = await proof(method, url, { nonce, token: token.value });
      return { ok: true, value };
    },
  };
}
