/** A colleague: a row in the record, and on this laptop a slot that only they (with this device) can open. */
import type { KeyObject } from 'node:crypto';
import { err, ok } from '#electron/contract/verb.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { locumProblem } from '#db/rules/locum.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import { accountVerifier } from '../keys/derive-key.ts';
import { isTooCommon } from '../keys/common-passphrases.ts';
import { makeSlot, newSigningKey, publicHalf, readSlots, writeSlots } from '../keys/slots.ts';
import type { Slots } from '../keys/slots.ts';
import type { CoreServices, OpenClinic } from '../services.ts';
import { service } from '../use-case.ts';
import { queueAccountVerifier } from './account-verifier.ts';

interface Entrance {
  slot: Slots['slots'][number];
  verifier: string;
  signingKey: KeyObject;
}

async function makeEntrance(
  { ports }: CoreServices,
  clinic: OpenClinic,
  person: { userId: string; name: string; email: string },
  passphrase: string,
): Promise<Entrance> {
  const signingKey = newSigningKey();
  const where = { clinicId: clinic.clinicId, deviceId: clinic.deviceId, deviceSecret: await ports.keyStore.deviceSecret() };
  const slot = await makeSlot(where, person, passphrase, { databaseKey: clinic.databaseKey, signingKey });
  return { slot, signingKey, verifier: await accountVerifier(passphrase) };
}

export const peopleHandlers = [
  service('user.add', async (services, input) => {
    const { clinic, ports } = services;
    if (clinic === null) return err('session/closed');
    const { passphrase, ...person } = input;
    if (passphrase !== null && (await isTooCommon(passphrase))) return err('passphrase/too-common');
    const problem = locumProblem(person, clinicDay(ports.clock.now().toISOString()));
    if (problem !== null) return err(problem);
    const slots = readSlots(clinic.folder);
    if (slots === null) return err('disk/error');
    const known = sameEmail(services, person.email);
    // A colleague from another laptop may be let in on this one; somebody who has a way in already may not be given a second.
    const letIn = known?.active === true && passphrase !== null && !slots.slots.some((slot) => slot.userId === known.id);
    if (known !== undefined && !letIn) return err('user/email-taken');
    const userId = known?.id ?? ports.ids.uuid();
    const who = known ?? person;
    const entrance =
      passphrase === null ? null : await makeEntrance(services, clinic, { userId, name: who.name, email: who.email }, passphrase);
    if (services.clinic !== clinic) return err('session/closed');

    const added = services.transaction((ctx) => {
      const user = known ?? ctx.insert('user', { ...person, active: true }, userId);
      // The administrator vouches for the colleague's key on this device.
      if (entrance !== null) {
        ctx.insert('signing_key', { userId, deviceId: ctx.deviceId, publicKey: publicHalf(entrance.signingKey) });
        // Somebody who has an account keeps its passphrase; the one chosen here opens this laptop only.
        if (known === undefined) queueAccountVerifier(ctx.db, userId, entrance.verifier, ctx.actor);
        // Before the commit: a row without a way in could not be mended, a way in without a row opens to no role.
        writeSlots(clinic.folder, { ...slots, slots: [...slots.slots, entrance.slot] });
      }
      ctx.audit({
        action: known === undefined ? 'create' : 'change',
        subjectEntity: 'user',
        subjectId: userId,
        details: { onThisDevice: entrance !== null },
      });
      return ok(user);
    });
    return added;
  }),
];

function sameEmail(services: CoreServices, email: string): RowOf<'user'> | undefined {
  let found: RowOf<'user'> | undefined;
  services.transaction((ctx) => {
    found = ctx.rows('user', 'lower(email) = lower(?)', [email])[0];
    return ok(null);
  });
  return found;
}
