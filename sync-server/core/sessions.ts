/**
 * Local accounts: e-mail and passphrase against an Argon2id verifier, and the short token that follows.
 * Tokens carry who, not what they may: roles are read again on every request.
 */
import { verify as verifyArgon2 } from '@node-rs/argon2';
import { jwtVerify, SignJWT, errors as joseErrors } from 'jose';
import { v7 } from 'uuid';
import type { Audience } from '#db/model/entity.ts';
import { forgetTries, takeTry } from '#db/postgres/queries/attempts.ts';
import { isGranted } from '#db/rules/grants.ts';
import { joined } from '#db/postgres/joined.ts';
import { readClinic, withClinic, type Pool } from '#db/postgres/open.ts';
import {
  accountsByEmail,
  clinicsBehind,
  credentialsOf,
  personById,
  saveAccount,
  verifierOf,
  type Credential,
} from '#db/postgres/queries/people.ts';
import { addSession, endHelseidSession, helseidSessionOf } from '#db/postgres/queries/helseid.ts';
import { personOfToken } from './clerk/people.ts';
import type { Clerk } from './clerk/settings.ts';
import { isForClerk } from './clerk/token.ts';
import { rolesIn } from './decide-change.ts';
import { audienceFor } from './devices.ts';
import { admitByTicket, clinicOf, LEVEL_HIGH } from './helseid/people.ts';
import { readTicket } from './helseid/logins.ts';
import type { Principal, UserPrincipal } from './principal.ts';
import { err, ok, type Result } from './result.ts';
import { principalOfApp } from './smart/access.ts';
import { clinicIn } from './smart/secrets.ts';
import { standingOf } from './standing.ts';
import { deviceKeyHash, emailKeyHash, readDeviceCredential, sameHash, secretHash } from './secrets.ts';
import { sha256 } from './read-change.ts';
import { actorOf, showFactor, type FactorDeps } from './second-factor.ts';
import { logOnServer } from './server-log.ts';
import { UUID } from './record-batch.ts';

const ISSUER = 'ryggrad';
const AUDIENCE = 'ryggrad-sync';
export const SESSION_SECONDS = 900;

export interface SessionDeps {
  pool: Pool;
  /** 32 random bytes. */
  sessionKey: Uint8Array;
  now(): Date;
  clerk?: Clerk;
}

export interface Session {
  accessToken: string;
  expiresIn: number;
  user: { id: string; name: string; email: string; roles: string[] };
  clinic: { id: string; name: string };
}

/** Verifier of nothing: an unknown address takes as long as a wrong passphrase. */
const NOBODY = '$argon2id$v=19$m=65536,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$H2GkA3cRKs4Y0rkNdcAtH3KnKVbBDmPgSgbOWaWzgQ8';

/** Errors: session/refused (address or passphrase), session/throttled (`retryAfter` seconds), those of `showFactor`. */
export async function openSession(
  deps: FactorDeps,
  input: { email: string; passphrase: string; secondFactor?: string | undefined },
): Promise<Result<Session>> {
  const { pool, sessionKey, now } = deps;
  const key = sha256(`session:${input.email.toLowerCase()}`);
  const wait = await takeTry(pool, key);
  if (wait > 0) return err('session/throttled', { retryAfter: wait });
  let known = false;
  for (const clinicId of await clinicsBehind(pool, 'email', emailKeyHash(input.email))) {
    for (const person of await withClinic(pool, clinicId, (tx) => accountsByEmail(tx, clinicId, input.email))) {
      known = true;
      if (!(await matches(person.verifier, input.passphrase)) || !person.active) continue;
      await forgetTries(pool, key);
      const entered = await withClinic(pool, clinicId, async (tx): Promise<Result<{ clinicName: string }>> => {
        const shown = await showFactor(deps, tx, { clinicId, userId: person.id }, input.secondFactor);
        const told = { at: now(), actor: actorOf(person.id, person), verb: 'session.open', userId: person.id };
        if (!shown.ok) {
          if (shown.code === 'session/second-factor-wrong')
            await logOnServer(tx, clinicId, { ...told, action: 'refused', details: { code: shown.code } });
          return shown;
        }
        const clinic = await tx.query<{ name: string }>('select name from clinic where clinic_id = $1', [clinicId]);
        await logOnServer(tx, clinicId, { ...told, action: 'unlock', details: { secondFactor: shown.value } });
        return ok({ clinicName: clinic.rows[0]?.name ?? '' });
      });
      if (!entered.ok) return entered;
      return ok({
        accessToken: await sign(sessionKey, { userId: person.id, clinicId, by: markOf(person.verifier) }, now()),
        expiresIn: SESSION_SECONDS,
        user: { id: person.id, name: person.name, email: person.email, roles: rolesIn(person.roles) },
        clinic: { id: clinicId, name: entered.value.clinicName },
      });
    }
  }
  if (!known) await matches(NOBODY, input.passphrase);
  return err('session/refused');
}

async function matches(verifier: string, passphrase: string): Promise<boolean> {
  return verifyArgon2(verifier, passphrase).catch(() => false);
}

/** With which passphrase a session was opened, without saying it: when that is changed, the session is over (ASVS 7.4.3). */
const markOf = (verifier: string): string => sha256(`session-of:${verifier}`).slice(0, 32);

/** Of a session by HelseID: which row of ours says that it goes on. */
const HELSEID_MARK = 'helseid:';

/**
 * A session for whoever signed in by HelseID; the level is as good as a second factor.
 * Errors: those of `readTicket`, `clinicOf` and `admitByTicket`.
 */
export async function openHelseIdSession(
  deps: FactorDeps,
  { code, verifier }: { code: string; verifier: string },
): Promise<Result<Session>> {
  const { pool, sessionKey } = deps;
  const now = deps.now();
  const ticket = await readTicket(deps, code, verifier);
  if (!ticket.ok) return ticket;
  const clinic = await clinicOf(pool, ticket.value);
  if (!clinic.ok) return clinic;
  const clinicId = clinic.value;
  return withClinic(pool, clinicId, async (tx): Promise<Result<Session>> => {
    const admitted = await admitByTicket(tx, clinicId, ticket.value, { now, expected: undefined });
    if (!admitted.ok) return admitted;
    const userId = admitted.value;
    const person = await personById(tx, clinicId, userId);
    if (person === undefined) return err('user/unknown');
    const { level } = ticket.value.identity;
    const id = v7();
    await addSession(tx, clinicId, { id, userId, level, expiresAt: new Date(now.getTime() + SESSION_SECONDS * 1000) }, now);
    const { rows } = await tx.query<{ name: string }>('select name from clinic where clinic_id = $1', [clinicId]);
    const told = { at: now, actor: actorOf(userId, person), verb: 'session.open', userId };
    await logOnServer(tx, clinicId, { ...told, action: 'unlock', details: { by: 'helseid', level } });
    return ok({
      accessToken: await sign(sessionKey, { userId, clinicId, by: `${HELSEID_MARK}${id}` }, now),
      expiresIn: SESSION_SECONDS,
      user: { id: userId, name: person.name, email: person.email, roles: rolesIn(person.roles) },
      clinic: { id: clinicId, name: rows[0]?.name ?? '' },
    });
  });
}

/** Signing out: a token of the session is refused from here on, on every copy. Of another kind of session there is nothing to end. */
export async function closeHelseIdSession({ pool, now }: Pick<FactorDeps, 'pool' | 'now'>, who: Principal): Promise<void> {
  if (who.kind !== 'user' || who.session === undefined) return;
  const { clinicId, userId, session } = who;
  await withClinic(pool, clinicId, async (tx) => {
    if (!(await endHelseidSession(tx, clinicId, session))) return;
    const actor = actorOf(userId, await personById(tx, clinicId, userId));
    await logOnServer(tx, clinicId, { at: now(), actor, action: 'lock', verb: 'session.close', userId, details: { by: 'helseid' } });
  });
}

async function sign(sessionKey: Uint8Array, who: { userId: string; clinicId: string; by: string }, now: Date): Promise<string> {
  const seconds = Math.floor(now.getTime() / 1000);
  return new SignJWT({ clinic: who.clinicId, by: who.by })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(who.userId)
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + SESSION_SECONDS)
    .sign(sessionKey);
}

/** Who a bearer token is. Errors: auth/missing, auth/expired, auth/invalid. A revoked device is returned as such. */
export async function principalOf({ pool, sessionKey, now, clerk }: SessionDeps, bearer: string | undefined): Promise<Result<Principal>> {
  if (bearer === undefined || bearer === '') return err('auth/missing');
  const appClinic = clinicIn('rap', bearer);
  if (appClinic !== undefined) return principalOfApp(pool, appClinic, bearer, now());
  const device = readDeviceCredential(bearer);
  if (device !== undefined) return deviceOf(pool, device, now());
  if (clerk !== undefined && isForClerk(bearer)) {
    const person = await personOfToken(pool, clerk, bearer);
    return person.ok ? userOf(pool, person.value, now()) : person;
  }
  let userId: string | undefined;
  let clinicId: unknown;
  let mark: unknown;
  try {
    const { payload } = await jwtVerify(bearer, sessionKey, {
      algorithms: ['HS256'],
      issuer: ISSUER,
      audience: AUDIENCE,
      currentDate: now(),
      requiredClaims: ['sub', 'exp', 'clinic', 'by'],
    });
    userId = payload.sub;
    clinicId = payload['clinic'];
    mark = payload['by'];
  } catch (error) {
    return err(error instanceof joseErrors.JWTExpired ? 'auth/expired' : 'auth/invalid');
  }
  if (userId === undefined || !UUID.test(userId) || typeof clinicId !== 'string' || !UUID.test(clinicId)) return err('auth/invalid');
  return userOf(pool, { clinicId, userId }, now(), { mark });
}

/** @param session of ours: it stands as long as the passphrase that opened it, or as the row of the sign-in by HelseID */
async function userOf(
  pool: Pool,
  { clinicId, userId }: { clinicId: string; userId: string },
  now: Date,
  session?: { mark: unknown },
): Promise<Result<UserPrincipal>> {
  const id =
    typeof session?.mark === 'string' && session.mark.startsWith(HELSEID_MARK) ? session.mark.slice(HELSEID_MARK.length) : undefined;
  if (id !== undefined && !UUID.test(id)) return err('auth/invalid');
  const { person, verifier, helseId } = await withClinic(pool, clinicId, async (tx) => ({
    person: await personById(tx, clinicId, userId),
    verifier: session === undefined || id !== undefined ? undefined : await verifierOf(tx, clinicId, userId),
    helseId: id === undefined ? undefined : await helseidSessionOf(tx, clinicId, id),
  }));
  if (id !== undefined && (helseId === undefined || helseId.ended || helseId.userId !== userId)) return err('auth/invalid');
  if (session !== undefined && id === undefined && (verifier === undefined || session.mark !== markOf(verifier)))
    return err('auth/invalid');
  if (person === undefined || !person.active) return err('auth/invalid');
  return ok({
    kind: 'user',
    clinicId,
    userId,
    ...standingOf(person, now, !person.levelAsked || helseId?.level === LEVEL_HIGH),
    fhirOff: person.fhirOff,
    ...(helseId === undefined || id === undefined ? {} : { level: helseId.level, session: id }),
  });
}

/** A pool's way to devices: which clinic one belongs to never changes and is remembered, what it may is asked each time. */
interface Devices {
  clinics: Map<string, string>;
  credential: (clinicId: string, deviceId: string) => Promise<Credential | undefined>;
}
const devices = new WeakMap<Pool, Devices>();
const MOST_REMEMBERED = 50_000;

function devicesOf(pool: Pool): Devices {
  let known = devices.get(pool);
  if (known === undefined) {
    const credential = joined((clinicId: string, ids: readonly string[]) =>
      readClinic(pool, clinicId, (tx) => credentialsOf(tx, clinicId, ids)),
    );
    devices.set(pool, (known = { clinics: new Map(), credential }));
  }
  return known;
}

async function deviceOf(pool: Pool, { deviceId, secret }: { deviceId: string; secret: string }, now: Date): Promise<Result<Principal>> {
  const { clinics, credential: credentialIn } = devicesOf(pool);
  const clinicId = clinics.get(deviceId) ?? (await clinicsBehind(pool, 'device', deviceKeyHash(deviceId)))[0];
  if (clinicId === undefined) return err('auth/invalid');
  if (clinics.size >= MOST_REMEMBERED) clinics.clear();
  clinics.set(deviceId, clinicId);
  const credential = await credentialIn(clinicId, deviceId);
  if (credential === undefined || !sameHash(credential.secretHash, secretHash(secret))) return err('auth/invalid');
  // Who was dismissed hands in what the device holds, like a revoked device.
  const revoked = credential.revoked || !credential.userActive;
  return ok({
    kind: 'device',
    clinicId,
    deviceId,
    userId: credential.userId,
    roles: rolesIn(credential.roles),
    audience: audienceNow(credential, now),
    levelMissing: credential.levelMissing,
    revoked,
    ...(credential.revoked && credential.revokeProof !== null ? { revokeProof: credential.revokeProof } : {}),
  });
}

/** Never more than its person may see now: a desk's laptop is a clinical one for as long as its person is let in to read notes. */
function audienceNow({ audience, roles, grants }: Credential, now: Date): Audience {
  const held = rolesIn(roles);
  const byRole = audience === 'clinical' && audienceFor(held, false) === 'clinical';
  const byGrant = held.includes('ASSISTANT') && isGranted(grants, now.toISOString());
  return byRole || byGrant ? 'clinical' : 'desk';
}

/** Stores the verifier a laptop worked out. The device's own person, or ADMIN. Errors: role/forbidden, user/unknown, account/weak-verifier. */
export async function setAccount(pool: Pool, principal: Principal, userId: string, verifier: string): Promise<Result<null>> {
  if (principal.userId !== userId && !principal.roles.includes('ADMIN')) return err('role/forbidden');
  if (!isAcceptableVerifier(verifier)) return err('account/weak-verifier');
  return withClinic(pool, principal.clinicId, async (tx) => {
    if ((await personById(tx, principal.clinicId, userId)) === undefined) return err('user/unknown');
    await saveAccount(tx, principal.clinicId, userId, verifier);
    return ok(null);
  });
}

/** Argon2id with at least OWASP's minimum, and not so much that verifying it would exhaust the server. */
export function isAcceptableVerifier(verifier: string): boolean {
  const match = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d)\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,171}$/.exec(verifier);
  if (match === null) return false;
  const [memory, passes, lanes] = match.slice(1).map(Number) as [number, number, number];
  return memory >= 19_456 && memory <= 262_144 && passes >= 2 && passes <= 10 && lanes >= 1 && lanes <= 4;
}
