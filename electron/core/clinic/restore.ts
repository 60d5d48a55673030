/**
 * A backup becomes a new device: new id, new database key, new signing key. It is built beside and put in place by one
 * rename. What is on the laptop already is never overwritten: a healthy clinic stays, a damaged one is set aside whole.
 */
import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import { migrate } from '#db/sqlite/migrate.ts';
import { isDamage, openDatabase } from '#db/sqlite/open.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { prepared, readReplica, rowsWhere } from '#db/sqlite/store.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import { accountVerifier } from '../keys/derive-key.ts';
import { isTooCommon } from '../keys/common-passphrases.ts';
import { parseRecoveryCode } from '../keys/recovery-code.ts';
import { makeSlot, newSigningKey, publicHalf, readSlots, sealForRecovery, unsealRecovery, writeSlots } from '../keys/slots.ts';
import type { Ports } from '../ports.ts';
import { clinicFolder } from '../session/app-state.ts';
import { releaseHome, takeHome } from '../session/home-lock.ts';
import { service } from '../use-case.ts';
import { queueAccountVerifier } from './account-verifier.ts';
import { restoreAttachments } from './backup-attachments.ts';
import { readHeader } from './backup-file.ts';
import type { BackupHeader } from './backup-file.ts';
import { birthContext, defaultDeviceName } from './birth.ts';
import { setAside } from './set-aside.ts';

interface Restored {
  clinicId: string;
  users: { userId: string; name: string }[];
}

export const restoreHandler = service(
  'backup.restore',
  async ({ ports, clinic }, { file, recoveryCode, userId, passphrase }) => {
    const read = readHeader(file);
    if (read === null) return err('backup/unreadable');
    const { header } = read;
    if (await isTooCommon(passphrase)) return err('passphrase/too-common');
    if (clinic?.clinicId === header.clinicId) return err('backup/clinic-exists');
    const recoveryPrivate = parseRecoveryCode(recoveryCode);
    const oldKey = recoveryPrivate === null ? null : unsealRecovery(header.clinicId, recoveryPrivate, header.sealedKey);
    if (recoveryPrivate === null || oldKey === null) return err('backup/wrong-code');
    const beside = join(ports.home, `restoring-${ports.ids.uuid()}`);
    try {
      const blocked = whatIsThere(ports, header.clinicId, recoveryPrivate);
      if (blocked === 'healthy') return err('backup/clinic-exists');
      if (blocked === 'in-use') return err('app/already-running');
      mkdirSync(beside, { recursive: true, mode: 0o700 });
      await pipeline(
        createReadStream(file, { start: read.length }),
        createWriteStream(join(beside, 'ryggrad.db'), { mode: 0o600, flush: true }),
      );
      restoreAttachments(file, beside);
      const restored = await becomeDevice(ports, beside, header, oldKey, userId, passphrase);
      if (!restored.ok) return restored;
      if (blocked === 'damaged') setAside(ports, header.clinicId);
      renameSync(beside, clinicFolder(ports, header.clinicId));
      return restored;
    } finally {
      rmSync(beside, { recursive: true, force: true });
      oldKey.fill(0);
      recoveryPrivate.fill(0);
    }
  },
  'any',
);

/** Gives the copied database its new owner. The people's passphrases of the old device are of no use here: each chooses one. */
async function becomeDevice(
  ports: Ports,
  folder: string,
  header: BackupHeader,
  oldKey: Buffer,
  userId: string | undefined,
  passphrase: string,
): Promise<Result<Restored>> {
  const path = join(folder, 'ryggrad.db');
  const opened = openDatabase(path, oldKey);
  if (!opened.ok) return err('backup/unreadable');
  const { db } = opened;
  const { clinicId } = header;
  const deviceId = ports.ids.uuid();
  const databaseKey = randomBytes(32);
  const signingKey = newSigningKey();
  try {
    if (db.pragma('integrity_check', { simple: true }) !== 'ok' || !migrate(db).ok) return err('backup/unreadable');
    const users = rowsWhere(db, 'user', 'active = 1 order by name');
    const names = users.map((user) => ({ userId: user.id, name: user.name }));
    const chosen = userId === undefined && users.length === 1 ? users[0] : users.find((user) => user.id === userId);
    if (chosen === undefined) return err('backup/choose-user', { users: names });
    const verifier = await accountVerifier(passphrase);
    db.transaction(() => enter(ports, db, { clinicId, deviceId, madeAt: header.madeAt, chosen, signingKey, verifier })).immediate();
    db.pragma('wal_checkpoint(TRUNCATE)');
    // A change of key in WAL mode keeps the old salt (security.md 1.2).
    db.pragma('journal_mode=DELETE');
    db.rekey(Buffer.concat([Buffer.from('raw:'), databaseKey]));
    db.close();
    const again = openDatabase(path, databaseKey);
    if (!again.ok) throw new Error(`the restored database does not open: ${again.code}`);
    again.db.close();
    const where = { clinicId, deviceId, deviceSecret: await ports.keyStore.deviceSecret() };
    const slot = await makeSlot(where, { userId: chosen.id, name: chosen.name, email: chosen.email }, passphrase, {
      databaseKey,
      signingKey,
    });
    const { clinicName, demo, recoveryPublic } = header;
    const recoverySealed = sealForRecovery(clinicId, Buffer.from(recoveryPublic, 'base64'), databaseKey);
    writeSlots(folder, { version: 2, clinicId, clinicName, demo, deviceId, recoveryPublic, recoverySealed, slots: [slot] });
    return ok({ clinicId, users: names });
  } catch (error) {
    if (isDamage(error)) return err('backup/unreadable');
    throw error;
  } finally {
    if (db.open) db.close();
    databaseKey.fill(0);
  }
}

interface NewDevice {
  clinicId: string;
  deviceId: string;
  madeAt: string;
  chosen: RowOf<'user'>;
  signingKey: ReturnType<typeof newSigningKey>;
  verifier: string;
}

function enter(ports: Ports, db: SqliteDatabase, { clinicId, deviceId, madeAt, chosen, signingKey, verifier }: NewDevice): void {
  const { id: userId, name, email, roles, profession, hprNumber } = chosen;
  const known = readReplica(db, 'server-url') !== undefined;
  // Credential and place in the feed were the old device's. What it had not delivered keeps its (device, n).
  for (const key of ['device-credential', 'sync.cursor', 'latest-time']) prepared(db, 'delete from replica where key = ?').run(key);
  const ctx = birthContext(ports, db, { clinicId, deviceId, userId, name, email, roles, profession, hprNumber, signingKey });
  // A clinic with a server gets the device's row from there, when the device is enrolled by code.
  if (!known)
    ctx.insert(
      'device',
      {
        name: defaultDeviceName(deviceId),
        userId,
        audience: roles.includes('PRACTITIONER') ? 'clinical' : 'desk',
        enrolledAt: ctx.now,
        revokedAt: null,
      },
      deviceId,
    );
  ctx.insert('signing_key', { userId, deviceId, publicKey: publicHalf(signingKey) });
  ctx.audit({ action: 'other', details: { kind: 'restore', madeAt } });
  queueAccountVerifier(db, userId, verifier, { userId, signingKey });
}

/** Whether the clinic's folder holds a record that can be used. */
function whatIsThere(ports: Ports, clinicId: string, recoveryPrivate: Buffer): 'nothing' | 'healthy' | 'damaged' | 'in-use' {
  const folder = clinicFolder(ports, clinicId);
  if (!existsSync(folder)) return 'nothing';
  if (!takeHome(folder)) return 'in-use';
  try {
    const slots = readSlots(folder);
    if (slots === null) return 'damaged';
    const key = unsealRecovery(clinicId, recoveryPrivate, slots.recoverySealed);
    // Another recovery key made this device: whether it is whole cannot be told, so it is left alone.
    if (key === null) return 'healthy';
    const opened = openDatabase(join(folder, 'ryggrad.db'), key);
    key.fill(0);
    if (!opened.ok) return 'damaged';
    try {
      return opened.db.pragma('quick_check', { simple: true }) === 'ok' ? 'healthy' : 'damaged';
    } catch (error) {
      if (isDamage(error)) return 'damaged';
      throw error;
    } finally {
      opened.db.close();
    }
  } finally {
    releaseHome(folder);
  }
}
