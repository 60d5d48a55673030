/**
 * A clinic and a server find each other: a clinic born here joins with its ids kept, a new laptop joins a clinic by
 * a one-time code, and a colleague's next laptop gets such a code.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { err, ok } from '#electron/contract/verb.ts';
import { entities } from '#db/model/entities.ts';
import { ROLES } from '#db/model/clinic.ts';
import { readReplica, readRow, rowsWhere, writeReplica, writeRow } from '#db/sqlite/store.ts';
import { accountVerifier } from '../keys/derive-key.ts';
import { isTooCommon } from '../keys/common-passphrases.ts';
import { recoveryCode } from '../keys/recovery-code.ts';
import { x25519Public } from '../keys/seal.ts';
import { makeSlot, newSigningKey, openSlot, publicHalf, readSlots, sealForRecovery, writeSlots } from '../keys/slots.ts';
import type { OpenClinic } from '../services.ts';
import { service } from '../use-case.ts';
import { clinicFolder } from '../session/app-state.ts';
import { queueAccountVerifier } from './account-verifier.ts';
import { birthContext, createDatabase } from './birth.ts';
import { askServer } from './server-client.ts';
import type { Ports } from '../ports.ts';

const bornReply = z.object({ deviceCredential: z.string(), epoch: z.string() });
const joinReply = z.object({
  deviceCredential: z.string(),
  epoch: z.string(),
  audience: z.enum(['desk', 'clinical']),
  clinic: z.object({ id: z.uuid(), name: z.string() }),
  user: z.object({ id: z.uuid(), name: z.string(), email: z.string(), roles: z.array(z.enum(ROLES)), profession: z.string().nullable(), hprNumber: z.string().nullable() }),
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
  db.transaction(() => {
    writeReplica(db, 'server-url', url);
    writeReplica(db, 'device-credential', reply.value.deviceCredential);
  }).immediate();
  return ok({ serverUrl: url });
}

export const connectHandlers = [
  service('server.connect', async (services, { url, registrationCode, passphrase }) => {
    const { clinic, ports } = services;
    if (clinic === null) return err('session/closed');
    const slots = readSlots(clinic.folder);
    const secrets = slots === null ? null : await openSlot(slots, clinic.actor.userId, passphrase, await ports.keyStore.deviceSecret());
    if (secrets === null) return err('unlock/wrong-passphrase');
    secrets.databaseKey.fill(0);
    const connected = await connectToServer(ports, clinic, url.replace(/\/+$/, ''), registrationCode, await accountVerifier(passphrase));
    if (connected.ok) await services.restartReplica();
    return connected;
  }),

  service('device.invite', async ({ clinic, ports }, { userId }) => {
    if (clinic === null) return err('session/closed');
    const url = readReplica(clinic.db, 'server-url');
    const credential = readReplica(clinic.db, 'device-credential');
    if (url === undefined || credential === undefined) return err('server/not-connected');
    const reply = await askServer(ports, { url: `${url}/v1/devices/invitations`, method: 'POST', body: { userId }, credential }, z.object({ code: z.string(), expiresAt: z.string() }));
    return reply.ok ? ok({ code: `${url}#${reply.value.code}`, expiresAt: reply.value.expiresAt }) : reply;
  }),

  service(
    'clinic.join',
    async ({ ports }, { code, deviceName, passphrase }) => {
      if (isTooCommon(passphrase)) return err('passphrase/too-common');
      const hash = code.lastIndexOf('#');
      const url = (hash === -1 ? ports.defaultServerUrl : code.slice(0, hash))?.replace(/\/+$/, '') ?? null;
      if (url === null || !/^https?:\/\//.test(url)) return err('join/code-unknown');
      const deviceId = ports.ids.uuid();
      const joined = await askServer(ports, { url: `${url}/v1/devices`, method: 'POST', body: { code: code.slice(hash + 1).trim(), device: { id: deviceId, name: deviceName } } }, joinReply);
      if (!joined.ok) return joined.code === 'server/refused' ? err('join/code-unknown') : joined;
      const { clinic, user, deviceCredential } = joined.value;
      const folder = clinicFolder(ports, clinic.id);
      const signingKey = newSigningKey();
      const databaseKey = randomBytes(32);
      const verifier = await accountVerifier(passphrase);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      try {
        const db = createDatabase(folder, databaseKey);
        try {
          db.transaction(() => {
            // What the server has just said of these two, so that the person can unlock before the first load.
            const system = { clinicId: clinic.id, seq: 0, deleted: false, fieldSeq: {}, extra: null };
            writeRow(db, 'user', { ...system, id: user.id, name: user.name, email: user.email, roles: user.roles, profession: user.profession, hprNumber: user.hprNumber, active: true, validUntil: null });
            const context = birthContext(ports, db, { clinicId: clinic.id, deviceId, userId: user.id, name: user.name, email: user.email, roles: user.roles, profession: user.profession, hprNumber: user.hprNumber, signingKey });
            context.insert('signing_key', { userId: user.id, deviceId, publicKey: publicHalf(signingKey) });
            queueAccountVerifier(db, user.id, verifier);
            writeReplica(db, 'server-url', url);
            writeReplica(db, 'device-credential', deviceCredential);
          }).immediate();
        } finally {
          db.close();
        }
        const deviceSecret = await ports.keyStore.deviceSecret();
        const slot = await makeSlot({ clinicId: clinic.id, deviceId, deviceSecret }, { userId: user.id, name: user.name, email: user.email }, passphrase, { databaseKey, signingKey });
        const recoveryPrivate = randomBytes(32);
        const recoveryPublic = x25519Public(recoveryPrivate);
        writeSlots(folder, {
          version: 1,
          clinicId: clinic.id,
          clinicName: clinic.name,
          demo: false,
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
      }
    },
    'any',
  ),
];
