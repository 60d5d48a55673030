import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '#db/sqlite/open.ts';
import { ok } from '#electron/contract/verb.ts';
import type { Context } from '../context.ts';
import { handlers } from '../handlers.ts';
import { parseRecoveryCode } from '../keys/recovery-code.ts';
import { readSlots, unsealRecovery } from '../keys/slots.ts';
import { openClinic, testLaptop } from '../testing.ts';
import type { TestLaptop } from '../testing.ts';
import type { CoreServices } from '../services.ts';
import { service } from '../use-case.ts';
import { backUpToday } from './backup-plan.ts';

let run: (ctx: Context) => unknown = () => null;
let held: CoreServices | null = null;
const probe = service('sync.now', async (services) => {
  held = services;
  const result = services.transaction((ctx) => ok(run(ctx)));
  return result.ok ? ok(null as never) : result;
});
const withProbe = [...handlers.filter((handler) => handler.verb !== 'sync.now'), probe];

let old: TestLaptop;
let fresh: TestLaptop;
let usb: string;
let born: { clinicId: string; userId: string; recoveryCode: string };
beforeEach(async () => {
  old = testLaptop({ handlers: withProbe });
  fresh = testLaptop({ handlers: withProbe });
  usb = join(old.home, 'usb');
  mkdirSync(usb);
  born = await openClinic(old);
  await on(old, (ctx) => ctx.insert('patient', { givenName: 'Frøydis', familyName: 'Kvamme', phone: '47889900' }));
});
afterEach(async () => {
  await old.close();
  await fresh.close();
});

async function on<T>(laptop: TestLaptop, work: (ctx: Context) => T): Promise<T> {
  let value: T | undefined;
  run = (ctx) => {
    value = work(ctx);
  };
  await laptop.must('sync.now', {});
  return value as T;
}
const NEW_PASSPHRASE = 'gran humle kvist odde';
const restoring = (file: string, recoveryCode = born.recoveryCode) =>
  fresh.call('backup.restore', { file, recoveryCode, passphrase: NEW_PASSPHRASE });
const folderOf = (laptop: TestLaptop): string => join(laptop.home, 'clinics', born.clinicId);

test('attachments that only this laptop has go with the backup, sealed; without their folder they are said to be missing', async () => {
  const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from('KANARIFILM'.repeat(50))]);
  const patientId = await on(old, (ctx) => ctx.rows('patient', '1 = 1')[0]?.id ?? '');
  const { addingId } = await old.must('attachment.begin', { patientId, title: 'Nakke', byteLength: png.length });
  await old.must('attachment.put', { addingId, n: 0, data: png.toString('base64') });
  const { id } = await old.must('attachment.finish', { addingId });
  const { file } = await old.must('backup.create', { folder: usb });
  const beside = `${file}-attachments`;
  const [copy = ''] = readdirSync(beside);
  expect(readFileSync(join(beside, copy)).includes('KANARI')).toBe(false);
  expect((await restoring(file)).ok).toBe(true);
  await fresh.must('session.unlock', { clinicId: born.clinicId, userId: born.userId, passphrase: NEW_PASSPHRASE });
  const { data } = await fresh.must('attachment.read', { id, n: 0 });
  expect(Buffer.from(data, 'base64').equals(png)).toBe(true);

  rmSync(beside, { recursive: true });
  const bare = testLaptop();
  try {
    await bare.must('backup.restore', { file, recoveryCode: born.recoveryCode, passphrase: NEW_PASSPHRASE });
    await bare.must('session.unlock', { clinicId: born.clinicId, userId: born.userId, passphrase: NEW_PASSPHRASE });
    expect((await bare.must('attachment.list', { patientId })).attachments).toMatchObject([{ place: 'lost', problem: 'attachment/lost' }]);
  } finally {
    await bare.close();
  }
});

test('a backup is one sealed file that says nothing about anybody, and the laptop goes on', async () => {
  const made = await old.must('backup.create', { folder: usb });
  expect(readdirSync(usb)).toEqual([made.file.slice(usb.length + 1)]);
  expect(made.rows).toBeGreaterThan(1);
  const bytes = readFileSync(made.file);
  expect(made.bytes).toBe(bytes.length);
  for (const word of ['Frøydis', 'Kvamme', '47889900', 'Kim Rygg'])
    for (const encoding of ['utf8', 'utf16le'] as const) expect(bytes.includes(Buffer.from(word, encoding))).toBe(false);
  expect(readdirSync(folderOf(old)).filter((name) => name.startsWith('backup-copy'))).toEqual([]);
  expect(await fresh.must('backup.inspect', { file: made.file })).toEqual({
    clinicName: 'Bakken kiropraktikk',
    madeAt: '2026-11-23T08:00:00.000Z',
  });
  await on(old, (ctx) => ctx.insert('patient', { givenName: 'Ola', familyName: 'Nordmann' }));
});

test('comes back as a new device with a new key, with what was unsent still under the old one', async () => {
  const before = await on(old, (ctx) => ctx.db.prepare('select id, device_id, hash from outbox order by born').all());
  const oldDevice = (await old.must('app.state', {})).session?.deviceId;
  const { file } = await old.must('backup.create', { folder: usb });
  const restored = await restoring(file);
  expect(restored).toEqual({ ok: true, value: { clinicId: born.clinicId, users: [{ userId: born.userId, name: 'Kim Rygg' }] } });
  const session = await fresh.must('session.unlock', { clinicId: born.clinicId, userId: born.userId, passphrase: NEW_PASSPHRASE });
  expect(session.deviceId).not.toBe(oldDevice);
  const now = await on(fresh, (ctx) => ctx.db.prepare('select id, device_id, hash from outbox order by born').all());
  expect(now.slice(0, before.length)).toEqual(before);
  expect((now as { device_id: string }[]).slice(before.length).every((entry) => entry.device_id === session.deviceId)).toBe(true);
  expect(await on(fresh, (ctx) => ctx.rows('patient', '1 = 1').map((row) => row.givenName))).toEqual(['Frøydis']);
  // The new device's log begins anew, beside the old one's.
  expect(
    await on(fresh, (ctx) => ctx.db.prepare('select min(n) as first from audit_event where device_id = ?').get(session.deviceId)),
  ).toEqual({ first: 1 });
  const recovery = parseRecoveryCode(born.recoveryCode);
  const [oldKey, newKey] = [old, fresh].map((laptop) =>
    unsealRecovery(born.clinicId, recovery ?? Buffer.alloc(32), readSlots(folderOf(laptop))?.recoverySealed ?? ''),
  );
  expect(oldKey?.equals(newKey ?? Buffer.alloc(0))).toBe(false);
  await fresh.must('session.close', {});
  expect(openDatabase(join(folderOf(fresh), 'ryggrad.db'), oldKey ?? Buffer.alloc(32))).toEqual({ ok: false, code: 'database/wrong-key' });
});

test('a wrong code, another file and a damaged backup are refused, and nothing is left behind', async () => {
  const { file } = await old.must('backup.create', { folder: usb });
  const otherCode = born.recoveryCode.startsWith('A') ? `B${born.recoveryCode.slice(1)}` : `A${born.recoveryCode.slice(1)}`;
  expect(await restoring(file, otherCode)).toEqual({ ok: false, code: 'backup/wrong-code' });
  expect(await restoring(join(usb, 'none'))).toEqual({ ok: false, code: 'backup/unreadable' });
  writeFileSync(join(usb, 'letter.txt'), 'Hei\nhei');
  expect(await restoring(join(usb, 'letter.txt'))).toEqual({ ok: false, code: 'backup/unreadable' });
  const bytes = readFileSync(file);
  const place = bytes.length - 9000;
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  writeFileSync(join(usb, 'bitten'), bytes);
  expect(await restoring(join(usb, 'bitten'))).toEqual({ ok: false, code: 'backup/unreadable' });
  writeFileSync(join(usb, 'cut'), readFileSync(file).subarray(0, 30_000));
  expect(await restoring(join(usb, 'cut'))).toEqual({ ok: false, code: 'backup/unreadable' });
  expect((await fresh.must('app.state', {})).clinics).toEqual([]);
  expect(readdirSync(fresh.home).filter((name) => name.startsWith('restoring'))).toEqual([]);
  expect((await restoring(file)).ok).toBe(true);
});

test('never over a clinic that is whole; a damaged one is set aside, not deleted', async () => {
  const { file } = await old.must('backup.create', { folder: usb });
  const here = { file, recoveryCode: born.recoveryCode, passphrase: NEW_PASSPHRASE };
  expect(await old.call('backup.restore', here)).toEqual({ ok: false, code: 'backup/clinic-exists' });
  await old.must('session.close', {});
  expect(await old.call('backup.restore', here)).toEqual({ ok: false, code: 'backup/clinic-exists' });
  const database = join(folderOf(old), 'ryggrad.db');
  const bytes = readFileSync(database);
  const place = 4096 * 3 + 500;
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  writeFileSync(database, bytes);
  expect((await old.call('backup.restore', here)).ok).toBe(true);
  const aside = readdirSync(join(old.home, 'set-aside'));
  expect(aside).toHaveLength(1);
  expect(readFileSync(join(old.home, 'set-aside', aside[0] ?? '', 'ryggrad.db')).equals(bytes)).toBe(true);
  expect((await old.call('session.unlock', { clinicId: born.clinicId, userId: born.userId, passphrase: NEW_PASSPHRASE })).ok).toBe(true);
});

test('with several people it asks who is restoring', async () => {
  const colleague = await old.must('user.add', {
    name: 'Ane',
    email: 'ane@bakken.example',
    roles: ['PRACTITIONER'],
    profession: 'KI',
    hprNumber: null,
    validUntil: null,
    passphrase: null,
  });
  const { file } = await old.must('backup.create', { folder: usb });
  expect(await restoring(file)).toMatchObject({
    ok: false,
    code: 'backup/choose-user',
    details: { users: [{ name: 'Ane' }, { name: 'Kim Rygg' }] },
  });
  expect(
    (await fresh.call('backup.restore', { file, recoveryCode: born.recoveryCode, passphrase: NEW_PASSPHRASE, userId: colleague.id })).ok,
  ).toBe(true);
  expect(
    (await fresh.must('session.unlock', { clinicId: born.clinicId, userId: colleague.id, passphrase: NEW_PASSPHRASE })).user.name,
  ).toBe('Ane');
});

test('a folder that is not there is named, and the old backup stays', async () => {
  const { file } = await old.must('backup.create', { folder: usb });
  expect(await old.call('backup.create', { folder: join(usb, 'gone') })).toEqual({ ok: false, code: 'backup/folder-unusable' });
  appendFileSync(join(usb, 'other'), 'x');
  old.pass(60_000);
  await old.must('backup.create', { folder: usb });
  expect(readdirSync(usb)).toContain(file.slice(usb.length + 1));
});

const DAY = 86_400_000;
async function plan(): Promise<void> {
  await on(old, () => null);
  if (held !== null) await backUpToday(held);
}

test('a backup a day goes to the chosen folder by itself; what is older than a week and a month is cleared, a stranger’s file is not', async () => {
  writeFileSync(join(usb, 'ferie.jpg'), 'x');
  writeFileSync(join(usb, `ryggrad-${born.clinicId.slice(-8)}-lik.ryggrad-backup`), 'x');
  const own = await old.must('backup.create', { folder: usb });
  await old.must('backup.setPlan', { folder: usb });
  old.pass(DAY);
  for (let day = 0; day < 40; day += 1) {
    await plan();
    await plan();
    old.pass(DAY);
  }
  const files = readdirSync(usb);
  const { session } = await old.must('app.state', {});
  const automatic = files.filter((name) => name.startsWith(`ryggrad-${session?.deviceId.slice(-8)}-`));
  // Seven days, and the Sundays of the three weeks before this one that they do not reach.
  expect(automatic.length).toBeGreaterThanOrEqual(9);
  expect(automatic.length).toBeLessThanOrEqual(11);
  expect(files).toContain('ferie.jpg');
  expect(files).toContain(own.file.slice(usb.length + 1));
  expect(files.filter((name) => name.endsWith('.unfinished'))).toEqual([]);
  expect((await old.must('backup.plan', {})).lastAt?.slice(0, 10)).toBe('2027-01-02');
});

test('a disk that is not plugged in is said, and the next attempt makes the backup', async () => {
  await old.must('backup.setPlan', { folder: usb });
  rmSync(usb, { recursive: true });
  await plan();
  expect(await old.must('backup.plan', {})).toMatchObject({ problem: 'backup/folder-unusable', lastAt: null });
  mkdirSync(usb);
  await plan();
  expect(await old.must('backup.plan', {})).toMatchObject({ problem: null, lastAt: expect.any(String) as string });
  expect(await old.call('backup.setPlan', { folder: join(usb, 'nowhere') })).toMatchObject({ ok: false, code: 'backup/folder-unusable' });
});

test('a drill opens the backup with the printed code, counts, holds it against the record, and leaves nothing', async () => {
  const { file } = await old.must('backup.create', { folder: usb });
  expect(await old.call('backup.drill', { file, recoveryCode: 'AAAA-BBBB-CCCC-DDDD' })).toMatchObject({ code: 'backup/wrong-code' });
  expect(await old.must('backup.drill', { file, recoveryCode: born.recoveryCode })).toMatchObject({ patients: 1, visits: 0, missing: 0 });
  // A note that was signed before the backup and is not in it.
  const madeAt = old.ports.clock.now().getTime();
  old.setClock(new Date(madeAt - DAY).toISOString());
  await on(old, (ctx) => {
    const patient = ctx.rows('patient', '1 = 1')[0];
    ctx.db
      .prepare(
        `insert into encounter (id, clinic_id, seq, deleted, field_seq, patient_id, practitioner_id, visit_type, status, visit_at, recorded_at, signed_at, content_hash)
         values ('e', ?, 0, 0, '{}', ?, ?, 'follow_up', 'signed', ?, ?, ?, 'x')`,
      )
      .run(ctx.clinicId, patient?.id, ctx.actor.userId, ctx.now, ctx.now, ctx.now);
  });
  expect(await old.must('backup.drill', { file, recoveryCode: born.recoveryCode })).toMatchObject({ patients: 1, visits: 0, missing: 1 });
  const damaged = readFileSync(file);
  damaged[damaged.length - 5000] = (damaged[damaged.length - 5000] ?? 0) ^ 1;
  writeFileSync(file, damaged);
  expect(await old.call('backup.drill', { file, recoveryCode: born.recoveryCode })).toMatchObject({ code: 'backup/unreadable' });
  expect(readdirSync(old.home).filter((name) => name.startsWith('drill-'))).toEqual([]);
});
