/** Backups: made by a person, made by themselves once a day, tried, and read back. */
import { existsSync, statSync } from 'node:fs';
import { err, ok } from '#electron/contract/verb.ts';
import { service } from '../use-case.ts';
import { readHeader } from './backup-file.ts';
import { planOf, rememberMade, setPlan } from './backup-plan.ts';
import { drillHandler } from './drill.ts';
import { makeBackup } from './make-backup.ts';
import { restoreHandler } from './restore.ts';

export const backupHandlers = [
  service('backup.create', async (services, { folder }) => {
    const { clinic } = services;
    if (clinic === null) return err('session/closed');
    const made = await makeBackup(services, clinic, folder);
    if (made.ok) rememberMade(clinic.db, services.ports, made.value.file);
    return made;
  }),

  service('backup.plan', async ({ clinic }) => (clinic === null ? err('session/closed') : ok(planOf(clinic.db)))),

  service('backup.setPlan', async (services, { folder }) => {
    const { clinic } = services;
    if (clinic === null) return err('session/closed');
    if (folder !== null && !(existsSync(folder) && statSync(folder).isDirectory())) return err('backup/folder-unusable');
    setPlan(clinic.db, folder);
    services.transaction((ctx) => {
      ctx.audit({ action: 'change', details: { kind: 'backup-plan', on: folder !== null } });
      return ok(null);
    });
    return ok(planOf(clinic.db));
  }),

  service(
    'backup.inspect',
    async (_services, { file }) => {
      const read = readHeader(file);
      return read === null ? err('backup/unreadable') : ok({ clinicName: read.header.clinicName, madeAt: read.header.madeAt });
    },
    'any',
  ),

  drillHandler,
  restoreHandler,
];
