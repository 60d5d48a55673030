/** SMART App Launch 2.2 (core/smart, docs/decisions/0106): where an app finds us, is launched, asks for tokens, and shows them. */
import { z } from 'zod';
import { TYPES } from '../core/fhir/capability.ts';
import { keysOf } from '../core/second-factor.ts';
import { authorize } from '../core/smart/authorize.ts';
import { ASSERTION_ALGORITHMS, clientOf, type Client } from '../core/smart/clients.ts';
import { publicKeys } from '../core/smart/id-token.ts';
import { openLaunch } from '../core/smart/launch.ts';
import { exchange, introspect, oauthError, revoke, type OAuthAnswer, type TokenDeps } from '../core/smart/tokens.ts';
import { err } from '../core/result.ts';
import { FHIR_PATH } from '../plugins/fhir.ts';
import { route, type Call, type Reply, type Route } from './route.ts';

const SMART_PATH = '/auth/smart';
type AnyCall = Pick<Call<unknown, unknown, unknown, unknown>, 'deps' | 'headers' | 'url' | 'origin' | 'body'>;

const hostOf = ({ deps, origin }: Pick<AnyCall, 'deps' | 'origin'>): string => deps.publicUrl ?? origin;
const queryOf = ({ url }: AnyCall): URLSearchParams => new URLSearchParams(url.split('?').slice(1).join('?'));

const PAGE = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};
const page = (text: string): Reply => ({
  status: 400,
  headers: PAGE,
  body: `<!doctype html><html lang="nb"><meta charset="utf-8"><title>Ryggrad</title><style>body{font:16px system-ui;margin:15vh auto;max-width:32rem;padding:0 1rem}</style><h1>Ryggrad</h1><p>${text}</p></html>`,
});
const PAGES = {
  client: 'Appen er ikke registrert i klinikken, eller den er slått av. Spør klinikkens administrator.',
  redirect: 'Appen vil tilbake til en adresse som ikke er registrert for den. Spør klinikkens administrator.',
  parameters: 'Forespørselen fra appen kan ikke leses.',
} as const;
const see = (location: string, more: Record<string, string> = {}): Reply => ({
  status: 303,
  headers: { ...PAGE, location, ...more },
  body: '',
});

/** What we can do, and no more: `launch-standalone`, `authorize-post` and granular scopes are not among it. */
const CAPABILITIES = [
  'launch-ehr',
  'client-public',
  'client-confidential-symmetric',
  'client-confidential-asymmetric',
  'sso-openid-connect',
  'context-banner',
  'context-ehr-patient',
  'context-ehr-encounter',
  'permission-offline',
  'permission-patient',
  'permission-user',
  'permission-v1',
  'permission-v2',
];
const METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'];

function endpoints(host: string): Record<string, unknown> {
  const at = `${host}${SMART_PATH}`;
  return {
    issuer: at,
    jwks_uri: `${at}/jwks`,
    authorization_endpoint: `${at}/authorize`,
    token_endpoint: `${at}/token`,
    introspection_endpoint: `${at}/introspect`,
    revocation_endpoint: `${at}/revoke`,
    grant_types_supported: ['authorization_code', 'refresh_token'],
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: METHODS,
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    authorization_response_iss_parameter_supported: true,
    scopes_supported: [
      'openid',
      'fhirUser',
      'profile',
      'launch',
      'offline_access',
      'patient/*.cruds',
      'user/*.cruds',
      ...TYPES.filter((type) => type !== 'AuditEvent').map((type) => `patient/${type}.rs`),
    ],
  };
}

const smartConfiguration = route({
  method: 'GET',
  path: `${FHIR_PATH}/.well-known/smart-configuration`,
  summary: 'Where an app asks for tokens, and what is supported (SMART App Launch 2.2 § 3).',
  auth: 'open',
  fhir: 'no body',
  responses: { 200: { description: 'JSON.' } },
  run: async (call) => ({
    status: 200,
    body: { ...endpoints(hostOf(call)), capabilities: CAPABILITIES },
  }),
});

const openIdConfiguration = route({
  method: 'GET',
  path: `${SMART_PATH}/.well-known/openid-configuration`,
  summary: 'OpenID Connect Discovery, for who judges an ID token.',
  auth: 'open',
  responses: { 200: { description: 'JSON.' } },
  run: async (call) => ({
    status: 200,
    body: { ...endpoints(hostOf(call)), subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'] },
  }),
});

const jwks = route({
  method: 'GET',
  path: `${SMART_PATH}/jwks`,
  summary: 'Public keys of ID tokens.',
  auth: 'open',
  responses: { 200: { description: 'A JWK Set.' } },
  run: async ({ deps }) => ({ status: 200, body: await publicKeys({ pool: deps.pool, keys: keysOf(deps), now: deps.now() }) }),
});

const launchPage = route({
  method: 'GET',
  path: `${SMART_PATH}/launch`,
  summary: 'Sends the browser that a laptop opened to the app, once.',
  auth: 'open',
  budget: 'door',
  query: z.strictObject({ ticket: z.string().max(200) }),
  responses: { 303: { description: 'To the app.' }, 400: { description: 'No such ticket.' } },
  async run(call) {
    const host = hostOf(call);
    const at = { base: `${host}${FHIR_PATH}`, isSafe: host.startsWith('https:') };
    const opened = await openLaunch(call.deps, call.query.ticket, at);
    if (opened === undefined) return page('Åpningen er brukt eller for gammel. Gå tilbake til pasienten i Ryggrad, og åpne appen på nytt.');
    return see(opened.url, { 'set-cookie': opened.cookie });
  },
});

const authorizePage = route({
  method: 'GET',
  path: `${SMART_PATH}/authorize`,
  summary: 'The authorization endpoint: code with PKCE (S256), for the browser that was launched.',
  auth: 'open',
  budget: 'door',
  query: z.looseObject({ client_id: z.string().max(200), redirect_uri: z.string().max(2000) }),
  responses: { 303: { description: 'Back to the app, with a code or with why not.' }, 400: { description: 'No app that we know.' } },
  async run(call) {
    const host = hostOf(call);
    const cookies = (call.headers['cookie'] ?? '').split(';').map((one) => one.trim());
    const done = await authorize(call.deps, queryOf(call), {
      base: `${host}${FHIR_PATH}`,
      issuer: `${host}${SMART_PATH}`,
      isSafe: host.startsWith('https:'),
      cookie: (name) => cookies.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1),
    });
    return 'to' in done ? see(done.to) : page(PAGES[done.page]);
  },
});

/** Of an app that has shown which it is. */
function asked(
  path: string,
  summary: string,
  run: (deps: TokenDeps, client: Client, form: URLSearchParams) => Promise<OAuthAnswer>,
  confidential = false,
): Route {
  return route({
    method: 'POST',
    path: `${SMART_PATH}/${path}`,
    summary,
    auth: 'open',
    takesForm: true,
    responses: {
      200: { description: 'JSON.' },
      400: { description: 'error, as RFC 6749 has it.' },
      401: { description: 'invalid_client.' },
    },
    async run(call) {
      const { deps, headers, body } = call;
      const text = typeof body === 'object' && body !== null && 'form' in body && typeof body.form === 'string' ? body.form : undefined;
      if (text === undefined) return err('request/media-type');
      const form = new URLSearchParams(text);
      if (new Set(form.keys()).size < [...form.keys()].length) return answer(oauthError('invalid_request'));
      const host = hostOf(call);
      const at = `${host}${SMART_PATH}`;
      const now = deps.now();
      const client = await clientOf(deps.pool, form, headers['authorization'], { audiences: [`${at}/token`, `${at}/${path}`], now });
      if (client === undefined || (confidential && client.kind === 'public'))
        return answer(oauthError('invalid_client', 401), { 'www-authenticate': 'Basic realm="smart"' });
      return answer(await run({ pool: deps.pool, keys: keysOf(deps), now, issuer: at, base: `${host}${FHIR_PATH}` }, client, form));
    },
  });
}
const answer = ({ status, body }: OAuthAnswer, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { ...headers, 'cache-control': 'no-store', pragma: 'no-cache' },
  body,
});

export const smartRoutes: readonly Route[] = [
  smartConfiguration,
  openIdConfiguration,
  jwks,
  launchPage,
  authorizePage,
  asked('token', 'A code or a refresh token, for tokens.', exchange),
  asked('introspect', 'What an app’s own token is worth (RFC 7662); confidential apps alone.', introspect, true),
  asked('revoke', 'Takes a token of the app back (RFC 7009).', revoke),
];
