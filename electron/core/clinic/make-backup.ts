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
import type { Result } from '#electron/contract/verb.ts';
import { readSlots } from '../keys/slots.ts';
import type { CoreServices, OpenClinic } from '../services.ts';
import { attachmentsBeside, backUpAttachments } from './backup-attachments.ts';
import { headerLine } from './backup-file.ts';
import type { BackupHeader } from './backup-file.ts';
import { checkedCopy } from './checked-copy.ts';

export interface MadeBackup {
  file: string;
  bytes: number;
  rows: number;
}

/**
 * Writes one backup of the open clinic into `folder`, proven whole, and logs that it left.
 * @param prefix of the file's name; what names only this laptop's own automatic ones may be cleared away by it
 * Errors: backup/folder-unusable; throws what else the disk throws. Nothing half-made is left.
 */
export function makeBackup(services: CoreServices, clinic: OpenClinic, folder: string, prefix = 'ryggrad'): Promise<Result<MadeBackup>> {
  const turn = (turns.get(clinic) ?? Promise.resolve()).then(() => make(services, clinic, folder, prefix));
  turns.set(
    clinic,
    turn.catch(() => {}),
  );
  return turn;
}

/** One at a time: each clears away what an interrupted one left. */
const turns = new WeakMap<OpenClinic, Promise<unknown>>();

async function make(services: CoreServices, clinic: OpenClinic, folder: string, prefix: string): Promise<Result<MadeBackup>> {
  const { ports } = services;
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
  const file = join(folder, `${prefix}-${madeAt.slice(0, 19).replace(/[:T]/g, '-')}.ryggrad-backup`);
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
}

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
