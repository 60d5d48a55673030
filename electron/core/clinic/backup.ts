/**
 * Sealed backups and their way back. A backup is one file: a line of JSON with the database key sealed to the
 * clinic's recovery key, then the encrypted database (`VACUUM INTO` keeps it encrypted; the driver's own backup call
 * fails on encrypted databases). Restoring makes a new device, with a new key.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, createReadStream, createWriteStream, existsSync, fsyncSync, mkdirSync, openSync, readSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { err, ok } from '#electron/contract/verb.ts';
import { migrate } from '#db/sqlite/migrate.ts';
import { openDatabase } from '#db/sqlite/open.ts';
import { prepared, readRow, rowsWhere } from '#db/sqlite/store.ts';
import { accountVerifier } from '../keys/derive-key.ts';
import { isTooCommon } from '../keys/common-passphrases.ts';
import { parseRecoveryCode } from '../keys/recovery-code.ts';
import { makeSlot, newSigningKey, publicHalf, readSlots, sealForRecovery, unsealRecovery, writeSlots } from '../keys/slots.ts';
import { service } from '../use-case.ts';
import { clinicFolder } from '../session/app-state.ts';
import { queueAccountVerifier } from './account-verifier.ts';
import { birthContext, defaultDeviceName } from './birth.ts';

const headerSchema = z.object({ format: z.literal('ryggrad-backup-1'), clinicId: z.uuid(), clinicName: z.string(), demo: z.boolean(), madeAt: z.string(), recoveryPublic: z.string(), sealedKey: z.string() });
type Header = z.infer<typeof headerSchema>;
const HEADER_LIMIT = 16_384;

export const backupHandlers = [
  service('backup.create', async (services, { folder }) => {
    const { clinic, ports } = services;
    if (clinic === null) return err('session/closed');
    const slots = readSlots(clinic.folder);
    if (slots === null || !existsSync(folder) || !statSync(folder).isDirectory()) return err('backup/folder-unusable');
    const madeAt = ports.clock.now().toISOString();
    const header: Header = { format: 'ryggrad-backup-1', clinicId: slots.clinicId, clinicName: slots.clinicName, demo: slots.demo, madeAt, recoveryPublic: slots.recoveryPublic, sealedKey: slots.recoverySealed };
    const name = `ryggrad-${madeAt.slice(0, 19).replace(/[:T]/g, '-')}.ryggrad-backup`;
    const copy = join(clinic.folder, `backup-${ports.ids.uuid()}.db`);
    const unfinished = join(folder, `${name}.unfinished`);
    try {
      prepared(clinic.db, 'vacuum into ?').run(copy);
      const rows = verifyCopy(copy, clinic.databaseKey);
      const out = openSync(unfinished, 'w', 0o600);
      writeSync(out, `${JSON.stringify(header)}\n`);
      closeSync(out);
      await pipeline(createReadStream(copy), createWriteStream(unfinished, { flags: 'a', flush: true }));
      renameSync(unfinished, join(folder, name));
      syncFolder(folder);
      services.transaction((ctx) => {
        ctx.audit({ action: 'export', details: { kind: 'backup' } });
        return ok(null);
      });
      return ok({ file: join(folder, name), bytes: statSync(join(folder, name)).size, rows });
    } catch (error) {
      rmSync(unfinished, { force: true });
      const code = (error as { code?: string }).code;
      if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return err('backup/folder-unusable');
      throw error;
    } finally {
      rmSync(copy, { force: true });
    }
  }),

  service(
    'backup.inspect',
    async (_services, { file }) => {
      const header = readHeader(file);
      return header === null ? err('backup/unreadable') : ok({ clinicName: header.clinicName, madeAt: header.madeAt });
    },
    'any',
  ),

  service(
    'backup.restore',
    async ({ ports }, { file, recoveryCode, userId, passphrase }) => {
      const header = readHeader(file);
      if (header === null) return err('backup/unreadable');
      if (isTooCommon(passphrase)) return err('passphrase/too-common');
      const folder = clinicFolder(ports, header.clinicId);
      if (readSlots(folder) !== null) return err('backup/clinic-exists');
      const recoveryPrivate = parseRecoveryCode(recoveryCode);
      const oldKey = recoveryPrivate === null ? null : unsealRecovery(header.clinicId, recoveryPrivate, header.sealedKey);
      if (oldKey === null) return err('backup/wrong-code');
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const path = join(folder, 'ryggrad.db');
      const databaseKey = randomBytes(32);
      try {
        await pipeline(createReadStream(file, { start: headerLength(file) }), createWriteStream(path, { mode: 0o600, flush: true }));
        const opened = openDatabase(path, oldKey);
        if (!opened.ok) throw Object.assign(new Error('backup does not open'), { unreadable: true });
        const { db } = opened;
        const deviceId = ports.ids.uuid();
        try {
          if (!migrate(db).ok) throw Object.assign(new Error('backup is from a newer version'), { unreadable: true });
          const users = rowsWhere(db, 'user', 'active = 1 order by name');
          const chosen = userId === undefined && users.length === 1 ? users[0] : users.find((user) => user.id === userId);
          if (chosen === undefined) {
            rmSync(folder, { recursive: true, force: true });
            return err('backup/choose-user', { users: users.map(({ id, name }) => ({ userId: id, name })) });
          }
          const signingKey = newSigningKey();
          const verifier = await accountVerifier(passphrase);
          db.transaction(() => {
            // A device of its own: the old one's place in the queue stays the old one's.
            for (const key of ['device-credential', 'sync.cursor', 'sync.lastN', 'sync.auditUpTo']) prepared(db, 'delete from replica where key = ?').run(key);
            const { name, email, roles, profession, hprNumber } = chosen;
            const context = birthContext(ports, db, { clinicId: header.clinicId, deviceId, userId: chosen.id, name, email, roles, profession, hprNumber, signingKey });
            context.insert('device', { name: defaultDeviceName(deviceId), userId: chosen.id, audience: roles.includes('PRACTITIONER') ? 'clinical' : 'desk', enrolledAt: context.now }, deviceId);
            context.insert('signing_key', { userId: chosen.id, deviceId, publicKey: publicHalf(signingKey) });
            context.audit({ action: 'other', details: { kind: 'restore', madeAt: header.madeAt } });
            queueAccountVerifier(db, chosen.id, verifier);
          }).immediate();
          db.pragma('wal_checkpoint(TRUNCATE)');
          db.pragma('journal_mode=DELETE');
          db.rekey(Buffer.concat([Buffer.from('raw:'), databaseKey]));
          db.close();
          const slot = await makeSlot(
            { clinicId: header.clinicId, deviceId, deviceSecret: await ports.keyStore.deviceSecret() },
            { userId: chosen.id, name: chosen.name, email: chosen.email },
            passphrase,
            { databaseKey, signingKey },
          );
          const recoveryPublic = Buffer.from(header.recoveryPublic, 'base64');
          writeSlots(folder, {
            version: 1,
            clinicId: header.clinicId,
            clinicName: header.clinicName,
            demo: header.demo,
            deviceId,
            recoveryPublic: header.recoveryPublic,
            recoverySealed: sealForRecovery(header.clinicId, recoveryPublic, databaseKey),
            slots: [slot],
          });
          return ok({ clinicId: header.clinicId, users: users.map((user) => ({ userId: user.id, name: user.name })) });
        } finally {
          if (db.open) db.close();
        }
      } catch (error) {
        rmSync(folder, { recursive: true, force: true });
        if ((error as { unreadable?: boolean }).unreadable === true) return err('backup/unreadable');
        throw error;
      } finally {
        oldKey.fill(0);
        databaseKey.fill(0);
        recoveryPrivate?.fill(0);
      }
    },
    'any',
  ),
];

/** Opens the copy with its key, checks every page, counts. Throws when it is not what it should be. */
function verifyCopy(file: string, databaseKey: Buffer): number {
  const descriptor = openSync(file, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
  const opened = openDatabase(file, databaseKey);
  if (!opened.ok) throw new Error(`the backup copy does not open: ${opened.code}`);
  try {
    if (opened.db.pragma('integrity_check', { simple: true }) !== 'ok') throw new Error('the backup copy is damaged');
    const clinics = rowsWhere(opened.db, 'clinic', '1 = 1');
    if (clinics.length === 0 || readRow(opened.db, 'clinic', clinics[0]?.id ?? '') === undefined) throw new Error('the backup copy is empty');
    return (opened.db.prepare('select (select count(*) from patient) + (select count(*) from encounter) + (select count(*) from note_section) as n').get() as { n: number }).n;
  } finally {
    opened.db.pragma('journal_mode=DELETE');
    opened.db.close();
  }
}

function firstBytes(file: string): Buffer | null {
  try {
    const descriptor = openSync(file, 'r');
    const buffer = Buffer.alloc(HEADER_LIMIT);
    const length = readSync(descriptor, buffer, 0, HEADER_LIMIT, 0);
    closeSync(descriptor);
    return buffer.subarray(0, length);
  } catch {
    return null;
  }
}

function headerLength(file: string): number {
  return (firstBytes(file)?.indexOf(0x0a) ?? -1) + 1;
}

function readHeader(file: string): Header | null {
  const bytes = firstBytes(file);
  const end = bytes?.indexOf(0x0a) ?? -1;
  if (bytes === null || end <= 0) return null;
  try {
    const parsed = headerSchema.safeParse(JSON.parse(bytes.subarray(0, end).toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
