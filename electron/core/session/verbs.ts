/** Unlock, lock, PIN, passphrase, and where the window was. */
import { err, ok } from '#electron/contract/verb.ts';
import { forgetErased } from '../clinic/revocation.ts';
import { prepared } from '#db/sqlite/store.ts';
import { accountVerifier } from '../keys/derive-key.ts';
import { isTooCommon } from '../keys/common-passphrases.ts';
import { makeSlot, readSlots, writeSlots } from '../keys/slots.ts';
import type { Slots } from '../keys/slots.ts';
import type { CoreServices } from '../services.ts';
import { service, useCase } from '../use-case.ts';
import { queueAccountVerifier } from '../clinic/account-verifier.ts';
import { logged } from './log-session.ts';
import { checkPassphrase, openClinicFiles, type Unlocked } from './opening.ts';
import { underLease } from './under-lease.ts';
import { makePin, tryPin } from './pin.ts';

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

export const sessionHandlers = [
  service(
    'app.report',
    async ({ ports }, report) => {
      // Only of itself: what the window says of another process is no report.
      if (report.process === 'window') ports.report?.(report);
      return ok(null);
    },
    'any',
  ),
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
    async (services, { clinicId, userId, passphrase, recoveryCode }) => {
      const checked = await checkPassphrase(services, clinicId, userId, passphrase);
      if (!checked.ok) return checked;
      // Only now: a mistyped passphrase must not throw out whoever is in.
      await services.closeClinic();
      const slots = await renewed(services, checked, userId, passphrase);
      const opened = openClinicFiles(checked.folder, slots, checked.secrets, userId, checked.guard, services.ports.clock.now());
      if (!opened.ok) return opened;
      const leased = await underLease(services.ports, opened.value, checked.slots, recoveryCode);
      if (!leased.ok) return leased;
      await services.openClinic(opened.value);
      logged(services, 'unlock', leased.value ? { kind: 'lease-by-recovery-code' } : undefined);
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
    if (await isTooCommon(next)) return err('passphrase/too-common');
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
