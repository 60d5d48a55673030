/**
 * One backup a day by itself, into the folder that an administrator chose: at the first quiet moment, for copying a large clinic
 * takes seconds in which nothing else is answered. Older ones of this laptop are cleared by db/rules/backup-retention.ts.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { BackupPlan } from '#electron/contract/session.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { expendable } from '#db/rules/backup-retention.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { readReplica, writeReplica } from '#db/sqlite/store.ts';
import type { Ports } from '../ports.ts';
import type { CoreServices } from '../services.ts';
import { attachmentsBeside } from './backup-attachments.ts';
import { readHeader } from './backup-file.ts';
import { makeBackup } from './make-backup.ts';

const KEY = 'backup.plan';
const NONE: BackupPlan = { folder: null, lastAt: null, lastFile: null, problem: null };
const planSchema = z.object({
  folder: z.string().nullable(),
  lastAt: z.string().nullable(),
  lastFile: z.string().nullable(),
  problem: z.string().nullable(),
});

/** Where backups go by themselves (null: nowhere), when this laptop last made one, and why the last attempt failed. */
export function planOf(db: SqliteDatabase): BackupPlan {
  const stored = readReplica(db, KEY);
  return stored === undefined ? NONE : planSchema.parse(JSON.parse(stored));
}

export function setPlan(db: SqliteDatabase, folder: string | null): void {
  save(db, { ...planOf(db), folder, problem: null });
}

export function rememberMade(db: SqliteDatabase, ports: Ports, file: string): void {
  save(db, { ...planOf(db), lastAt: ports.clock.now().toISOString(), lastFile: file, problem: null });
}

/** Makes today's backup unless it has been made. A folder that is not there (a disk that is not plugged in) is tried again. */
export async function backUpToday(services: CoreServices): Promise<void> {
  const { clinic, ports } = services;
  if (clinic === null) return;
  const plan = planOf(clinic.db);
  const today = clinicDay(ports.clock.now().toISOString());
  if (plan.folder === null || (plan.lastAt !== null && clinicDay(plan.lastAt) === today)) return;
  const prefix = `ryggrad-${clinic.deviceId.slice(-8)}`;
  try {
    const made = await makeBackup(services, clinic, plan.folder, prefix);
    if (services.clinic !== clinic) return;
    if (!made.ok) return save(clinic.db, { ...plan, problem: made.code });
    rememberMade(clinic.db, ports, made.value.file);
    clearOld(plan.folder, prefix, clinic.clinicId);
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    ports.log('backup/failed', { code: typeof code === 'string' ? code : 'unknown' });
    if (services.clinic === clinic) save(clinic.db, { ...plan, problem: code === 'ENOSPC' ? 'disk/full' : 'disk/error' });
  }
}

/** Only what this laptop put there by itself, and what is a backup of this clinic by its own words. */
function clearOld(folder: string, prefix: string, clinicId: string): void {
  const own = new Map<string, string>();
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(`${prefix}-`) || !name.endsWith('.ryggrad-backup')) continue;
    const header = readHeader(join(folder, name))?.header;
    if (header?.clinicId === clinicId) own.set(header.madeAt, join(folder, name));
  }
  for (const at of expendable([...own.keys()])) {
    const file = own.get(at) ?? '';
    rmSync(file, { force: true });
    rmSync(attachmentsBeside(file), { recursive: true, force: true });
  }
}

function save(db: SqliteDatabase, plan: BackupPlan): void {
  writeReplica(db, KEY, JSON.stringify(plan));
}
