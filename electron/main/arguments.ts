/** What the app was opened with. Only a backup file means anything; whatever else stands on the command line is Chromium's or nobody's. */
import path from 'node:path';

/** As make-backup.ts names them and electron-builder.yml registers them. */
export const BACKUP_ENDING = '.ryggrad-backup';

/** @param argv of a start, first or second @param folder where it was started @returns absolute path */
export function backupFile(argv: readonly string[], folder: string): string | undefined {
  const named = argv.slice(1).find((one) => !one.startsWith('-') && one.toLowerCase().endsWith(BACKUP_ENDING));
  // An address (file:, smb:) is no path: nobody's opener gives us one.
  if (named === undefined || /^[a-z][a-z0-9+.-]+:/i.test(named)) return undefined;
  return path.resolve(folder, named);
}
