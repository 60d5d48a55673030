/**
 * A restore drill: a backup is opened as it would be on the day it is needed, with the code on the printed sheet, read through
 * page by page, and held against the record. Nothing is changed, and nothing of it stays.
 */
import { createReadStream, createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Drill } from '#electron/contract/session.ts';
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import { migrate } from '#db/sqlite/migrate.ts';
import { isDamage, openDatabase } from '#db/sqlite/open.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { countRecord, missingFromBackup } from '#db/sqlite/queries/drill.ts';
import { parseRecoveryCode } from '../keys/recovery-code.ts';
import { unsealRecovery } from '../keys/slots.ts';
import { service } from '../use-case.ts';
import { readHeader } from './backup-file.ts';

export const drillHandler = service('backup.drill', async (services, { file, recoveryCode }): Promise<Result<Drill>> => {
  const { clinic, ports } = services;
  if (clinic === null) return err('session/closed');
  const read = readHeader(file);
  if (read === null) return err('backup/unreadable');
  const { header } = read;
  if (header.clinicId !== clinic.clinicId) return err('backup/other-clinic');
  const recoveryPrivate = parseRecoveryCode(recoveryCode);
  const key = recoveryPrivate === null ? null : unsealRecovery(header.clinicId, recoveryPrivate, header.sealedKey);
  recoveryPrivate?.fill(0);
  if (key === null) return err('backup/wrong-code');
  const folder = join(ports.home, `drill-${ports.ids.uuid()}`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const copy = join(folder, 'ryggrad.db');
    await pipeline(createReadStream(file, { start: read.length }), createWriteStream(copy, { mode: 0o600 }));
    if (services.clinic !== clinic) return err('session/closed');
    const held = holdAgainst(copy, key, clinic.db, header.madeAt);
    if (!held.ok) return held;
    services.transaction((ctx) => {
      ctx.audit({ action: 'other', details: { kind: 'restore-drill', madeAt: header.madeAt, missing: held.value.missing } });
      return ok(null);
    });
    return held;
  } finally {
    key.fill(0);
    rmSync(folder, { recursive: true, force: true });
  }
});

function holdAgainst(copy: string, key: Buffer, record: SqliteDatabase, madeAt: string): Result<Drill> {
  const opened = openDatabase(copy, key);
  if (!opened.ok) return err('backup/unreadable');
  const { db } = opened;
  try {
    // As a restore would: an older backup is brought to this version first.
    if (db.pragma('integrity_check', { simple: true }) !== 'ok' || !migrate(db).ok) return err('backup/unreadable');
    return ok({ madeAt, ...countRecord(db), missing: missingFromBackup(record, db, madeAt) });
  } catch (error) {
    if (isDamage(error)) return err('backup/unreadable');
    throw error;
  } finally {
    db.close();
  }
}
