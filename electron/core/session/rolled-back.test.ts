/** An older copy of the record in place of the present one, and a record that is damaged: said, untouched, and a way on. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openClinic, PASSPHRASE, testLaptop, type TestLaptop } from '../testing.ts';

let laptop: TestLaptop;
let born: Awaited<ReturnType<typeof openClinic>>;
let record: string;
beforeEach(async () => {
  laptop = testLaptop();
  born = await openClinic(laptop);
  record = join(laptop.home, 'clinics', born.clinicId, 'ryggrad.db');
});
afterEach(() => laptop.close());

const unlock = () => laptop.call('session.unlock', { clinicId: born.clinicId, userId: born.userId, passphrase: PASSPHRASE });
const setAside = () => laptop.call('clinic.setAside', { clinicId: born.clinicId, userId: born.userId, passphrase: PASSPHRASE });
const newPatient = (familyName: string) =>
  laptop.must('patient.create', { givenName: 'Ola', familyName, missingNationalIdReason: 'unknown' });

test('a file rolled back by a month is found, left as it is, set aside, and the clinic restored from its backup', async () => {
  await newPatient('Før');
  await laptop.must('session.close', {});
  const old = join(laptop.home, 'old.db');
  copyFileSync(record, old);
  laptop.pass(30 * 86_400_000);
  expect((await unlock()).ok).toBe(true);
  await newPatient('Etter');
  const usb = join(laptop.home, 'usb');
  mkdirSync(usb);
  const { file } = await laptop.must('backup.create', { folder: usb });
  await laptop.must('session.close', {});

  copyFileSync(old, record);
  expect(await unlock()).toEqual({ ok: false, code: 'database/rolled-back' });
  expect(readFileSync(record).equals(readFileSync(old))).toBe(true);
  expect(await setAside()).toMatchObject({ ok: true, value: { clinics: [] } });
  const [aside = ''] = readdirSync(join(laptop.home, 'set-aside'));
  expect(readFileSync(join(laptop.home, 'set-aside', aside, 'ryggrad.db')).equals(readFileSync(old))).toBe(true);

  await laptop.must('backup.restore', { file, recoveryCode: born.recoveryCode, passphrase: PASSPHRASE });
  expect((await unlock()).ok).toBe(true);
  expect((await laptop.must('patient.search', { query: 'Etter' })).hits).toHaveLength(1);
});

test('a file of the same length with another history is found too; without a memory the file opens', async () => {
  await laptop.must('session.close', {});
  const base = join(laptop.home, 'base.db');
  copyFileSync(record, base);
  expect((await unlock()).ok).toBe(true);
  await newPatient('Den Ene');
  await laptop.must('session.close', {});
  const one = join(laptop.home, 'one.db');
  copyFileSync(record, one);
  const guard = join(laptop.home, 'guards', `${born.clinicId}.json`);
  const memory = readFileSync(guard);
  rmSync(guard);
  copyFileSync(base, record);
  laptop.pass(60_000);
  expect((await unlock()).ok).toBe(true);
  await newPatient('Den Andre');
  await laptop.must('session.close', {});
  writeFileSync(guard, memory);
  expect(await unlock()).toEqual({ ok: false, code: 'database/rolled-back' });
  // A memory of another device, or a changed one, accuses nobody.
  writeFileSync(guard, memory.toString().replace(/"n":\d+/, '"n":9999'));
  expect((await unlock()).ok).toBe(true);
});

test('a crash between two memories accuses nobody', async () => {
  await newPatient('Skrevet');
  await laptop.restart();
  await newPatient('Mer').catch(() => {});
  for (let times = 0; times < 3; times += 1) {
    expect((await unlock()).ok).toBe(true);
    // As a kill would leave it: nothing remembered at the end.
    const guard = join(laptop.home, 'guards', `${born.clinicId}.json`);
    const memory = readFileSync(guard);
    await newPatient('Igjen');
    await laptop.must('session.close', {});
    writeFileSync(guard, memory);
  }
  expect((await unlock()).ok).toBe(true);
});

test('a damaged file can be set aside, a healthy one cannot, and nobody without the passphrase moves anything', async () => {
  expect(await setAside()).toEqual({ ok: false, code: 'clinic/healthy' });
  await laptop.must('session.close', {});
  expect(await laptop.call('clinic.setAside', { clinicId: born.clinicId, userId: born.userId, passphrase: 'feil passord' })).toMatchObject({
    code: 'unlock/wrong-passphrase',
  });
  const bytes = readFileSync(record);
  bytes.fill(7, 4096, 8192);
  writeFileSync(record, bytes);
  // Opening does not read that page: the check before the move does.
  expect((await unlock()).ok).toBe(true);
  expect(await setAside()).toMatchObject({ ok: true });
  expect(existsSync(record)).toBe(false);
});
