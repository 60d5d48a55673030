/**
 * The bytes of attachments beside a backup: those that no server is known to have, as they lie on the disk, sealed. Their keys
 * are in the backed-up database, so the folder says nothing without the recovery code.
 */
import { constants, cpSync, existsSync, mkdirSync, openSync, fsyncSync, closeSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { allContent } from '#db/sqlite/queries/content.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { contentFolder } from '#electron/sync/content/sealed-file.ts';

/** The folder that belongs to a backup file. */
export const attachmentsBeside = (file: string): string => `${file}-attachments`;

/** Copies what only this laptop has. Called after the database was copied: a file more than it names does no harm. */
export function backUpAttachments(db: SqliteDatabase, clinicFolder: string, file: string): void {
  const own = allContent(db).filter(({ complete, uploaded }) => complete && !uploaded);
  if (own.length === 0) return;
  const folder = attachmentsBeside(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const content of own) {
    const copy = join(folder, content.file);
    copyFileSync(join(contentFolder(clinicFolder), content.file), copy, constants.COPYFILE_FICLONE);
    const descriptor = openSync(copy, 'r+');
    fsyncSync(descriptor);
    closeSync(descriptor);
  }
}

/** Puts them back. Without the folder the record says which are missing, and fetches what a server has. */
export function restoreAttachments(file: string, clinicFolder: string): void {
  const folder = attachmentsBeside(file);
  if (existsSync(folder)) cpSync(folder, contentFolder(clinicFolder), { recursive: true });
}
