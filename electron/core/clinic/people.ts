/** A colleague: a row in the record, and on this laptop a slot that only they (with this device) can open. */
import { err, ok } from '#electron/contract/verb.ts';
import { accountVerifier } from '../keys/derive-key.ts';
import { isTooCommon } from '../keys/common-passphrases.ts';
import { makeSlot, newSigningKey, publicHalf, readSlots, writeSlots } from '../keys/slots.ts';
import { service } from '../use-case.ts';
import { queueAccountVerifier } from './account-verifier.ts';

export const peopleHandlers = [
  service('user.add', async (services, input) => {
    const { clinic, ports } = services;
    if (clinic === null) return err('session/closed');
    const { passphrase, ...person } = input;
    if (passphrase !== null && isTooCommon(passphrase)) return err('passphrase/too-common');
    const userId = ports.ids.uuid();
    const signingKey = newSigningKey();
    const prepared = passphrase === null ? null : await prepareSlot();

    async function prepareSlot() {
      if (passphrase === null || clinic === null) throw new Error('no passphrase');
      const deviceSecret = await ports.keyStore.deviceSecret();
      const where = { clinicId: clinic.clinicId, deviceId: clinic.deviceId, deviceSecret };
      const slot = await makeSlot(where, { userId, name: person.name, email: person.email }, passphrase, { databaseKey: clinic.databaseKey, signingKey });
      return { slot, verifier: await accountVerifier(passphrase) };
    }

    const added = services.transaction((ctx) => {
      if (ctx.rows('user', 'lower(email) = lower(?)', [person.email]).length > 0) return err('user/email-taken');
      const user = ctx.insert('user', { ...person, active: true }, userId);
      // The administrator vouches for the colleague's key on this device.
      if (prepared !== null) {
        ctx.insert('signing_key', { userId, deviceId: ctx.deviceId, publicKey: publicHalf(signingKey) });
        queueAccountVerifier(ctx.db, userId, prepared.verifier);
      }
      ctx.audit({ action: 'create', subjectEntity: 'user', subjectId: userId });
      return ok(user);
    });
    if (added.ok && prepared !== null) {
      const slots = readSlots(clinic.folder);
      if (slots !== null) writeSlots(clinic.folder, { ...slots, slots: [...slots.slots, prepared.slot] });
    }
    return added;
  }),
];
