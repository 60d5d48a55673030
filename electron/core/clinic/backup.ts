/**
 * Sealed backups. A backup is one file: a line of JSON with the database key sealed to the clinic's recovery key, then
 * the encrypted database. Copy, sync, check, rename: there is a whole backup or none.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { err, ok } from '#electron/contract/verb.ts';
import { readSlots } from '../keys/slots.ts';
import { service } from '../use-case.ts';
import { attachmentsBeside, backUpAttachments } from './backup-attachments.ts';
import { checkedCopy } from './checked-copy.ts';
import { headerLine, readHeader } from './backup-file.ts';
import type { BackupHeader } from './backup-file.ts';
import { restoreHandler } from './restore.ts';

export const backupHandlers = [
  service('backup.create', async (services, { folder }) => {
    const { clinic, ports } = services;
    if (clinic === null) return err('session/closed');
    const slots = readSlots(clinic.folder);
    if (slots === null || !existsSync(folder) || !statSync(folder).isDirectory()) return err('backup/folder-unusable');
    const madeAt = ports.clock.now().toISOString();
    const { clinicId, clinicName, demo, recoveryPublic, recoverySealed } = slots;
    const header: BackupHeader = {
      format: 'ryggrad-backup-1',
      clinicId,
      clinicName,
      demo,
      madeAt,
      recoveryPublic,
      sealedKey: recoverySealed,
    };
    const file = join(folder, `ryggrad-${madeAt.slice(0, 19).replace(/[:T]/g, '-')}.ryggrad-backup`);
    const unfinished = `${file}.unfinished`;
    for (const left of readdirSync(clinic.folder)) if (left.startsWith('backup-copy-')) rmSync(join(clinic.folder, left));
    const copy = join(clinic.folder, `backup-copy-${ports.ids.uuid()}`);
    try {
      const rows = checkedCopy(clinic.db, clinic.databaseKey, copy);
      writeFileSync(unfinished, headerLine(header), { mode: 0o600 });
      await pipeline(createReadStream(copy), createWriteStream(unfinished, { flags: 'a', flush: true }));
      const written = await sha256Of(unfinished, Buffer.byteLength(headerLine(header)));
      if (written !== (await sha256Of(copy, 0)))
        throw Object.assign(new Error('the folder gave back other bytes than were written'), { code: 'EIO' });
      backUpAttachments(clinic.db, clinic.folder, file);
      renameSync(unfinished, file);
      syncFolder(folder);
      services.transaction((ctx) => {
        ctx.audit({ action: 'export', details: { kind: 'backup', rows } });
        return ok(null);
      });
      return ok({ file, bytes: statSync(file).size, rows });
    } catch (error) {
      rmSync(unfinished, { force: true });
      rmSync(attachmentsBeside(file), { recursive: true, force: true });
      const code = (error as { code?: string }).code;
      if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM' || code === 'ENOENT') return err('backup/folder-unusable');
      throw error;
    } finally {
      rmSync(copy, { force: true });
    }
  }),

  service(
    'backup.inspect',
    async (_services, { file }) => {
      const read = readHeader(file);
      return read === null ? err('backup/unreadable') : ok({ clinicName: read.header.clinicName, madeAt: read.header.madeAt });
    },
    'any',
  ),

  restoreHandler,
];

async function sha256Of(file: string, start: number): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { start }), hash);
  return hash.digest('hex');
}

function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r');
    fsyncSync(descriptor);
    closeSync(descriptor);
  } catch {
    // Some file systems of USB disks know no such thing; the file itself is synced.
  }
}
