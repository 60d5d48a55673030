/** A laptop left on a train while it was at work: its whole folder, without the passphrase and without the system's keychain (issue 4, Shows 5). */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { syntheticNationalId } from '#db/rules/fodselsnummer.ts';
import { openSlot, readSlots } from '#electron/core/keys/slots.ts';
import { openClinic, PASSPHRASE, testLaptop, type TestLaptop } from '#electron/core/testing.ts';
import { scanFolder } from './scan.ts';
import { tryKeys } from './try-keys.ts';

const PATIENT = {
  givenName: 'Kvitrine',
  familyName: 'Sølvfjærmo',
  nationalId: syntheticNationalId({ birthDate: '1981-07-19', n: 41 }),
  phone: '94073158',
};
const NOTE = 'murrende ubehag ved skulderbladets spiss';
const SCAN = `Røntgensvar for ${PATIENT.familyName}: ${NOTE}`;

let laptop: TestLaptop;
let stolen = '';
let clinic: { clinicId: string; userId: string; recoveryCode: string };
let databaseKey: Buffer;
const recordIn = (home: string) => join(home, 'clinics', clinic.clinicId, 'ryggrad.db');

beforeAll(async () => {
  laptop = testLaptop();
  clinic = await openClinic(laptop);
  await laptop.must('session.setPin', { pin: '135790' });
  const { id: patientId } = await laptop.must('patient.create', PATIENT);
  const { id: encounterId } = await laptop.must('encounter.start', { patientId, visitType: 'follow_up' });
  await laptop.must('section.write', { encounterId, key: 'subjective', text: NOTE });
  await laptop.must('ui.save', { key: 'charts', value: { draft: NOTE, of: PATIENT.familyName } });
  await laptop.must('patient.search', { query: PATIENT.familyName, limit: 8 });
  const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from(SCAN)]);
  const { addingId } = await laptop.must('attachment.begin', { patientId, title: `${PATIENT.familyName}.png`, byteLength: png.length });
  await laptop.must('attachment.put', { addingId, n: 0, data: png.toString('base64') });
  await laptop.must('attachment.finish', { addingId });
  mkdirSync(join(laptop.home, 'backup'));
  await laptop.must('backup.create', { folder: join(laptop.home, 'backup') });
  await laptop.must('section.write', { encounterId, key: 'objective', text: `${NOTE}, verre om kvelden` });
  const folder = join(laptop.home, 'clinics', clinic.clinicId);
  const secret = await laptop.ports.keyStore.deviceSecret();
  databaseKey = Buffer.from((await openSlot(readSlots(folder) ?? fail(), clinic.userId, PASSPHRASE, secret))?.databaseKey ?? fail());
  // Taken while it runs: the log beside the record, and whatever lies there half done.
  stolen = mkdtempSync(join(tmpdir(), 'ryggrad-train-'));
  cpSync(laptop.home, stolen, { recursive: true });
  // In the app the system's keychain has it; here it is a file.
  rmSync(join(stolen, 'device-secret'));
});
afterAll(async () => {
  await laptop?.close();
  if (stolen !== '') rmSync(stolen, { recursive: true, force: true });
});
function fail(): never {
  throw new Error('the slot does not open');
}

test('nothing of a patient can be read in it, in any form', () => {
  const names = readdirSync(stolen, { recursive: true, encoding: 'utf8' });
  expect(names.some((name) => name.endsWith('ryggrad.db-wal'))).toBe(true);
  expect(names.some((name) => name.endsWith('.ryggrad-backup'))).toBe(true);
  expect(names.filter((name) => name.includes('attachment')).length).toBeGreaterThan(0);
  const needles = [...Object.values(PATIENT), NOTE, SCAN, 'verre om kvelden', clinic.recoveryCode, PASSPHRASE];
  expect(scanFolder(stolen, needles).leaks).toEqual([]);
  // And not in the names of the files.
  for (const needle of [PATIENT.familyName, PATIENT.nationalId]) expect(names.join('\n')).not.toContain(needle);
  // What the same search finds where there is something.
  writeFileSync(join(stolen, 'control.txt'), Buffer.from(`xx${NOTE}`).toString('base64'));
  expect(scanFolder(stolen, needles).leaks).toHaveLength(1);
  rmSync(join(stolen, 'control.txt'));
});

test('no 32 bytes that lie in it are the key, as they stand, in hex, in base64, or as the hash of a file; where one is, it is found', () => {
  const clean = tryKeys(stolen, recordIn(stolen));
  expect(clean.opened).toEqual([]);
  expect(clean.files).toBeGreaterThan(4);
  expect(clean.keys).toBeGreaterThan(2000);
  const forms: Record<string, Buffer | string> = {
    raw: Buffer.concat([Buffer.from('xyz'), databaseKey, Buffer.from('z')]),
    hex: `{"k":"${databaseKey.toString('hex')}"}`,
    base64: `{"k":"${databaseKey.toString('base64')}"}`,
  };
  for (const [how, content] of Object.entries(forms)) {
    const planted = mkdtempSync(join(tmpdir(), 'ryggrad-planted-'));
    writeFileSync(join(planted, 'notes.json'), content);
    expect(tryKeys(planted, recordIn(stolen)).opened).toEqual([{ file: 'notes.json', how }]);
    rmSync(planted, { recursive: true, force: true });
  }
});

test('the passphrase alone opens it on no other machine, and the keychain alone on none', async () => {
  const slots = readSlots(join(stolen, 'clinics', clinic.clinicId)) ?? fail();
  for (const secret of [Buffer.alloc(32), Buffer.alloc(32, 255), readFileSync(recordIn(stolen)).subarray(0, 32)])
    expect(await openSlot(slots, clinic.userId, PASSPHRASE, secret)).toBeNull();
  const secret = await laptop.ports.keyStore.deviceSecret();
  for (const guess of ['', ' ', '135790', 'passord', PASSPHRASE.toUpperCase(), clinic.recoveryCode])
    expect(await openSlot(slots, clinic.userId, guess, secret)).toBeNull();
  expect(await openSlot(slots, clinic.userId, PASSPHRASE, secret)).not.toBeNull();
  // Its own app on a machine of the thief's, with the passphrase looked at over a shoulder.
  const thief = testLaptop({ home: stolen });
  expect(await thief.call('session.unlock', { clinicId: clinic.clinicId, userId: clinic.userId, passphrase: PASSPHRASE })).toMatchObject({
    ok: false,
  });
  expect(existsSync(recordIn(stolen))).toBe(true);
  await thief.close();
});

test('nobody but its owner may read a file of it', () => {
  const secret = readdirSync(laptop.home, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /ryggrad\.db|slots|device-secret|\.ryggrad-backup$/.test(name),
  );
  expect(secret.length).toBeGreaterThan(3);
  expect(secret.filter((name) => (statSync(join(laptop.home, name)).mode & 0o077) !== 0)).toEqual([]);
});
