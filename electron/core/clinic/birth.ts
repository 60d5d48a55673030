/** How a clinic comes to be on a laptop: the folder, the key, the database, and the rows that say who and what it is. */
import { createHash, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Role } from '#db/model/clinic.ts';
import { migrate } from '#db/sqlite/migrate.ts';
import { openDatabase } from '#db/sqlite/open.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { createContext } from '../context.ts';
import type { Context } from '../context.ts';
import { accountVerifier } from '../keys/derive-key.ts';
import { recoveryCode } from '../keys/recovery-code.ts';
import { x25519Public } from '../keys/seal.ts';
import { makeSlot, newSigningKey, publicHalf, sealForRecovery, writeSlots } from '../keys/slots.ts';
import type { Ports } from '../ports.ts';
import { clinicFolder } from '../session/app-state.ts';
import { queueAccountVerifier } from './account-verifier.ts';
import { startingPhrases, startingPrices } from './starting-set.ts';

export interface NewClinic {
  clinic: {
    name: string;
    orgNumber: string | null;
    addressLine: string | null;
    postalCode: string | null;
    city: string | null;
    phone: string | null;
    email: string | null;
  };
  user: { name: string; email: string; roles: Role[]; profession: string | null; hprNumber: string | null };
  passphrase: string;
  demo: boolean;
  deviceName: string;
}
export interface BornClinic {
  clinicId: string;
  userId: string;
  deviceId: string;
  folder: string;
  recoveryCode: string;
}

/** Creates the clinic's files and first rows; nothing is left behind when it fails. */
export async function createClinicFiles(ports: Ports, input: NewClinic): Promise<BornClinic> {
  const [clinicId, userId, deviceId] = [ports.ids.uuid(), ports.ids.uuid(), ports.ids.uuid()];
  const folder = clinicFolder(ports, clinicId);
  const recoveryPrivate = randomBytes(32);
  const signingKey = newSigningKey();
  const databaseKey = randomBytes(32);
  const verifier = await accountVerifier(input.passphrase);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    const db = createDatabase(folder, databaseKey);
    try {
      db.transaction(() => {
        const context = birthContext(ports, db, { clinicId, deviceId, userId, ...input.user, signingKey });
        context.insert('clinic', { ...input.clinic, letterhead: null, demo: input.demo }, clinicId);
        context.insert('user', { ...input.user, active: true, validUntil: null }, userId);
        context.insert('signing_key', { userId, deviceId, publicKey: publicHalf(signingKey) });
        context.insert('device', { name: input.deviceName, userId, audience: 'clinical', enrolledAt: context.now }, deviceId);
        for (const item of startingPrices) context.insert('price_item', item);
        for (const phrase of startingPhrases) context.insert('phrase', phrase);
        context.audit({ action: 'create', subjectEntity: 'clinic', subjectId: clinicId });
        queueAccountVerifier(db, userId, verifier, { userId, signingKey });
      }).immediate();
    } finally {
      db.close();
    }
    const deviceSecret = await ports.keyStore.deviceSecret();
    const slot = await makeSlot(
      { clinicId, deviceId, deviceSecret },
      { userId, name: input.user.name, email: input.user.email },
      input.passphrase,
      { databaseKey, signingKey },
    );
    const recoveryPublic = x25519Public(recoveryPrivate);
    writeSlots(folder, {
      version: 2,
      clinicId,
      clinicName: input.clinic.name,
      demo: input.demo,
      deviceId,
      recoveryPublic: recoveryPublic.toString('base64'),
      recoverySealed: sealForRecovery(clinicId, recoveryPublic, databaseKey),
      slots: [slot],
    });
    return { clinicId, userId, deviceId, folder, recoveryCode: recoveryCode(recoveryPrivate) };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  } finally {
    databaseKey.fill(0);
    recoveryPrivate.fill(0);
  }
}

/** A new, migrated, empty database. */
export function createDatabase(folder: string, databaseKey: Buffer): SqliteDatabase {
  const opened = openDatabase(join(folder, 'ryggrad.db'), databaseKey, false);
  if (!opened.ok) throw Object.assign(new Error('the new database does not open'), { code: opened.code });
  migrate(opened.db);
  return opened.db;
}

interface BirthActor {
  clinicId: string;
  deviceId: string;
  userId: string;
  name: string;
  email: string;
  roles: Role[];
  profession: string | null;
  hprNumber: string | null;
  signingKey: KeyObject;
}

/** The first writes are the first person's own. */
export function birthContext(ports: Ports, db: SqliteDatabase, actor: BirthActor): Context {
  const { clinicId, deviceId, ...person } = actor;
  return createContext({ db, clinicId, deviceId, actor: { ...person, granted: false }, ports, verb: 'clinic.create' });
}

/** A name for this laptop that says nothing about its owner's account. */
export function defaultDeviceName(deviceId: string): string {
  return `Maskin ${createHash('sha256').update(deviceId).digest('hex').slice(0, 4).toUpperCase()}`;
}
