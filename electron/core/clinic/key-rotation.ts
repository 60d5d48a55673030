/**
 * A new database key. The record is copied and the copy given the new key, checked, and put in place by one rename: whenever the
 * program is killed there is one whole file, and a key for it in everybody's slot. `rekey` on the file itself would be faster,
 * but a kill in the middle leaves a file of which nobody knows the key until both have been tried (security.md §1.2).
 */
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import { openDatabase } from '#db/sqlite/open.ts';
import type { Opened } from '#db/sqlite/open.ts';
import { handKey, readSlots, sealForRecovery, writeSlots } from '../keys/slots.ts';
import type { OpenedSlot, Slots } from '../keys/slots.ts';
import { releaseHome, takeHome } from '../session/home-lock.ts';
import { checkedCopy, countRows, verifyCopy } from './checked-copy.ts';

const recordIn = (folder: string): string => join(folder, 'ryggrad.db');
const nextIn = (folder: string): string => join(folder, 'ryggrad.db.next');

/**
 * Gives a closed clinic a new database key. Needs room for a second copy. On failure the record stands as it was.
 * Errors: app/already-running, database/damaged, key/unlock-first (a slot of an older version: its person unlocks once), and
 * what the disk throws.
 */
export function rotateKey(folder: string, databaseKey: Buffer): Result<null> {
  if (!takeHome(folder)) return err('app/already-running');
  const next = randomBytes(32);
  try {
    const slots = readSlots(folder);
    if (slots === null) return err('disk/error');
    const old = slots.slots.filter(({ publicKey }) => publicKey === undefined);
    if (old.length > 0) return err('key/unlock-first', { names: old.map(({ name }) => name) });
    const copied = copyWithKey(folder, databaseKey, next);
    if (!copied.ok) return copied;
    const recoveryNext = sealForRecovery(slots.clinicId, Buffer.from(slots.recoveryPublic, 'base64'), next);
    const both = { ...slots, recoveryNext, slots: slots.slots.map((slot) => handKey(slots.clinicId, slot, databaseKey, next)) };
    writeSlots(folder, both);
    renameSync(nextIn(folder), recordIn(folder));
    syncFolder(folder);
    settled(folder, both);
    return ok(null);
  } finally {
    next.fill(0);
    if (existsSync(nextIn(folder))) rmSync(nextIn(folder));
    releaseHome(folder);
  }
}

function copyWithKey(folder: string, databaseKey: Buffer, next: Buffer): Result<null> {
  const file = nextIn(folder);
  rmSync(file, { force: true });
  const opened = openDatabase(recordIn(folder), databaseKey);
  if (!opened.ok) return err('database/damaged');
  let rows: number;
  try {
    checkedCopy(opened.db, databaseKey, file);
    rows = countRows(opened.db);
    // Whatever lies in the log belongs to the file that will be replaced: afterwards there must be none.
    opened.db.pragma('wal_checkpoint(TRUNCATE)');
    opened.db.pragma('journal_mode=DELETE');
  } finally {
    opened.db.close();
  }
  const copy = openDatabase(file, databaseKey);
  if (!copy.ok) return err('database/damaged');
  try {
    copy.db.pragma('journal_mode=DELETE');
    copy.db.rekey(Buffer.concat([Buffer.from('raw:'), next]));
  } finally {
    copy.db.close();
  }
  verifyCopy(file, next, rows);
  return ok(null);
}

/**
 * Opens the record with the key of a slot; when a change of key was interrupted, with whichever of the two it answers to, and
 * then finishes or forgets that change. `secrets.databaseKey` is the key that opened.
 */
export function openWithSlot(folder: string, slots: Slots, secrets: OpenedSlot): { opened: Opened; slots: Slots } {
  const opened = openDatabase(recordIn(folder), secrets.databaseKey);
  if (slots.recoveryNext === undefined) return { opened, slots };
  rmSync(nextIn(folder), { force: true });
  if (opened.ok) return { opened, slots: settled(folder, slots) };
  if (secrets.keyBefore === null) return { opened, slots };
  const before = openDatabase(recordIn(folder), secrets.keyBefore);
  if (!before.ok) return { opened, slots };
  secrets.databaseKey.fill(0);
  secrets.databaseKey = secrets.keyBefore;
  secrets.keyBefore = null;
  const { recoveryNext: _, ...rest } = slots;
  const back = { ...rest, slots: slots.slots.map((slot) => ({ ...slot, handed: slot.handed?.slice(0, -1) })) };
  writeSlots(folder, back);
  return { opened: before, slots: back };
}

/** The new key is the key. */
function settled(folder: string, { recoveryNext, ...slots }: Slots): Slots {
  const done = { ...slots, recoverySealed: recoveryNext ?? slots.recoverySealed };
  writeSlots(folder, done);
  return done;
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
