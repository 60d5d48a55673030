/** Which app asks (RFC 6749 § 2.3, RFC 7523, SMART's client-confidential-asymmetric). A confidential app that shows only its id is nobody. */
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { readClinic, withClinic, type Pool } from '#db/postgres/open.ts';
import { clinicsBehind } from '#db/postgres/queries/people.ts';
import { noteAssertion, openApp, type AppRow } from '#db/postgres/queries/smart.ts';
import { UUID } from '../record-batch.ts';
import { sameHash } from '../secrets.ts';
import { hashOf } from './secrets.ts';

export interface Client extends AppRow {
  clinicId: string;
}

/** An app that is on, by its client id. */
export async function clientById(pool: Pool, clientId: string): Promise<(Client & { secretHash: string | null }) | undefined> {
  if (!UUID.test(clientId)) return undefined;
  const [clinicId] = await clinicsBehind(pool, 'app', hashOf('app', clientId));
  if (clinicId === undefined) return undefined;
  const app = await readClinic(pool, clinicId, (tx) => openApp(tx, clinicId, clientId));
  return app === undefined ? undefined : { ...app, clinicId };
}

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const LONGEST_S = 300;
export const ASSERTION_ALGORITHMS = ['RS384', 'ES384', 'RS256', 'ES256', 'PS256', 'PS384'];

/** @param audiences addresses that an assertion may be made for. Undefined: not shown, or shown in two ways. */
export async function clientOf(
  pool: Pool,
  form: URLSearchParams,
  authorization: string | undefined,
  { audiences, now }: { audiences: readonly string[]; now: Date },
): Promise<Client | undefined> {
  const assertion = form.get('client_assertion');
  const basic = basicIn(authorization);
  const posted = form.get('client_secret');
  const ways = [assertion, authorization ?? null, posted].filter((one) => one !== null).length;
  if (ways > 1) return undefined;
  if (assertion !== null) {
    if (form.get('client_assertion_type') !== JWT_BEARER) return undefined;
    return byAssertion(pool, assertion, form.get('client_id'), audiences, now);
  }
  if (authorization !== undefined && basic === undefined) return undefined;
  const id = basic?.id ?? form.get('client_id') ?? '';
  if (basic !== undefined && (form.get('client_id') ?? id) !== id) return undefined;
  const found = await clientById(pool, id);
  if (found === undefined) return undefined;
  const { secretHash, ...client } = found;
  const secret = basic?.secret ?? posted;
  if (client.kind === 'public') return secret === null ? client : undefined;
  if (client.kind !== 'secret' || secret === null || secretHash === null) return undefined;
  return sameHash(secretHash, hashOf('secret', secret)) ? client : undefined;
}

function basicIn(authorization: string | undefined): { id: string; secret: string } | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  try {
    return { id: decodeURIComponent(text.slice(0, colon)), secret: decodeURIComponent(text.slice(colon + 1)) };
  } catch {
    return undefined;
  }
}

async function byAssertion(
  pool: Pool,
  assertion: string,
  named: string | null,
  audiences: readonly string[],
  now: Date,
): Promise<Client | undefined> {
  try {
    // Whom it claims to be; believed below, by their own key.
    const { iss } = decodeJwt(assertion);
    const found = iss === undefined ? undefined : await clientById(pool, iss);
    if (found === undefined || found.kind !== 'key' || found.jwks === null || (named ?? found.id) !== found.id) return undefined;
    const { payload } = await jwtVerify(assertion, createLocalJWKSet(found.jwks as never), {
      algorithms: ASSERTION_ALGORITHMS,
      issuer: found.id,
      subject: found.id,
      audience: [...audiences],
      requiredClaims: ['exp', 'jti'],
      currentDate: now,
    });
    const { exp = 0, jti = '' } = payload;
    if (exp > now.getTime() / 1000 + LONGEST_S) return undefined;
    const { clinicId } = found;
    const hash = hashOf('assertion', `${found.id}:${jti}`);
    const isNew = await withClinic(pool, clinicId, (tx) => noteAssertion(tx, clinicId, hash, new Date(exp * 1000), now));
    const { secretHash: _, ...client } = found;
    return isNew ? client : undefined;
  } catch {
    return undefined;
  }
}
