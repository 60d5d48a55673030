/**
 * HelseID over the wire: pushed authorisation request, S256, `private_key_jwt` of ten seconds, DPoP with nonce, and an ID token whose signature, issuer,
 * audience, nonce and times are proven (norway.md §5; decision 0100). The only importer of `openid-client`.
 */
import { importJWK } from 'jose';
import * as oidc from 'openid-client';
import { err, ok, type Result } from '../result.ts';
import { SCOPES } from './claims.ts';
import type { ClientKey, HelseId } from './settings.ts';

/** NHN takes up to 60 s; its own library says 10. */
const ASSERTION_S = 10;
const SKEW_S = 5;
const TIMEOUT_S = 15;
/** Where things are is asked anew after that. */
const METADATA_MS = 3_600_000;

/** What the callback must show again. */
export interface Begun {
  state: string;
  nonce: string;
  verifier: string;
}

export interface HelseIdClient {
  readonly settings: HelseId;
  /** Where the browser is sent. Errors: helseid/unreachable, helseid/refused. */
  begin(): Promise<Result<Begun & { url: string }>>;
  /** Errors: helseid/cancelled, helseid/unreachable, helseid/refused (whatever of the answer does not hold). */
  finish(query: string, begun: Begun): Promise<Result<{ idToken: unknown; userInfo: unknown }>>;
  /** Where somebody ends their session at HelseID. Nothing goes along that says who. Errors: helseid/unreachable. */
  logoutUrl(): Promise<Result<string>>;
}

interface Ports {
  log: { warn(fields: object, message: string): void };
}

export function openHelseId(settings: HelseId, { log }: Ports): HelseIdClient {
  let known: { at: number; configs: Promise<oidc.Configuration[]> } | undefined;
  /** Which key HelseID took last: an older one for as long as the newest is not registered there. */
  let current = 0;

  function configurations(): Promise<oidc.Configuration[]> {
    if (known !== undefined && performance.now() - known.at < METADATA_MS) return known.configs;
    const mine = { at: performance.now(), configs: discover(settings) };
    // What failed is asked again.
    mine.configs.catch(() => {
      if (known === mine) known = undefined;
    });
    known = mine;
    return mine.configs;
  }

  /** With the newest key that HelseID knows. */
  async function withKey<T>(run: (config: oidc.Configuration) => Promise<T>): Promise<T> {
    const configs = await configurations();
    for (let n = 0; ; n += 1) {
      const at = (current + n) % configs.length;
      const config = configs[at];
      if (config === undefined) throw new Error('no key');
      try {
        const value = await run(config);
        if (at !== current) {
          current = at;
          log.warn({ code: 'helseid/key' }, 'HelseID does not know the key that was used until now; the other one is used');
        }
        return value;
      } catch (error) {
        if (n + 1 >= configs.length || !(error instanceof oidc.ResponseBodyError) || error.error !== 'invalid_client') throw error;
      }
    }
  }

  /** Nothing of an error's text or cause is told: it may quote a token. */
  function failed(error: unknown): Result<never> {
    if (error instanceof oidc.AuthorizationResponseError && error.error === 'access_denied') return err('helseid/cancelled');
    const why = reasonOf(error);
    const code = isAway(error) ? 'helseid/unreachable' : 'helseid/refused';
    log.warn({ code, reason: why }, 'HelseID');
    return err(code);
  }

  return {
    settings,
    async begin() {
      const begun = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() };
      try {
        const challenge = await oidc.calculatePKCECodeChallenge(begun.verifier);
        const url = await withKey((config) =>
          oidc.buildAuthorizationUrlWithPAR(config, {
            response_type: 'code',
            redirect_uri: settings.redirectUri,
            scope: SCOPES,
            state: begun.state,
            nonce: begun.nonce,
            code_challenge: challenge,
            code_challenge_method: 'S256',
            // Nobody comes in on the session that a colleague left in the browser.
            prompt: 'login',
            ...(settings.acrValues === undefined ? {} : { acr_values: settings.acrValues }),
          }),
        );
        return ok({ ...begun, url: url.href });
      } catch (error) {
        return failed(error);
      }
    },
    async finish(query, { state, nonce, verifier }) {
      const url = new URL(settings.redirectUri);
      url.search = query;
      try {
        return await withKey(async (config) => {
          const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256'));
          const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
          const tokens = await oidc.authorizationCodeGrant(config, url, checks, undefined, { DPoP });
          const idToken = tokens.claims();
          if (idToken === undefined || tokens.token_type !== 'dpop') return err('helseid/refused');
          const userInfo = await oidc.fetchUserInfo(config, tokens.access_token, idToken.sub, { DPoP });
          return ok({ idToken, userInfo });
        });
      } catch (error) {
        return failed(error);
      }
    },
    async logoutUrl() {
      try {
        const [config] = await configurations();
        if (config === undefined) return err('helseid/unreachable');
        return ok(oidc.buildEndSessionUrl(config, { client_id: settings.clientId }).href);
      } catch (error) {
        return failed(error);
      }
    },
  };
}

async function discover(settings: HelseId): Promise<oidc.Configuration[]> {
  const metadata = {
    redirect_uris: [settings.redirectUri],
    id_token_signed_response_alg: 'RS256',
    [oidc.clockTolerance]: SKEW_S,
  };
  const issuer = new URL(settings.issuer);
  const hardened = (config: oidc.Configuration) => {
    config.timeout = TIMEOUT_S;
    // The ID token's signature too, though it came by TLS.
    oidc.enableNonRepudiationChecks(config);
    // Of this machine alone, and never in production (settings.ts).
    if (issuer.protocol === 'http:') oidc.allowInsecureRequests(config);
    return config;
  };
  const [first, ...more] = settings.keys;
  const found = await oidc.discovery(issuer, settings.clientId, metadata, await authBy(first, settings), {
    timeout: TIMEOUT_S,
    execute: issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : [],
  });
  const server = { ...found.serverMetadata() };
  const others = more.map(async (key) => new oidc.Configuration(server, settings.clientId, metadata, await authBy(key, settings)));
  return [found, ...(await Promise.all(others))].map(hardened);
}

async function authBy({ jwk, kid, alg }: ClientKey, { issuer, organisation }: HelseId): Promise<oidc.ClientAuth> {
  const key = await importJWK(jwk, alg);
  if (key instanceof Uint8Array) throw new Error('no private key');
  return oidc.PrivateKeyJwt(kid === undefined ? key : { key, kid }, {
    [oidc.modifyAssertion](_header, payload) {
      payload['aud'] = issuer;
      payload['exp'] = Number(payload['iat']) + ASSERTION_S;
      if (organisation !== undefined) payload['authorization_details'] = [organisationDetails(organisation)];
    },
  });
}

/** On whose behalf (utviklerportal.nhn.no, HelseID, "Organisasjonsnumre"; HelseID.Samples). */
function organisationDetails({ parent, child }: NonNullable<HelseId['organisation']>): oidc.JsonObject {
  const identifier =
    parent === undefined
      ? { system: 'urn:oid:2.16.578.1.12.4.1.2.101', type: 'ENH', value: child }
      : { system: 'urn:oid:1.0.6523', type: 'ENH', value: `NO:ORGNR:${parent}:${child}` };
  return { type: 'helseid_authorization', practitioner_role: { organization: { identifier } } };
}

/** The protocol's own word for it: `invalid_client`, `OAUTH_JWT_CLAIM_COMPARISON_FAILED`. */
function reasonOf(error: unknown): string {
  if (error instanceof oidc.ResponseBodyError || error instanceof oidc.AuthorizationResponseError) return word(error.error);
  return word(typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined);
}
const word = (text: unknown): string => (typeof text === 'string' && /^[A-Za-z_]{1,60}$/.test(text) ? text : 'unknown');

function isAway(error: unknown): boolean {
  if (error instanceof oidc.ResponseBodyError) return error.status >= 500;
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Response) return cause.status >= 500;
  return (
    error instanceof Error &&
    (reasonOf(error) === 'OAUTH_TIMEOUT' ||
      (error instanceof TypeError && error.message === 'fetch failed') ||
      (cause instanceof TypeError && cause.message === 'fetch failed'))
  );
}
