/** Enrolment and revocation of devices. A device belongs to a person; what it may receive follows from their roles. */
import type { Role } from '#db/model/clinic.ts';
import type { Audience } from '#db/model/entity.ts';
import { readsNotes } from '#db/rules/permissions.ts';
import { withClinic, type Pool, type Tx } from '#db/postgres/open.ts';
import { isLevelAsked } from '#db/postgres/queries/helseid.ts';
import {
  addCredential,
  addInvitation,
  addToDirectory,
  clinicsBehind,
  credentialOf,
  hasAccount,
  listDevices,
  lockInvitation,
  personById,
  revokeCredential,
  useInvitation,
  type DeviceListed,
} from '#db/postgres/queries/people.ts';
import { readRows } from '#db/postgres/queries/rows.ts';
import { rolesIn } from './decide-change.ts';
import { readTicket } from './helseid/logins.ts';
import { admitByTicket, clinicOf, LEVEL_HIGH } from './helseid/people.ts';
import type { Principal } from './principal.ts';
import type { RecordTx } from './record-store.ts';
import { err, ok, type Result } from './result.ts';
import { actorOf, showFactor, type FactorDeps } from './second-factor.ts';
import {
  challengeOf,
  deviceCredentialText,
  deviceKeyHash,
  invitationHash,
  newDeviceSecret,
  newInvitationCode,
  sameHash,
  secretHash,
} from './secrets.ts';
import { logOnServer } from './server-log.ts';
import { serverWrite } from './server-write.ts';

const INVITATION_HOURS = 24;
/** For the laptop that waits for it at this moment. */
const CHALLENGED_MS = 10 * 60_000;

/** @param granted whether a grant lets the person read notes now (db/rules/grants.ts) */
export const audienceFor = (roles: readonly Role[], granted: boolean): Audience => (readsNotes(roles, granted) ? 'clinical' : 'desk');

/** Whether this principal may hand in changes of `deviceId`: its own, or an older device of the same person (a restored laptop). */
export async function mayDeliverFor(tx: Pick<RecordTx, 'credentialOf'>, principal: Principal, deviceId: string): Promise<Result<null>> {
  if (principal.kind === 'device' && principal.deviceId === deviceId) return ok(null);
  const other = await tx.credentialOf(deviceId);
  return other !== undefined && other.userId === principal.userId ? ok(null) : err('device/mismatch');
}

/** A one-time code with which one device of this person comes in. ADMIN, or for oneself. */
export async function invite(
  pool: Pool,
  principal: Principal,
  { userId, challenge }: { userId: string; challenge: string | null },
  now: Date,
): Promise<Result<{ code: string; expiresAt: string }>> {
  if (principal.userId !== userId && !principal.roles.includes('ADMIN')) return err('role/forbidden');
  const code = newInvitationCode();
  const codeHash = invitationHash(code);
  const expiresAt = new Date(now.getTime() + (challenge === null ? INVITATION_HOURS * 3_600_000 : CHALLENGED_MS));
  return withClinic(pool, principal.clinicId, async (tx) => {
    const person = await personById(tx, principal.clinicId, userId);
    if (person === undefined || !person.active) return err('user/unknown');
    await addInvitation(tx, principal.clinicId, { codeHash, userId, createdById: principal.userId, challenge, expiresAt });
    await addToDirectory(tx, 'invitation', codeHash, principal.clinicId);
    return ok({ code, expiresAt: expiresAt.toISOString() });
  });
}

export interface Enrolled {
  deviceCredential: string;
  clinic: { id: string; name: string; demo: boolean };
  user: {
    id: string;
    name: string;
    email: string;
    roles: string[];
    profession: string | null;
    hprNumber: string | null;
    hasAccount: boolean;
  };
  audience: Audience;
}

interface Enrolling {
  code: string;
  device: { id: string; name: string };
  secondFactor?: string | undefined;
  verifier?: string | undefined;
  /** What a sign-in by HelseID gave, beside an invitation: the person is bound to it. */
  helseId?: string | undefined;
}

/**
 * By an invitation, or by a sign-in by HelseID of somebody who is bound. The code is not used up by what is missing or wrong beside it.
 * Errors: join/code-unknown (also for a used one), join/code-expired, join/level-needed, device/exists, those of `showFactor` and `admitByTicket`.
 */
export async function enrol(deps: FactorDeps, input: Enrolling): Promise<Result<Enrolled>> {
  const { pool } = deps;
  const now = deps.now();
  const codeHash = invitationHash(input.code);
  const [invitedTo] = await clinicsBehind(pool, 'invitation', codeHash);
  const shownBy = input.helseId ?? (invitedTo === undefined ? input.code : undefined);
  const ticket = shownBy === undefined ? undefined : await readTicket(deps, shownBy, input.verifier);
  if (ticket?.ok === false) return ticket;
  const found = invitedTo === undefined && ticket !== undefined ? await clinicOf(pool, ticket.value) : ok(invitedTo);
  if (!found.ok) return found;
  const clinicId = found.value;
  if (clinicId === undefined || (invitedTo === undefined && input.helseId !== undefined)) return err('join/code-unknown');
  if ((await clinicsBehind(pool, 'device', deviceKeyHash(input.device.id))).length > 0) return err('device/exists');
  return withClinic(pool, clinicId, async (tx): Promise<Result<Enrolled>> => {
    const invited = invitedTo === undefined ? ok(undefined) : await readInvitation(tx, clinicId, codeHash, input, now);
    if (!invited.ok) return invited;
    const admitted =
      ticket === undefined ? ok(invited.value) : await admitByTicket(tx, clinicId, ticket.value, { now, expected: invited.value });
    if (!admitted.ok || admitted.value === undefined) return admitted.ok ? err('join/code-unknown') : admitted;
    const userId = admitted.value;
    // HelseID asks for two factors itself.
    const shown = ticket === undefined ? await showFactor(deps, tx, { clinicId, userId }, input.secondFactor) : ok('none' as const);
    if (!shown.ok) return shown;
    const level = ticket?.value.identity.level ?? 0;
    const entered = await enrolFor(tx, clinicId, { userId, level, device: input.device, now });
    if (!entered.ok) return entered;
    if (invitedTo !== undefined) await useInvitation(tx, clinicId, codeHash, input.device.id);
    if (ticket !== undefined) {
      const actor = actorOf(userId, await personById(tx, clinicId, userId));
      const details = { by: 'helseid', level, device: input.device.id };
      await logOnServer(tx, clinicId, { at: now, actor, action: 'unlock', verb: 'device.enrol', userId, details });
    }
    return entered;
  });
}

/** Whom an invitation is for; it is locked, and not used up. */
async function readInvitation(
  tx: Tx,
  clinicId: string,
  codeHash: string,
  { verifier }: Enrolling,
  now: Date,
): Promise<Result<string | undefined>> {
  const invitation = await lockInvitation(tx, clinicId, codeHash);
  if (invitation === undefined || invitation.used) return err('join/code-unknown');
  if (invitation.challenge !== null && !sameHash(invitation.challenge, challengeOf(verifier ?? ''))) return err('join/code-unknown');
  if (invitation.expiresAt.getTime() < now.getTime()) return err('join/code-expired');
  return ok(invitation.userId);
}

async function enrolFor(
  tx: Tx,
  clinicId: string,
  { userId, level, device, now }: { userId: string; level: number; device: Enrolling['device']; now: Date },
): Promise<Result<Enrolled>> {
  const rows = await readRows(
    tx,
    clinicId,
    new Map([
      ['user', new Set([userId])],
      ['clinic', new Set([clinicId])],
      ['device', new Set([device.id])],
    ]),
  );
  const user = rows.find(({ entity }) => entity === 'user')?.row;
  const clinic = rows.find(({ entity }) => entity === 'clinic')?.row;
  if (user === undefined || clinic === undefined || user['active'] !== true || user.deleted) return err('join/code-unknown');
  if (rows.some(({ entity }) => entity === 'device')) return err('device/exists');
  const roles = rolesIn(user['roles']);
  // What the device is by itself; what a grant lets it receive is asked at every request.
  const audience = audienceFor(roles, false);
  if (level < LEVEL_HIGH && audience === 'clinical' && (await isLevelAsked(tx, clinicId))) return err('join/level-needed');
  const secret = newDeviceSecret();
  const set = { name: device.name, userId, audience, enrolledAt: now.toISOString(), revokedAt: null };
  await serverWrite(tx, clinicId, device.id, [{ entity: 'device', id: device.id, birth: true, set, extra: {} }]);
  const level4At = level < LEVEL_HIGH ? null : now;
  await addCredential(tx, clinicId, { deviceId: device.id, userId, audience, secretHash: secretHash(secret), level4At });
  await addToDirectory(tx, 'device', deviceKeyHash(device.id), clinicId);
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  return ok({
    deviceCredential: deviceCredentialText(device.id, secret),
    clinic: { id: clinicId, name: text(clinic['name']) ?? '', demo: clinic['demo'] === true },
    user: {
      id: userId,
      name: text(user['name']) ?? '',
      email: text(user['email']) ?? '',
      roles,
      profession: text(user['profession']),
      hprNumber: text(user['hprNumber']),
      hasAccount: await hasAccount(tx, clinicId, userId),
    },
    audience,
  });
}

export async function devicesOf(pool: Pool, principal: Principal): Promise<DeviceListed[]> {
  return withClinic(pool, principal.clinicId, (tx) => listDevices(tx, principal.clinicId));
}

/** ADMIN, or one's own device. From then on it can only hand in what it holds. */
export async function revoke(
  pool: Pool,
  principal: Principal,
  { deviceId, proof }: { deviceId: string; proof: string | null },
  now: Date,
): Promise<Result<null>> {
  return withClinic(pool, principal.clinicId, async (tx) => {
    const credential = await credentialOf(tx, principal.clinicId, deviceId);
    if (credential === undefined) return err('device/unknown');
    if (credential.userId !== principal.userId && !principal.roles.includes('ADMIN')) return err('role/forbidden');
    if (credential.revoked && credential.revokeProof !== null) return ok(null);
    await revokeCredential(tx, principal.clinicId, deviceId, proof);
    if (credential.revoked) return ok(null);
    const by = principal.kind === 'device' ? principal.deviceId : deviceId;
    await serverWrite(tx, principal.clinicId, by, [
      { entity: 'device', id: deviceId, birth: false, set: { revokedAt: now.toISOString() }, extra: {} },
    ]);
    return ok(null);
  });
}
