/** Unlock, lock, PIN, passphrase, and where the window was. Argon2id makes unlocking slow on purpose. */
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import { forgetErased } from '../clinic/revocation.ts';
import { adoptUnknown } from '#electron/sync/adopt-unknown.ts';
import { migrate } from '#db/sqlite/migrate.ts';
import { isDamage } from '#db/sqlite/open.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { prepared, readRow } from '#db/sqlite/store.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { accountVerifier } from '../keys/derive-key.ts';
import { isTooCommon } from '../keys/common-passphrases.ts';
import { makeSlot, openSlot, readSlots, writeSlots } from '../keys/slots.ts';
import type { OpenedSlot, Slots } from '../keys/slots.ts';
import { countFailure, forgetFailures, waitBeforeTry } from '../keys/throttle.ts';
import type { CoreServices, OpenClinic } from '../services.ts';
import { service, useCase } from '../use-case.ts';
import { actorOf } from './actor.ts';
import { clinicFolder } from './app-state.ts';
import { queueAccountVerifier } from '../clinic/account-verifier.ts';
import { openWithSlot, rotateKey } from '../clinic/key-rotation.ts';
import { releaseHome, takeHome } from './home-lock.ts';
import { makePin, tryPin } from './pin.ts';

interface Unlocked {
  ok: true;
  secrets: OpenedSlot;
  slots: Slots;
  folder: string;
  deviceSecret: Buffer;
}
type Checked = Unlocked | ReturnType<typeof err>;

/** The passphrase against the slot, throttled. */
async function checkPassphrase(services: CoreServices, clinicId: string, userId: string, passphrase: string): Promise<Checked> {
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
  return { ok: true, secrets, slots, folder, deviceSecret };
}

/** Opens the database with the key of a slot that opened; the file is never replaced, whatever it says. Closes and lets go when it throws. */
export function openClinicFiles(folder: string, known: Slots, secrets: OpenedSlot, userId: string): Result<OpenClinic> {
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
    refreshNames(folder, slots, db);
    const slot = slots.slots.find((candidate) => candidate.userId === userId);
    const actor = actorOf(db, { userId, name: slot?.name ?? '', email: slot?.email ?? '', signingKey: secrets.signingKey }, '');
    held = true;
    return ok({
      clinicId: slots.clinicId,
      clinicName: slots.clinicName,
      folder,
      db,
      deviceId: slots.deviceId,
      databaseKey: secrets.databaseKey,
      actor,
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

/** A slot of an older version cannot be handed a new key: it is made anew while the passphrase is at hand. */
async function renewed({ ports }: CoreServices, checked: Unlocked, userId: string, passphrase: string): Promise<Slots> {
  const { slots, folder, deviceSecret, secrets } = checked;
  const slot = slots.slots.find((candidate) => candidate.userId === userId);
  if (slot === undefined || slot.publicKey !== undefined) return slots;
  const { name, email } = slot;
  const fresh = await makeSlot(
    { clinicId: slots.clinicId, deviceId: slots.deviceId, deviceSecret },
    { userId, name, email },
    passphrase,
    secrets,
  );
  const next = { ...slots, slots: slots.slots.map((old) => (old.userId === userId ? fresh : old)) };
  try {
    writeSlots(folder, next);
    return next;
  } catch {
    // A full disk must not keep anybody out of the record.
    ports.log('session/slot-not-renewed');
    return slots;
  }
}

function logged(services: CoreServices, action: 'unlock' | 'lock' | 'other', details?: Record<string, string>): void {
  const { clinic, ports, verb } = services;
  if (clinic === null) return;
  appendAudit(clinic.db, {
    clinicId: clinic.clinicId,
    deviceId: clinic.deviceId,
    actor: clinic.actor,
    now: ports.clock.now().toISOString(),
    verb,
    id: ports.ids.uuid(),
    action,
    ...(details === undefined ? {} : { details }),
  });
}

export const sessionHandlers = [
  service('app.state', async (services) => ok(services.state()), 'any'),
  service(
    'app.erasedRead',
    async (services) => {
      forgetErased(services.ports);
      return ok(services.state());
    },
    'any',
  ),

  service(
    'session.unlock',
    async (services, { clinicId, userId, passphrase }) => {
      const checked = await checkPassphrase(services, clinicId, userId, passphrase);
      if (!checked.ok) return checked;
      // Only now: a mistyped passphrase must not throw out whoever is in.
      await services.closeClinic();
      const slots = await renewed(services, checked, userId, passphrase);
      const opened = openClinicFiles(checked.folder, slots, checked.secrets, userId);
      if (!opened.ok) return opened;
      await services.openClinic(opened.value);
      logged(services, 'unlock');
      return ok(services.sessionView());
    },
    'any',
  ),

  service('session.lock', async (services) => {
    logged(services, 'lock');
    services.setLocked(true);
    return ok(null);
  }),

  service(
    'session.unlockPin',
    async (services, { pin }) => {
      const { clinic } = services;
      if (clinic === null) return err('session/closed');
      if (clinic.pin === null) return err('unlock/pin-used-up');
      const verdict = tryPin(clinic.pin, pin);
      if (verdict === 'used-up') clinic.pin = null;
      if (verdict !== 'right') return err(verdict === 'wrong' ? 'unlock/wrong-pin' : 'unlock/pin-used-up');
      services.setLocked(false);
      logged(services, 'unlock');
      return ok(services.sessionView());
    },
    'any',
  ),

  service(
    'session.unlockPassphrase',
    async (services, { passphrase }) => {
      const { clinic } = services;
      if (clinic === null) return err('session/closed');
      const checked = await checkPassphrase(services, clinic.clinicId, clinic.actor.userId, passphrase);
      if (!checked.ok) return checked;
      checked.secrets.databaseKey.fill(0);
      services.setLocked(false);
      logged(services, 'unlock');
      return ok(services.sessionView());
    },
    'any',
  ),

  service('session.setPin', async ({ clinic }, { pin }) => {
    if (clinic === null) return err('session/closed');
    clinic.pin = makePin(pin);
    return ok(null);
  }),

  service(
    'session.close',
    async (services) => {
      if (services.clinic !== null) logged(services, 'lock');
      await services.closeClinic();
      return ok(null);
    },
    'any',
  ),

  service('session.changePassphrase', async (services, { current, next }) => {
    const { clinic, ports } = services;
    if (clinic === null) return err('session/closed');
    if (isTooCommon(next)) return err('passphrase/too-common');
    const { userId, name, email } = clinic.actor;
    const checked = await checkPassphrase(services, clinic.clinicId, userId, current);
    if (!checked.ok) return checked;
    const slot = await makeSlot(
      { clinicId: clinic.clinicId, deviceId: clinic.deviceId, deviceSecret: checked.deviceSecret },
      { userId, name, email },
      next,
      checked.secrets,
    );
    const slots = readSlots(checked.folder) ?? checked.slots;
    writeSlots(checked.folder, { ...slots, slots: slots.slots.map((old) => (old.userId === userId ? slot : old)) });
    queueAccountVerifier(clinic.db, userId, await accountVerifier(next), clinic.actor);
    ports.log('session/passphrase-changed');
    services.replica()?.poke();
    return ok(null);
  }),

  service('key.rotate', async (services, { passphrase }) => {
    const { clinic } = services;
    if (clinic === null) return err('session/closed');
    const { clinicId, actor } = clinic;
    const checked = await checkPassphrase(services, clinicId, actor.userId, passphrase);
    if (!checked.ok) return checked;
    await services.closeClinic(true);
    let rotated: Result<null> | { failed: unknown };
    try {
      rotated = rotateKey(checked.folder, checked.secrets.databaseKey);
    } catch (failed) {
      rotated = { failed };
    }
    // The new key, or after a failure the old one: whichever the slot and the file say.
    const again = await checkPassphrase(services, clinicId, actor.userId, passphrase);
    const opened = again.ok ? openClinicFiles(again.folder, again.slots, again.secrets, actor.userId) : again;
    if (!opened.ok) {
      services.emit({ type: 'session', state: services.state() });
      return opened;
    }
    await services.openClinic(opened.value);
    if ('failed' in rotated) throw rotated.failed;
    if (rotated.ok) logged(services, 'other', { kind: 'key-rotated' });
    return rotated;
  }),

  useCase('ui.save', ({ db, actor }, { key, value }) => {
    prepared(
      db,
      'insert into ui_state(user_id, key, value) values (?,?,?) on conflict(user_id, key) do update set value = excluded.value',
    ).run(actor.userId, key, JSON.stringify(value));
    return ok(null);
  }),
  useCase('ui.load', ({ db, actor }, { key }) => {
    const row = prepared(db, 'select value from ui_state where user_id = ? and key = ?').get(actor.userId, key) as
      | { value: string }
      | undefined;
    return ok({ value: row === undefined ? null : (JSON.parse(row.value) as unknown) });
  }),
];
