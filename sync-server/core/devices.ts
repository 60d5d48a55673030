/** Enrolment and revocation of devices. A device belongs to a person; what it may receive follows from their roles. */
import type { Role } from '#db/model/clinic.ts';
import type { Audience } from '#db/model/entity.ts';
import { readsNotes } from '#db/rules/permissions.ts';
import { withClinic, type Pool } from '#db/postgres/open.ts';
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
import type { Principal } from './principal.ts';
import type { RecordTx } from './record-store.ts';
import { err, ok, type Result } from './result.ts';
import { showFactor, type FactorDeps } from './second-factor.ts';
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

/** The code is not used up by a second factor that is missing or wrong. Errors: join/code-unknown (also for a used one), join/code-expired, device/exists, those of `showFactor`. */
export async function enrol(
  deps: FactorDeps,
  input: { code: string; device: { id: string; name: string }; secondFactor?: string | undefined; verifier?: string | undefined },
): Promise<Result<Enrolled>> {
  const { pool } = deps;
  const now = deps.now();
  const codeHash = invitationHash(input.code);
  const [clinicId] = await clinicsBehind(pool, 'invitation', codeHash);
  if (clinicId === undefined) return err('join/code-unknown');
  if ((await clinicsBehind(pool, 'device', deviceKeyHash(input.device.id))).length > 0) return err('device/exists');
  const secret = newDeviceSecret();
  return withClinic(pool, clinicId, async (tx) => {
    const invitation = await lockInvitation(tx, clinicId, codeHash);
    if (invitation === undefined || invitation.used) return err('join/code-unknown');
    if (invitation.challenge !== null && !sameHash(invitation.challenge, challengeOf(input.verifier ?? '')))
      return err('join/code-unknown');
    if (invitation.expiresAt.getTime() < now.getTime()) return err('join/code-expired');
    const rows = await readRows(
      tx,
      clinicId,
      new Map([
        ['user', new Set([invitation.userId])],
        ['clinic', new Set([clinicId])],
        ['device', new Set([input.device.id])],
      ]),
    );
    const user = rows.find(({ entity }) => entity === 'user')?.row;
    const clinic = rows.find(({ entity }) => entity === 'clinic')?.row;
    if (user === undefined || clinic === undefined || user['active'] !== true || user.deleted) return err('join/code-unknown');
    if (rows.some(({ entity }) => entity === 'device')) return err('device/exists');
    const shown = await showFactor(deps, tx, { clinicId, userId: user.id }, input.secondFactor);
    if (!shown.ok) return shown;
    const roles = rolesIn(user['roles']);
    // What the device is by itself; what a grant lets it receive is asked at every request.
    const audience = audienceFor(roles, false);
    const set = { name: input.device.name, userId: user.id, audience, enrolledAt: now.toISOString(), revokedAt: null };
    await serverWrite(tx, clinicId, input.device.id, [{ entity: 'device', id: input.device.id, birth: true, set, extra: {} }]);
    await addCredential(tx, clinicId, { deviceId: input.device.id, userId: user.id, audience, secretHash: secretHash(secret) });
    await addToDirectory(tx, 'device', deviceKeyHash(input.device.id), clinicId);
    await useInvitation(tx, clinicId, codeHash, input.device.id);
    const text = (value: unknown) => (typeof value === 'string' ? value : null);
    return ok({
      deviceCredential: deviceCredentialText(input.device.id, secret),
      clinic: { id: clinicId, name: text(clinic['name']) ?? '', demo: clinic['demo'] === true },
      user: {
        id: user.id,
        name: text(user['name']) ?? '',
        email: text(user['email']) ?? '',
        roles,
        profession: text(user['profession']),
        hprNumber: text(user['hprNumber']),
        hasAccount: await hasAccount(tx, clinicId, user.id),
      },
      audience,
    });
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
