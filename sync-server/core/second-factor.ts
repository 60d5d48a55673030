/**
 * The second factor of a person (OWASP ASVS 6.5): asked for after the passphrase, and when a device is enrolled for them. Unlocking a laptop
 * offline does not ask: there the laptop is the second thing one must have (docs/decisions/0055).
 */
import { randomInt } from 'node:crypto';
import { forgetTries, takeTry } from '#db/postgres/queries/attempts.ts';
import { withClinic, type Pool, type Tx } from '#db/postgres/open.ts';
import { personById, type PersonRow } from '#db/postgres/queries/people.ts';
import {
  beginFactor,
  confirmFactor,
  listFactors,
  lockFactor,
  removeFactor,
  replaceRecoveryCodes,
  useRecoveryCode,
  useStep,
  type FactorListed,
  type StoredFactor,
} from '#db/postgres/queries/second-factor.ts';
import { rolesIn } from './decide-change.ts';
import type { Principal } from './principal.ts';
import { sha256 } from './read-change.ts';
import { err, ok, type Result } from './result.ts';
import { seal, sealKeys, unseal, type SealKey } from './sealed-secret.ts';
import { ALPHABET } from './secrets.ts';
import { logOnServer } from './server-log.ts';
import { newTotpSecret, stepOf, totpUri } from './totp.ts';

export interface FactorDeps {
  pool: Pool;
  sessionKey: Uint8Array;
  secondFactorKey?: Uint8Array;
  now(): Date;
}
interface Who {
  clinicId: string;
  userId: string;
}

const RECOVERY_CODES = 10;

/** A key of its own where the operator gives one; else one that follows from SESSION_KEY, which always opens what it sealed. */
export const keysOf = ({ sessionKey, secondFactorKey }: { sessionKey: Uint8Array; secondFactorKey?: Uint8Array | undefined }): SealKey[] =>
  sealKeys([...(secondFactorKey === undefined ? [] : [secondFactorKey]), sessionKey]);
const about = ({ clinicId, userId }: Who): string => `totp|${clinicId}|${userId}`;
const throttleKey = ({ clinicId, userId }: Who): string => sha256(`second-factor:${clinicId}:${userId}`);

/** How the second factor was shown; `none` when the person has none. */
export type Shown = 'none' | 'totp' | 'recovery-code';

/**
 * Whether this person has shown their second factor. Commit the transaction also when it says no: the try counts.
 * Errors: session/second-factor-needed, session/second-factor-wrong (also for a code that was used), session/throttled.
 */
export async function showFactor(deps: FactorDeps, tx: Tx, who: Who, code: string | undefined): Promise<Result<Shown>> {
  const factor = await lockFactor(tx, who.clinicId, who.userId);
  if (factor?.confirmed !== true) return ok('none');
  if (code === undefined) return err('session/second-factor-needed');
  return tryCode(deps, tx, who, factor, code);
}

async function tryCode(deps: FactorDeps, tx: Tx, who: Who, factor: StoredFactor, code: string): Promise<Result<Shown>> {
  const key = throttleKey(who);
  const wait = await takeTry(tx, key);
  if (wait > 0) return err('session/throttled', { retryAfter: wait });
  const plain = code.replaceAll(/[\s-]/g, '');
  const shown = /^\d{6}$/.test(plain) ? await takeTotp(deps, tx, who, factor, plain) : await takeRecoveryCode(tx, who, plain);
  if (shown === undefined) return err('session/second-factor-wrong');
  await forgetTries(tx, key);
  return ok(shown);
}

async function takeTotp(deps: FactorDeps, tx: Tx, who: Who, factor: StoredFactor, code: string): Promise<Shown | undefined> {
  const secret = unseal(keysOf(deps), about(who), factor.sealed);
  const step = secret === undefined ? null : stepOf(secret, code, deps.now());
  if (step === null || step <= factor.lastStep) return undefined;
  await useStep(tx, who.clinicId, who.userId, step);
  return 'totp';
}

async function takeRecoveryCode(tx: Tx, who: Who, code: string): Promise<Shown | undefined> {
  return (await useRecoveryCode(tx, who.clinicId, who.userId, recoveryHash(who, code))) ? 'recovery-code' : undefined;
}

/** 80 bits in four groups. */
function newRecoveryCode(): string {
  const letters = Array.from({ length: 16 }, () => ALPHABET[randomInt(32)]).join('');
  return (letters.match(/.{4}/g) ?? []).join('-');
}

function recoveryHash({ clinicId, userId }: Who, code: string): string {
  const plain = code
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  return sha256(`recovery:${clinicId}:${userId}:${plain}`);
}

async function issueCodes(tx: Tx, who: Who): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
  const hashes = codes.map((code) => recoveryHash(who, code));
  await replaceRecoveryCodes(tx, who.clinicId, who.userId, hashes);
  return codes;
}

/** For oneself: a secret to be put into an authenticator. Errors: second-factor/on. */
export async function beginSecondFactor(deps: FactorDeps, who: Principal): Promise<Result<{ secret: string; uri: string }>> {
  const { clinicId, userId } = who;
  const secret = newTotpSecret();
  return withClinic(deps.pool, clinicId, async (tx) => {
    if ((await lockFactor(tx, clinicId, userId))?.confirmed === true) return err('second-factor/on');
    await beginFactor(tx, clinicId, userId, seal(keysOf(deps), about(who), secret));
    const person = await personById(tx, clinicId, userId);
    return ok({ secret, uri: totpUri(secret, person?.email ?? '') });
  });
}

/** The authenticator shows the right code: from now on it is asked for. Errors: second-factor/on, second-factor/not-begun, those of `showFactor`. */
export async function confirmSecondFactor(deps: FactorDeps, who: Principal, code: string): Promise<Result<{ recoveryCodes: string[] }>> {
  const { clinicId, userId } = who;
  return withClinic(deps.pool, clinicId, async (tx) => {
    const factor = await lockFactor(tx, clinicId, userId);
    if (factor?.confirmed === true) return err('second-factor/on');
    if (factor === undefined) return err('second-factor/not-begun');
    const shown = await tryCode(deps, tx, who, factor, code);
    if (!shown.ok) return shown;
    await confirmFactor(tx, clinicId, userId);
    const recoveryCodes = await issueCodes(tx, who);
    await logged(deps, tx, who, 'secondFactor.on', userId);
    return ok({ recoveryCodes });
  });
}

/** Ten new codes for one's own, against a code. Errors: second-factor/not-begun, those of `showFactor`. */
export async function renewRecoveryCodes(deps: FactorDeps, who: Principal, code: string): Promise<Result<{ recoveryCodes: string[] }>> {
  return withClinic(deps.pool, who.clinicId, async (tx) => {
    const shown = await showFactor(deps, tx, who, code);
    if (!shown.ok) return shown;
    if (shown.value === 'none') return err('second-factor/not-begun');
    const recoveryCodes = await issueCodes(tx, who);
    await logged(deps, tx, who, 'secondFactor.newCodes', who.userId, { shown: shown.value });
    return ok({ recoveryCodes });
  });
}

/** Off again, against a code: whoever finds an unlocked laptop does not get rid of it. Errors: those of `showFactor`. */
export async function endSecondFactor(deps: FactorDeps, who: Principal, code: string): Promise<Result<null>> {
  return withClinic(deps.pool, who.clinicId, async (tx) => {
    const shown = await showFactor(deps, tx, who, code);
    if (!shown.ok) return shown;
    if (await removeFactor(tx, who.clinicId, who.userId))
      await logged(deps, tx, who, 'secondFactor.off', who.userId, { shown: shown.value });
    return ok(null);
  });
}

/** An administrator, for a colleague who has lost telephone and codes. Never for oneself. Errors: role/forbidden, user/unknown. */
export async function resetSecondFactor(deps: FactorDeps, who: Principal, userId: string): Promise<Result<null>> {
  if (!who.roles.includes('ADMIN') || userId === who.userId) return err('role/forbidden');
  return withClinic(deps.pool, who.clinicId, async (tx) => {
    if ((await personById(tx, who.clinicId, userId)) === undefined) return err('user/unknown');
    await forgetTries(tx, throttleKey({ clinicId: who.clinicId, userId }));
    if (await removeFactor(tx, who.clinicId, userId)) await logged(deps, tx, who, 'secondFactor.reset', userId);
    return ok(null);
  });
}

/** Who has one: an administrator sees all, others themselves. */
export async function secondFactors({ pool }: FactorDeps, who: Principal): Promise<FactorListed[]> {
  return withClinic(pool, who.clinicId, (tx) => listFactors(tx, who.clinicId, who.roles.includes('ADMIN') ? null : who.userId));
}

async function logged(
  deps: FactorDeps,
  tx: Tx,
  who: Principal,
  verb: string,
  userId: string,
  details: Record<string, unknown> = {},
): Promise<void> {
  const person = await personById(tx, who.clinicId, who.userId);
  await logOnServer(tx, who.clinicId, { at: deps.now(), actor: actorOf(who.userId, person), action: 'change', verb, userId, details });
}

/** A person as the log names them. */
export const actorOf = (
  id: string,
  person: Pick<PersonRow, 'name' | 'roles'> | undefined,
): { id: string; name: string; roles: string[] } => ({
  id,
  name: person?.name ?? '',
  roles: rolesIn(person?.roles),
});
