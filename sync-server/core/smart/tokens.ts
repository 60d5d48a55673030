/**
 * Tokens: from a code, from a refresh token that is exchanged each time, told of (RFC 7662) and taken back (RFC 7009). A code or a refresh token that
 * comes a second time ends all that came of it (RFC 9700 § 4.5, § 4.14).
 */
import { readClinic, withClinic, type Pool, type Tx } from '#db/postgres/open.ts';
import { personById } from '#db/postgres/queries/people.ts';
import { addTokens, endAccess, endGrant, tokenOf, useCode, useToken, type GrantRow, type TokenRow } from '#db/postgres/queries/smart.ts';
import { sameHash, challengeOf } from '../secrets.ts';
import type { SealKey } from '../sealed-secret.ts';
import { actorOf } from '../second-factor.ts';
import { logOnServer } from '../server-log.ts';
import type { Client } from './clients.ts';
import { signIdToken } from './id-token.ts';
import { scopesIn } from './scopes.ts';
import { clinicIn, hashOf, newAccessToken, newSecret } from './secrets.ts';

export const ACCESS_S = 3600;
/** A refresh token that nobody used for so long is over. */
const REFRESH_MS = 14 * 86_400_000;

export interface TokenDeps {
  pool: Pool;
  keys: readonly SealKey[];
  now: Date;
  issuer: string;
  base: string;
}
/** An answer as OAuth has it. */
export interface OAuthAnswer {
  status: number;
  body: Record<string, unknown>;
}
export const oauthError = (error: string, status = 400): OAuthAnswer => ({ status, body: { error } });

export async function exchange(deps: TokenDeps, client: Client, form: URLSearchParams): Promise<OAuthAnswer> {
  const kind = form.get('grant_type');
  if (kind === 'authorization_code') return fromCode(deps, client, form);
  if (kind === 'refresh_token') return fromRefresh(deps, client, form);
  return oauthError(kind === null ? 'invalid_request' : 'unsupported_grant_type');
}

async function fromCode(deps: TokenDeps, client: Client, form: URLSearchParams): Promise<OAuthAnswer> {
  const { pool, now } = deps;
  const { clinicId } = client;
  return withClinic(pool, clinicId, async (tx) => {
    const grant = await useCode(tx, clinicId, client.id, hashOf('code', form.get('code') ?? ''), now);
    if (grant === undefined) return oauthError('invalid_grant');
    if (grant.used) {
      await ended(tx, deps, client, grant, 'code-replayed');
      return oauthError('invalid_grant');
    }
    const verifier = form.get('code_verifier') ?? '';
    const holds =
      !grant.ended &&
      grant.codeExpiresAt > now &&
      form.get('redirect_uri') === grant.redirectUri &&
      /^[\w.~-]{43,128}$/.test(verifier) &&
      sameHash(challengeOf(verifier), grant.challenge);
    return holds ? issue(tx, deps, client, grant, grant.scope) : oauthError('invalid_grant');
  });
}

async function fromRefresh(deps: TokenDeps, client: Client, form: URLSearchParams): Promise<OAuthAnswer> {
  const { pool, now } = deps;
  const { clinicId } = client;
  const hash = hashOf('refresh', form.get('refresh_token') ?? '');
  return withClinic(pool, clinicId, async (tx) => {
    const token = await tokenOf(tx, clinicId, hash, true);
    if (token?.kind !== 'refresh' || token.appId !== client.id) return oauthError('invalid_grant');
    if (token.used) {
      await ended(tx, deps, client, token, 'refresh-replayed');
      return oauthError('invalid_grant');
    }
    const person = await personById(tx, clinicId, token.userId);
    if (token.ended || !token.live || token.expiresAt <= now || token.endsAt <= now || person?.active !== true)
      return oauthError('invalid_grant');
    // The same, or nothing said: what is granted stands at the grant, so a token of less is not given either.
    const asked = scopesIn(form.get('scope') ?? token.scope);
    if (asked.toSorted().join(' ') !== scopesIn(token.scope).toSorted().join(' ')) return oauthError('invalid_scope');
    await useToken(tx, clinicId, hash, now);
    await endAccess(tx, clinicId, token.id, now);
    return issue(tx, deps, client, token, token.scope);
  });
}

async function issue(tx: Tx, deps: TokenDeps, client: Client, grant: GrantRow, scope: string): Promise<OAuthAnswer> {
  const { now, base } = deps;
  const { clinicId } = client;
  const scopes = scopesIn(scope);
  const access = newAccessToken(clinicId);
  const refresh = scopes.includes('offline_access') ? newSecret() : undefined;
  const expiresAt = new Date(now.getTime() + ACCESS_S * 1000);
  const refreshEnds = new Date(Math.min(now.getTime() + REFRESH_MS, grant.endsAt.getTime()));
  await addTokens(tx, clinicId, grant.id, [
    { hash: hashOf('access', access), kind: 'access', issuedAt: now, expiresAt },
    ...(refresh === undefined
      ? []
      : [{ hash: hashOf('refresh', refresh), kind: 'refresh' as const, issuedAt: now, expiresAt: refreshEnds }]),
  ]);
  const fhirUser = scopes.some((one) => one === 'fhirUser' || one === 'profile') ? `${base}/Practitioner/${grant.userId}` : undefined;
  const { issuer, keys } = deps;
  const idToken = scopes.includes('openid')
    ? await signIdToken({ pool: tx, keys, now }, { issuer, clientId: client.id, userId: grant.userId, nonce: grant.nonce, fhirUser })
    : undefined;
  const inContext = scopes.some((one) => one.startsWith('launch'));
  return {
    status: 200,
    body: {
      access_token: access,
      token_type: 'Bearer',
      expires_in: ACCESS_S,
      scope,
      ...(refresh === undefined ? {} : { refresh_token: refresh }),
      ...(idToken === undefined ? {} : { id_token: idToken }),
      ...(inContext && grant.patientId !== null ? { patient: grant.patientId, need_patient_banner: true } : {}),
      ...(inContext && grant.encounterId !== null ? { encounter: grant.encounterId } : {}),
    },
  };
}

/** Somebody has what they should not: nothing of it is worth anything any more, and the log says so. */
async function ended(tx: Tx, { now }: TokenDeps, client: Client, grant: GrantRow, why: string): Promise<void> {
  const { clinicId } = client;
  if (!(await endGrant(tx, clinicId, grant.id, now))) return;
  const actor = actorOf(grant.userId, await personById(tx, clinicId, grant.userId));
  const details = { app: client.name, appId: client.id, code: why };
  await logOnServer(tx, clinicId, { at: now, actor, action: 'refused', verb: 'app.token', userId: grant.userId, details });
}

/** Of an app's own token alone; of any other as of none (RFC 7662 § 2.2). */
export async function introspect(deps: TokenDeps, client: Client, form: URLSearchParams): Promise<OAuthAnswer> {
  const { pool, now, issuer, base } = deps;
  const found = await readClinic(pool, client.clinicId, async (tx) => {
    const token = await ownToken(tx, client, form.get('token') ?? '');
    const person = token === undefined ? undefined : await personById(tx, client.clinicId, token.userId);
    return person?.active === true ? token : undefined;
  });
  if (found === undefined || found.used || found.ended || !found.live || found.expiresAt <= now || found.endsAt <= now)
    return { status: 200, body: { active: false } };
  const scopes = scopesIn(found.scope);
  return {
    status: 200,
    body: {
      active: true,
      scope: found.scope,
      client_id: client.id,
      iss: issuer,
      sub: found.userId,
      ...(scopes.includes('fhirUser') ? { fhirUser: `${base}/Practitioner/${found.userId}` } : {}),
      ...(found.patientId === null ? {} : { patient: found.patientId }),
      ...(found.encounterId === null ? {} : { encounter: found.encounterId }),
      ...(found.kind === 'access' ? { token_type: 'Bearer' } : {}),
      iat: Math.floor(found.issuedAt.getTime() / 1000),
      exp: Math.floor(found.expiresAt.getTime() / 1000),
    },
  };
}

/** What is not an app's own is answered as what is nowhere: 200, and nothing happens. */
export async function revoke({ pool, now }: TokenDeps, client: Client, form: URLSearchParams): Promise<OAuthAnswer> {
  const { clinicId } = client;
  const text = form.get('token') ?? '';
  await withClinic(pool, clinicId, async (tx) => {
    const token = await ownToken(tx, client, text);
    if (token === undefined) return;
    if (token.kind === 'refresh') await endGrant(tx, clinicId, token.id, now);
    else await useToken(tx, clinicId, hashOf('access', text), now);
  });
  return { status: 200, body: {} };
}

async function ownToken(tx: Tx, { clinicId, id }: Client, text: string): Promise<TokenRow | undefined> {
  const inToken = clinicIn('rap', text);
  if (inToken !== undefined && inToken !== clinicId) return undefined;
  const token = await tokenOf(tx, clinicId, hashOf(inToken === undefined ? 'refresh' : 'access', text));
  return token?.appId === id ? token : undefined;
}
