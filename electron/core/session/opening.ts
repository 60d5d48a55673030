/** The passphrase against the slot, and the record behind it. Argon2id makes this slow on purpose. */
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import { adoptUnknown } from '#electron/sync/adopt-unknown.ts';
import { migrate } from '#db/sqlite/migrate.ts';
import { isDamage } from '#db/sqlite/open.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { readRow } from '#db/sqlite/store.ts';
import { openWithSlot } from '../clinic/key-rotation.ts';
import { rollbackGuard } from '../keys/rollback-guard.ts';
import type { RollbackGuard } from '../keys/rollback-guard.ts';
import { openSlot, readSlots, writeSlots } from '../keys/slots.ts';
import type { OpenedSlot, Slots } from '../keys/slots.ts';
import { countFailure, forgetFailures, waitBeforeTry } from '../keys/throttle.ts';
import type { CoreServices, OpenClinic } from '../services.ts';
import { actorOf } from './actor.ts';
import { clinicFolder } from './app-state.ts';
import { releaseHome, takeHome } from './home-lock.ts';

export interface Unlocked {
  ok: true;
  secrets: OpenedSlot;
  slots: Slots;
  folder: string;
  deviceSecret: Buffer;
  guard: RollbackGuard;
}
type Checked = Unlocked | ReturnType<typeof err>;

/** The passphrase against the slot, throttled. */
export async function checkPassphrase(services: CoreServices, clinicId: string, userId: string, passphrase: string): Promise<Checked> {
  const { ports } = services;
  const folder = clinicFolder(ports, clinicId);
  const slots = readSlots(folder);
  if (slots === null) return err('unlock/wrong-passphrase');
  const deviceSecret = await ports.keyStore.deviceSecret();
  const now = ports.clock.now().getTime();
  const retryAfterMs = waitBeforeTry(folder, userId, deviceSecret, now);
  if (retryAfterMs > 0) return err('unlock/throttled', { retryAfterMs });
  const secrets = await openSlot(slots, userId, passphrase, deviceSecret);
  if (secrets === null) {
    countFailure(folder, userId, deviceSecret, now);
    return err('unlock/wrong-passphrase');
  }
  forgetFailures(folder, userId, deviceSecret);
  return { ok: true, secrets, slots, folder, deviceSecret, guard: rollbackGuard(ports.home, clinicId, deviceSecret) };
}

/** Opens the database with the key of a slot that opened; the file is never replaced, whatever it says. Closes and lets go when it throws. */
export function openClinicFiles(
  folder: string,
  known: Slots,
  secrets: OpenedSlot,
  userId: string,
  guard: RollbackGuard,
  now: Date,
): Result<OpenClinic> {
  if (!takeHome(folder)) return err('app/already-running');
  let db: SqliteDatabase | null = null;
  let held = false;
  try {
    const { opened, slots } = openWithSlot(folder, known, secrets);
    // The slot proved the key: a file that does not answer to it is damaged.
    if (!opened.ok) return err('database/damaged');
    db = opened.db;
    const problem = usable(db);
    if (problem !== null) return err(problem);
    if (guard.isOlder(db, slots.deviceId)) return err('database/rolled-back');
    refreshNames(folder, slots, db);
    const slot = slots.slots.find((candidate) => candidate.userId === userId);
    const actor = actorOf(db, { userId, name: slot?.name ?? '', email: slot?.email ?? '', signingKey: secrets.signingKey }, now);
    held = true;
    return ok({
      clinicId: slots.clinicId,
      clinicName: slots.clinicName,
      folder,
      db,
      deviceId: slots.deviceId,
      databaseKey: secrets.databaseKey,
      actor,
      guard,
      locked: false,
      pin: null,
    });
  } finally {
    if (!held) {
      db?.close();
      releaseHome(folder);
    }
  }
}

/** The names on the unlock screen follow the record. */
function refreshNames(folder: string, slots: Slots, db: SqliteDatabase): void {
  const clinicName = readRow(db, 'clinic', slots.clinicId)?.name ?? slots.clinicName;
  const fresh = slots.slots.map((slot) => {
    const user = readRow(db, 'user', slot.userId);
    return user === undefined ? slot : { ...slot, name: user.name, email: user.email };
  });
  const next = { ...slots, clinicName, slots: fresh };
  if (JSON.stringify(next) === JSON.stringify(slots)) return;
  try {
    writeSlots(folder, next);
  } catch {
    // A full disk must not keep anybody out of the record.
  }
}

function usable(db: SqliteDatabase): string | null {
  try {
    const migrated = migrate(db);
    if (!migrated.ok) return migrated.code;
    adoptUnknown(db);
    return null;
  } catch (error) {
    if (isDamage(error)) return 'database/damaged';
    throw error;
  }
}
