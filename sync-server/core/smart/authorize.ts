/** The authorization endpoint (RFC 6749 § 4.1.1, RFC 7636 with S256 alone, RFC 9207, SMART App Launch 2.2 § 2.1.6), for a person whom the launch names. */
import { v7 } from 'uuid';
import { withClinic } from '#db/postgres/open.ts';
import { personById } from '#db/postgres/queries/people.ts';
import { addGrant, useLaunch } from '#db/postgres/queries/smart.ts';
import { TYPES } from '../fhir/capability.ts';
import { typesFor } from '../fhir/who.ts';
import { standingOf } from '../standing.ts';
import type { AppDeps } from './apps.ts';
import { clientById, type Client } from './clients.ts';
import { cookieName } from './launch.ts';
import { grantedScopes, resourceScope } from './scopes.ts';
import { hashOf, newSecret } from './secrets.ts';

const CODE_MS = 60_000;
/** What is never refreshed ends with its access token. */
const GRANT_MS = 3_600_000;
const OFFLINE_MS = 90 * 86_400_000;

export interface Around {
  base: string;
  issuer: string;
  isSafe: boolean;
  /** Of the cookie with this name. */
  cookie(name: string): string | undefined;
}

/** Back to the app; or, where nobody knows whether it is one, a page for the person. */
export type Authorized = { to: string } | { page: 'client' | 'redirect' | 'parameters' };

export async function authorize({ pool, now }: AppDeps, query: URLSearchParams, around: Around): Promise<Authorized> {
  if (new Set(query.keys()).size < [...query.keys()].length) return { page: 'parameters' };
  const client = await clientById(pool, query.get('client_id') ?? '');
  if (client === undefined) return { page: 'client' };
  const redirect = query.get('redirect_uri') ?? '';
  // Letter for letter (RFC 9700 § 2.1).
  if (!client.redirectUris.includes(redirect)) return { page: 'redirect' };
  const back = (answer: Record<string, string>): Authorized => {
    const url = new URL(redirect);
    const state = query.get('state');
    for (const [name, value] of Object.entries({ ...answer, ...(state === null ? {} : { state }), iss: around.issuer }))
      url.searchParams.set(name, value);
    return { to: url.href };
  };
  const problem = problemIn(query, around.base);
  if (problem !== undefined) return back(problem);
  const at = now();
  return withClinic(pool, client.clinicId, async (tx): Promise<Authorized> => {
    const { clinicId } = client;
    const launch = query.get('launch') ?? '';
    const cookie = around.cookie(cookieName(launch, around.isSafe));
    const begun =
      cookie === undefined
        ? undefined
        : await useLaunch(tx, clinicId, hashOf('launch', launch), { appId: client.id, browserHash: hashOf('browser', cookie), now: at });
    if (begun === undefined)
      return back(said('invalid_request', 'The launch is used, too old, for another app, or was begun in another browser.'));
    const person = await personById(tx, clinicId, begun.userId);
    if (person === undefined || !person.active) return back(said('access_denied', 'The person may not sign in any more.'));
    // The level is asked at each request, not once.
    const { roles, audience } = standingOf(person, at, true);
    const scope = scopeFor(client, query.get('scope') ?? '', typesFor(roles, audience));
    if (scope.length === 0) return back(said('invalid_scope', 'Nothing of it is registered for this app and open to this person.'));
    const code = newSecret();
    await addGrant(tx, clinicId, hashOf('code', code), {
      ...begun,
      id: v7(),
      scope: scope.join(' '),
      nonce: query.get('nonce'),
      challenge: query.get('code_challenge') ?? '',
      redirectUri: redirect,
      codeExpiresAt: new Date(at.getTime() + CODE_MS),
      createdAt: at,
      endsAt: new Date(at.getTime() + (scope.includes('offline_access') ? OFFLINE_MS : GRANT_MS)),
    });
    return back({ code });
  });
}

const said = (error: string, text: string): Record<string, string> => ({ error, error_description: text });

function problemIn(query: URLSearchParams, base: string): Record<string, string> | undefined {
  if (query.get('response_type') !== 'code') return said('unsupported_response_type', 'Only code.');
  if ((query.get('state') ?? '') === '') return said('invalid_request', 'state is needed.');
  if (!/^[\w-]{43}$/.test(query.get('code_challenge') ?? '') || query.get('code_challenge_method') !== 'S256')
    return said('invalid_request', 'code_challenge is needed, by S256.');
  if ((query.get('aud') ?? '').replace(/\/$/, '') !== base) return said('invalid_request', 'aud is not this FHIR server.');
  if (query.has('request') || query.has('request_uri')) return said('request_not_supported', 'No request objects.');
  if ((query.get('launch') ?? '') === '') return said('invalid_request', 'launch is needed: apps are launched from the record.');
  return undefined;
}

/** Patient's scopes need `launch`: without it the app is told of no patient. */
function scopeFor(client: Client, asked: string, reached: ReadonlySet<string>): string[] {
  const granted = grantedScopes(asked, client.scopes, (type) => reached.has(type), TYPES);
  const hasContext = granted.some((one) => one === 'launch' || one === 'launch/patient');
  return granted.filter((one) => hasContext || resourceScope(one)?.level !== 'patient');
}
