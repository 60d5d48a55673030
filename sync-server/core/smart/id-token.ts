/** ID tokens (OpenID Connect Core § 2, RS256) and the keys they are signed by: a new one each quarter, of which the old one is published for a week more. */
import { exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose';
import { v7 } from 'uuid';
import type { Pool, Tx } from '#db/postgres/open.ts';
import { addSmartKey, smartKeys, type KeyRow } from '#db/postgres/queries/smart.ts';
import { seal, unseal, type SealKey } from '../sealed-secret.ts';

const DAY_MS = 86_400_000;
const ROTATION_MS = 90 * DAY_MS;
const KEPT_MS = ROTATION_MS + 7 * DAY_MS;
const LIFE_S = 3600;

interface KeyDeps {
  /** Who stands in a transaction asks in it: a second connection, waited for while the first is held, can be waited for by all. */
  pool: Pool | Tx;
  keys: readonly SealKey[];
  now: Date;
}
const about = (kid: string): string => `smart-key|${kid}`;

/** Newest first; one is made where there is none, or none that is young enough or opens. */
async function keysNow({ pool, keys, now }: KeyDeps): Promise<KeyRow[]> {
  const found = await smartKeys(pool);
  const [newest] = found;
  const opens = newest !== undefined && unseal(keys, about(newest.kid), newest.sealed) !== undefined;
  if (opens && now.getTime() - newest.createdAt.getTime() < ROTATION_MS) return found;
  const pair = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true });
  const kid = v7();
  const open = { ...(await exportJWK(pair.publicKey)), kid, alg: 'RS256', use: 'sig' };
  const sealed = seal(keys, about(kid), JSON.stringify(await exportJWK(pair.privateKey)));
  const after = opens ? new Date(now.getTime() - ROTATION_MS) : (newest?.createdAt ?? new Date(0));
  await addSmartKey(pool, { kid, sealed, open, createdAt: now }, after, new Date(now.getTime() - KEPT_MS));
  return smartKeys(pool);
}

/** JWKS. */
export async function publicKeys(deps: KeyDeps): Promise<{ keys: JWK[] }> {
  return { keys: (await keysNow(deps)).map(({ open }) => open as JWK) };
}

export async function signIdToken(
  deps: KeyDeps,
  {
    issuer,
    clientId,
    userId,
    nonce,
    fhirUser,
  }: { issuer: string; clientId: string; userId: string; nonce: string | null; fhirUser: string | undefined },
): Promise<string> {
  const [key] = await keysNow(deps);
  const opened = key === undefined ? undefined : unseal(deps.keys, about(key.kid), key.sealed);
  if (key === undefined || opened === undefined) throw new Error('no key for ID tokens opens');
  const seconds = Math.floor(deps.now.getTime() / 1000);
  return new SignJWT({
    ...(nonce === null ? {} : { nonce }),
    ...(fhirUser === undefined ? {} : { fhirUser, profile: fhirUser }),
  })
    .setProtectedHeader({ alg: 'RS256', kid: key.kid, typ: 'JWT' })
    .setIssuer(issuer)
    .setSubject(userId)
    .setAudience(clientId)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + LIFE_S)
    .sign(await importJWK(JSON.parse(opened) as JWK, 'RS256'));
}
