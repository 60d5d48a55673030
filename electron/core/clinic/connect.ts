/**
 * A clinic and a server find each other: a clinic born here joins with its ids kept, a new laptop joins a clinic by
 * a one-time code, and a colleague's next laptop gets such a code.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import { entities } from '#db/model/entities.ts';
import { ROLES } from '#db/model/clinic.ts';
import { readReplica, readRow, rowsWhere, writeReplica, writeRow } from '#db/sqlite/store.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { accountVerifier } from '../keys/derive-key.ts';
import { isTooCommon } from '../keys/common-passphrases.ts';
import { recoveryCode } from '../keys/recovery-code.ts';
import { x25519Public } from '../keys/seal.ts';
import { makeSlot, newSigningKey, openSlot, publicHalf, readSlots, sealForRecovery, writeSlots } from '../keys/slots.ts';
import type { OpenClinic } from '../services.ts';
import { service } from '../use-case.ts';
import { clinicFolder } from '../session/app-state.ts';
import { accountVerifierOf, queueAccountVerifier } from './account-verifier.ts';
import { birthContext, createDatabase, defaultDeviceName } from './birth.ts';
import { proofHeaders } from './proof.ts';
import { verifierOf } from './sign-in.ts';
import { askServer } from './server-client.ts';
import type { Ports } from '../ports.ts';

const bornReply = z.object({ deviceCredential: z.string(), epoch: z.string() });
const joinReply = z.object({
  deviceCredential: z.string(),
  epoch: z.string(),
  audience: z.enum(['desk', 'clinical']),
  clinic: z.object({ id: z.uuid(), name: z.string(), demo: z.boolean() }),
  user: z.object({
    id: z.uuid(),
    name: z.string(),
    email: z.string(),
    roles: z.array(z.enum(ROLES)),
    profession: z.string().nullable(),
    hprNumber: z.string().nullable(),
    hasAccount: z.boolean(),
  }),
});

/** A row's own fields with its id, as the server takes them at the clinic's birth. */
function ownFields(entity: 'clinic' | 'user' | 'device' | 'signing_key', row: { id: string }): Record<string, unknown> {
  const source = row as unknown as Record<string, unknown>;
  return Object.fromEntries(['id', ...Object.keys(entities[entity].fields)].map((name) => [name, source[name]]));
}

/** Introduces the open clinic to a server. Its rows follow through the outbox, where they meet themselves. */
export async function connectToServer(ports: Ports, clinic: OpenClinic, url: string, registrationCode: string | null, verifier: string) {
  const { db, clinicId, deviceId, actor } = clinic;
  const row = readRow(db, 'clinic', clinicId);
  const user = readRow(db, 'user', actor.userId);
  const device = readRow(db, 'device', deviceId);
  const key = rowsWhere(db, 'signing_key', 'user_id = ? and device_id = ?', [actor.userId, deviceId])[0];
  if (row === undefined || user === undefined || device === undefined || key === undefined) return err('session/closed');
  const body = {
    clinic: ownFields('clinic', row),
    user: ownFields('user', user),
    device: ownFields('device', device),
    signingKey: ownFields('signing_key', key),
    accountVerifier: verifier,
  };
  const headers: Record<string, string> = registrationCode === null ? {} : { 'registration-code': registrationCode };
  const reply = await askServer(ports, { url: `${url}/v1/clinics`, method: 'POST', body, headers }, bornReply);
  if (!reply.ok) return reply;
  if (!db.open) return err('session/closed');
  rememberServer(db, url, reply.value.deviceCredential);
  return ok({ serverUrl: url });
}

/**
 * The one that waits to be handed in, if any: the server is given it once more, and a session that was opened meanwhile would end with another
 * (what a session stands for is the verifier, and its salt is new each time).
 */
export const verifierFor = async ({ db, actor }: OpenClinic, passphrase: string): Promise<string> =>
  accountVerifierOf(db, actor.userId) ?? (await accountVerifier(passphrase));

/** A device without a credential gets one; its id and rows stay. */
async function enrolAgain(
  ports: Ports,
  { db, clinicId, deviceId, actor }: OpenClinic,
  url: string,
  code: string,
  secondFactor: string | undefined,
): Promise<Result<{ serverUrl: string }>> {
  const name = readRow(db, 'device', deviceId)?.name ?? defaultDeviceName(deviceId);
  const reply = await askServer(
    ports,
    {
      url: `${url}/v1/devices`,
      method: 'POST',
      body: { code: code.trim(), device: { id: deviceId, name }, ...(secondFactor === undefined ? {} : { secondFactor }) },
    },
    joinReply,
  );
  if (!reply.ok) return reply;
  if (reply.value.clinic.id !== clinicId || reply.value.user.id !== actor.userId) return err('server/refused');
  rememberServer(db, url, reply.value.deviceCredential);
  return ok({ serverUrl: url });
}

function rememberServer(db: SqliteDatabase, url: string, credential: string): void {
  db.transaction(() => {
    writeReplica(db, 'server-url', url);
    writeReplica(db, 'device-credential', credential);
  }).immediate();
}

/**
 * Tries to introduce the demo clinic to the sync server of this machine until it answers. The verifier that waits for
 * a server since the clinic's birth is used: nobody is asked for anything.
 */
export async function introduceDemo(ports: Ports, clinic: OpenClinic): Promise<boolean> {
  const verifier = accountVerifierOf(clinic.db, clinic.actor.userId);
  if (ports.defaultServerUrl === null || verifier === undefined || readReplica(clinic.db, 'device-credential') !== undefined) return true;
  const connected = await connectToServer(ports, clinic, ports.defaultServerUrl, null, verifier);
  // A server that has answered, even by refusing, is not asked again.
  return connected.ok || connected.code !== 'net/unreachable';
}

export const connectHandlers = [
  service('server.connect', async (services, { url, registrationCode, passphrase, secondFactor }) => {
    const { clinic, ports } = services;
    if (clinic === null) return err('session/closed');
    const slots = readSlots(clinic.folder);
    const secrets = slots === null ? null : await openSlot(slots, clinic.actor.userId, passphrase, await ports.keyStore.deviceSecret());
    if (secrets === null) return err('unlock/wrong-passphrase');
    secrets.databaseKey.fill(0);
    const [address = '', code] = url.split('#');
    const serverUrl = address.replace(/\/+$/, '');
    // With a one-time code behind the address this device, restored from a backup, joins the clinic that is there already.
    const connected =
      code === undefined
        ? await connectToServer(ports, clinic, serverUrl, registrationCode, await verifierFor(clinic, passphrase))
        : await enrolAgain(ports, clinic, serverUrl, code, secondFactor);
    if (connected.ok) await services.restartReplica();
    return connected;
  }),

  service('device.invite', async ({ clinic, ports }, { userId }) => {
    if (clinic === null) return err('session/closed');
    // A code lets somebody in as this person: only they themselves, or an administrator, may make one.
    if (userId !== clinic.actor.userId && !clinic.actor.roles.includes('ADMIN')) return err('permission/denied');
    const url = readReplica(clinic.db, 'server-url');
    const credential = readReplica(clinic.db, 'device-credential');
    if (url === undefined || credential === undefined) return err('server/not-connected');
    const reply = await askServer(
      ports,
      {
        url: `${url}/v1/devices/invitations`,
        method: 'POST',
        body: { userId },
        credential,
        headers: proofHeaders(clinic.actor, { method: 'POST', path: '/v1/devices/invitations', body: { userId } }),
      },
      z.object({ code: z.string(), expiresAt: z.string() }),
    );
    return reply.ok ? ok({ code: `${url}#${reply.value.code}`, expiresAt: reply.value.expiresAt }) : reply;
  }),

  service('device.revoke', async (services, { id }) => {
    const { clinic, ports } = services;
    if (clinic === null) return err('session/closed');
    if (id === clinic.deviceId) return err('device/this');
    const device = readRow(clinic.db, 'device', id);
    if (device === undefined || device.deleted) return err('device/unknown');
    if (device.userId !== clinic.actor.userId && !clinic.actor.roles.includes('ADMIN')) return err('permission/denied');
    const url = readReplica(clinic.db, 'server-url');
    const credential = readReplica(clinic.db, 'device-credential');
    if (url === undefined || credential === undefined) return err('server/not-connected');
    const path = `/v1/devices/${id}/revoke`;
    const headers = proofHeaders(clinic.actor, { method: 'POST', path });
    const reply = await askServer(ports, { url: `${url}${path}`, method: 'POST', credential, headers }, z.null());
    if (!reply.ok) return reply;
    return services.transaction((ctx) => {
      ctx.audit({ action: 'change', subjectEntity: 'device', subjectId: id });
      return ok(null);
    });
  }),

  service(
    'clinic.join',
    async ({ ports }, { code, deviceName, passphrase, secondFactor, helseId }) => {
      if (await isTooCommon(passphrase)) return err('passphrase/too-common');
      const hash = code.lastIndexOf('#');
      const url = (hash === -1 ? ports.defaultServerUrl : code.slice(0, hash))?.replace(/\/+$/, '') ?? null;
      if (url === null || !/^https?:\/\//.test(url)) return err('join/code-unknown');
      const deviceId = ports.ids.uuid();
      // One's own sign-in in the browser: the code counts only with what this laptop kept.
      const shown = helseId?.slice(helseId.lastIndexOf('#') + 1).trim();
      const verifier = verifierOf(ports, shown ?? code.slice(hash + 1).trim());
      const joined = await askServer(
        ports,
        {
          url: `${url}/v1/devices`,
          method: 'POST',
          body: {
            code: code.slice(hash + 1).trim(),
            device: { id: deviceId, name: deviceName },
            ...(secondFactor === undefined ? {} : { secondFactor }),
            ...(verifier === undefined ? {} : { verifier }),
            ...(shown === undefined ? {} : { helseId: shown }),
          },
        },
        joinReply,
      );
      if (!joined.ok) return joined.code === 'server/refused' ? err('join/code-unknown') : joined;
      const { clinic, user, deviceCredential } = joined.value;
      const folder = clinicFolder(ports, clinic.id);
      // What is here already is somebody's record: a colleague gets in by `user.add`, not by a second copy over it.
      if (existsSync(folder)) return err('join/clinic-on-device');
      const signingKey = newSigningKey();
      const recoveryPrivate = randomBytes(32);
      const databaseKey = randomBytes(32);
      const account = await accountVerifier(passphrase);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      try {
        const db = createDatabase(folder, databaseKey);
        try {
          db.transaction(() => {
            // What the server has just said of these two, so that the person can unlock before the first load.
            const system = { clinicId: clinic.id, seq: 0, deleted: false, fieldSeq: {}, extra: null };
            writeRow(db, 'user', {
              ...system,
              id: user.id,
              name: user.name,
              email: user.email,
              roles: user.roles,
              profession: user.profession,
              hprNumber: user.hprNumber,
              active: true,
              validUntil: null,
              openingHours: null,
            });
            writeRow(db, 'clinic', {
              ...system,
              id: clinic.id,
              name: clinic.name,
              orgNumber: null,
              addressLine: null,
              postalCode: null,
              city: null,
              phone: null,
              email: null,
              letterhead: null,
              openingHours: null,
              rooms: [],
              refersToPhysio: false,
              demo: clinic.demo,
            });
            const context = birthContext(ports, db, {
              clinicId: clinic.id,
              deviceId,
              userId: user.id,
              name: user.name,
              email: user.email,
              roles: user.roles,
              profession: user.profession,
              hprNumber: user.hprNumber,
              signingKey,
            });
            context.insert('signing_key', { userId: user.id, deviceId, publicKey: publicHalf(signingKey) });
            if (!user.hasAccount) queueAccountVerifier(db, user.id, account, { userId: user.id, signingKey });
          }).immediate();
          rememberServer(db, url, deviceCredential);
        } finally {
          db.close();
        }
        const deviceSecret = await ports.keyStore.deviceSecret();
        const slot = await makeSlot(
          { clinicId: clinic.id, deviceId, deviceSecret },
          { userId: user.id, name: user.name, email: user.email },
          passphrase,
          { databaseKey, signingKey },
        );
        const recoveryPublic = x25519Public(recoveryPrivate);
        writeSlots(folder, {
          version: 2,
          clinicId: clinic.id,
          clinicName: clinic.name,
          demo: clinic.demo,
          deviceId,
          recoveryPublic: recoveryPublic.toString('base64'),
          recoverySealed: sealForRecovery(clinic.id, recoveryPublic, databaseKey),
          slots: [slot],
        });
        return ok({ clinicId: clinic.id, userId: user.id, recoveryCode: recoveryCode(recoveryPrivate) });
      } catch (error) {
        rmSync(folder, { recursive: true, force: true });
        throw error;
      } finally {
        databaseKey.fill(0);
        recoveryPrivate.fill(0);
      }
    },
    'any',
  ),
];
