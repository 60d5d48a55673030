/** A new database key: everybody's way in stays, the old key opens nothing, and an interrupted change ends in one of the two. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '#db/sqlite/open.ts';
import { slotKey } from '../keys/derive-key.ts';
import { seal } from '../keys/seal.ts';
import { handKey, openSlot, readSlots, sealForRecovery, writeSlots, type Slots } from '../keys/slots.ts';
import { clinicFolder } from '../session/app-state.ts';
import { openClinic, PASSPHRASE, testLaptop, type TestLaptop } from '../testing.ts';

const OTHER = 'myr odde foss gran';
let laptop: TestLaptop;
let born: Awaited<ReturnType<typeof openClinic>>;
let folder: string;
beforeEach(async () => {
  laptop = testLaptop();
  born = await openClinic(laptop);
  folder = clinicFolder(laptop.ports, born.clinicId);
});
afterEach(() => laptop.close());

const colleague = {
  name: 'Bent Dal',
  email: 'bent@bakken.example',
  roles: ['ASSISTANT' as const],
  profession: null,
  hprNumber: null,
  validUntil: null,
};
const addPatient = () => laptop.must('patient.create', { givenName: 'Ola', familyName: 'Nordmann', missingNationalIdReason: 'unknown' });
const unlock = (userId: string, passphrase: string) => laptop.call('session.unlock', { clinicId: born.clinicId, userId, passphrase });
function slotsNow(): Slots {
  const slots = readSlots(folder);
  if (slots === null) throw new Error('no slots');
  return slots;
}

async function keyOf(userId: string, passphrase: string, slots = slotsNow()): Promise<Buffer> {
  const opened = await openSlot(slots, userId, passphrase, await laptop.ports.keyStore.deviceSecret());
  if (opened === null) throw new Error('the slot does not open');
  return opened.databaseKey;
}

test('everybody unlocks with the passphrase they have, the old key opens nothing, and a backup opens with the recovery code', async () => {
  const bent = await laptop.must('user.add', { ...colleague, passphrase: OTHER });
  const patient = await addPatient();
  const before = await keyOf(born.userId, PASSPHRASE);
  for (let times = 0; times < 3; times += 1) await laptop.must('key.rotate', { passphrase: PASSPHRASE });
  expect((await laptop.must('patient.get', { id: patient.id })).patient.familyName).toBe('Nordmann');
  const usb = join(laptop.home, 'usb');
  mkdirSync(usb);
  const { file } = await laptop.must('backup.create', { folder: usb });
  await laptop.must('session.close', {});

  expect(openDatabase(join(folder, 'ryggrad.db'), before)).toEqual({ ok: false, code: 'database/wrong-key' });
  expect(readdirSync(folder).filter((name) => name.includes('.next'))).toEqual([]);
  expect((await unlock(bent.id, OTHER)).ok).toBe(true);
  expect((await unlock(born.userId, 'feil passord her')).ok).toBe(false);
  // A new passphrase takes the present key into the slot itself.
  await laptop.must('session.changePassphrase', { current: OTHER, next: 'tind vik nes holme' });
  expect((await unlock(bent.id, 'tind vik nes holme')).ok).toBe(true);

  const fresh = testLaptop();
  try {
    await fresh.must('backup.restore', { file, recoveryCode: born.recoveryCode, userId: born.userId, passphrase: PASSPHRASE });
    await fresh.must('session.unlock', { clinicId: born.clinicId, userId: born.userId, passphrase: PASSPHRASE });
    expect((await fresh.must('patient.get', { id: patient.id })).patient.familyName).toBe('Nordmann');
  } finally {
    await fresh.close();
  }
});

test('a change of key that was interrupted before the file moved is forgotten, one after it is finished', async () => {
  const patient = await addPatient();
  for (const moved of [false, true]) {
    const old = slotsNow();
    const key = await keyOf(born.userId, PASSPHRASE);
    const next = randomBytes(32);
    const recoveryNext = sealForRecovery(born.clinicId, Buffer.from(old.recoveryPublic, 'base64'), next);
    const both = { ...old, recoveryNext, slots: old.slots.map((slot) => handKey(born.clinicId, slot, key, next)) };
    await laptop.must('session.close', {});
    if (moved) {
      const opened = openDatabase(join(folder, 'ryggrad.db'), key);
      if (!opened.ok) throw new Error(opened.code);
      opened.db.pragma('journal_mode=DELETE');
      opened.db.rekey(Buffer.concat([Buffer.from('raw:'), next]));
      opened.db.close();
    }
    writeSlots(folder, both);
    expect((await unlock(born.userId, PASSPHRASE)).ok).toBe(true);
    expect(slotsNow().recoveryNext).toBeUndefined();
    expect(slotsNow().recoverySealed).toBe(moved ? recoveryNext : old.recoverySealed);
    expect((await keyOf(born.userId, PASSPHRASE)).equals(moved ? next : key)).toBe(true);
    expect((await laptop.must('patient.get', { id: patient.id })).patient.familyName).toBe('Nordmann');
  }
});

test('a key that somebody without the record put into a slot is not taken', async () => {
  const slots = slotsNow();
  await laptop.must('session.close', {});
  const strangers = randomBytes(32);
  const planted = slots.slots.map((slot) => handKey(born.clinicId, slot, randomBytes(32), strangers));
  writeSlots(folder, { ...slots, slots: planted });
  expect(await unlock(born.userId, PASSPHRASE)).toMatchObject({ ok: false, code: 'unlock/wrong-passphrase' });
  writeSlots(folder, slots);
  expect((await unlock(born.userId, PASSPHRASE)).ok).toBe(true);
});

test('slots of the first version open, become new ones at unlock, and until then a new key waits', async () => {
  const bent = await laptop.must('user.add', { ...colleague, passphrase: OTHER });
  const deviceSecret = await laptop.ports.keyStore.deviceSecret();
  const slots = slotsNow();
  const asBefore = async (userId: string, passphrase: string) => {
    const opened = await openSlot(slots, userId, passphrase, deviceSecret);
    const slot = slots.slots.find((candidate) => candidate.userId === userId);
    if (opened === null || slot === undefined) throw new Error('the slot does not open');
    const about = `ryggrad-slot-v1|${born.clinicId}|${userId}|${slots.deviceId}`;
    const key = await slotKey(passphrase, Buffer.from(slot.salt, 'base64'), deviceSecret, about);
    const plain = Buffer.concat([opened.databaseKey, opened.signingKey.export({ format: 'der', type: 'pkcs8' })]);
    const { publicKey: _, ...rest } = slot;
    return { ...rest, sealed: seal(key, plain, about).toString('base64') };
  };
  const old = { ...slots, slots: [await asBefore(born.userId, PASSPHRASE), await asBefore(bent.id, OTHER)] };
  await laptop.must('session.close', {});
  writeSlots(folder, old);
  expect((await unlock(born.userId, PASSPHRASE)).ok).toBe(true);
  expect(await laptop.call('key.rotate', { passphrase: PASSPHRASE })).toMatchObject({
    ok: false,
    code: 'key/unlock-first',
    details: { names: ['Bent Dal'] },
  });
  expect((await laptop.must('app.state', {})).phase).toBe('open');
  expect((await unlock(bent.id, OTHER)).ok).toBe(true);
  expect((await unlock(born.userId, PASSPHRASE)).ok).toBe(true);
  await laptop.must('key.rotate', { passphrase: PASSPHRASE });
  expect(existsSync(join(folder, 'ryggrad.db.next'))).toBe(false);
});
