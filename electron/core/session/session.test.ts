import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bornClinic, openClinic, PASSPHRASE, testLaptop } from '../testing.ts';
import type { TestLaptop } from '../testing.ts';

let laptop: TestLaptop;
beforeEach(() => {
  laptop = testLaptop();
});
afterEach(() => laptop.close());

const folderOf = (clinicId: string): string => join(laptop.home, 'clinics', clinicId);

describe('unlocking', () => {
  test('needs the passphrase, and opens with it after a restart', async () => {
    const { clinicId, userId } = await bornClinic(laptop);
    expect(await laptop.call('session.unlock', { clinicId, userId, passphrase: 'furu lyng tind' })).toEqual({
      ok: false,
      code: 'unlock/wrong-passphrase',
    });
    expect((await laptop.must('session.unlock', { clinicId, userId, passphrase: PASSPHRASE })).user).toMatchObject({
      name: 'Kim Rygg',
      roles: ['ADMIN', 'PRACTITIONER'],
    });
    await laptop.restart();
    expect(await laptop.call('clinic.get', {})).toEqual({ ok: false, code: 'session/closed' });
    expect((await laptop.must('session.unlock', { clinicId, userId, passphrase: PASSPHRASE })).clinicName).toBe('Bakken kiropraktikk');
  });

  test('needs this device too: the files alone open nowhere else', async () => {
    const { clinicId, userId } = await bornClinic(laptop);
    writeFileSync(join(laptop.home, 'device-secret'), Buffer.alloc(32, 1).toString('base64'));
    expect(await laptop.call('session.unlock', { clinicId, userId, passphrase: PASSPHRASE })).toEqual({
      ok: false,
      code: 'unlock/wrong-passphrase',
    });
  });

  test('takes the passphrase as it was meant, composed or decomposed', async () => {
    const { clinicId, userId } = await openClinic(laptop);
    await laptop.must('session.changePassphrase', { current: PASSPHRASE, next: 'blåbærtur på fjellet'.normalize('NFD') });
    await laptop.restart();
    expect((await laptop.call('session.unlock', { clinicId, userId, passphrase: 'blåbærtur på fjellet'.normalize('NFC') })).ok).toBe(true);
    await laptop.restart();
    expect(await laptop.call('session.unlock', { clinicId, userId, passphrase: PASSPHRASE })).toEqual({
      ok: false,
      code: 'unlock/wrong-passphrase',
    });
  });

  test('slows guessing: five are free, the wait doubles, and neither restart nor tampering ends it', async () => {
    const { clinicId, userId } = await bornClinic(laptop);
    const wrong = () => laptop.call('session.unlock', { clinicId, userId, passphrase: 'feil' });
    for (let i = 0; i < 5; i += 1) expect(await wrong()).toMatchObject({ code: 'unlock/wrong-passphrase' });
    expect(await wrong()).toEqual({ ok: false, code: 'unlock/throttled', details: { retryAfterMs: 15_000 } });
    await laptop.restart();
    expect(await laptop.call('session.unlock', { clinicId, userId, passphrase: PASSPHRASE })).toMatchObject({ code: 'unlock/throttled' });
    laptop.pass(15_000);
    expect(await wrong()).toMatchObject({ code: 'unlock/wrong-passphrase' });
    expect(await wrong()).toMatchObject({ code: 'unlock/throttled', details: { retryAfterMs: 30_000 } });
    const tries = join(folderOf(clinicId), `tries-${userId}.json`);
    writeFileSync(tries, JSON.stringify({ ...JSON.parse(readFileSync(tries, 'utf8')), failures: 0 }));
    laptop.pass(60_000);
    expect(await wrong()).toMatchObject({ code: 'unlock/throttled', details: { retryAfterMs: 900_000 } });
  });

  test('a count that was tampered with costs the longest wait, not the record', async () => {
    const { clinicId, userId } = await bornClinic(laptop);
    writeFileSync(join(folderOf(clinicId), `tries-${userId}.json`), '{}');
    expect(await laptop.call('session.unlock', { clinicId, userId, passphrase: PASSPHRASE })).toMatchObject({ code: 'unlock/throttled' });
    laptop.pass(15 * 60_000);
    expect((await laptop.call('session.unlock', { clinicId, userId, passphrase: PASSPHRASE })).ok).toBe(true);
  });

  test('a common passphrase is not taken', async () => {
    const born = bornClinic(laptop);
    await born;
    expect(
      await laptop.call('clinic.create', {
        clinic: { name: 'B', orgNumber: null, addressLine: null, postalCode: null, city: null, phone: null, email: null },
        user: { name: 'C', email: 'c@b.example', profession: null, hprNumber: null },
        passphrase: 'Kiropraktor1',
      }),
    ).toEqual({ ok: false, code: 'passphrase/too-common' });
    expect((await laptop.must('app.state', {})).clinics).toHaveLength(1);
  });

  test('keeps no secret readable on disk', async () => {
    const { clinicId } = await openClinic(laptop);
    for (const name of readdirSync(folderOf(clinicId), { recursive: true, encoding: 'utf8' })) {
      if (statSync(join(folderOf(clinicId), name)).isDirectory()) continue;
      const bytes = readFileSync(join(folderOf(clinicId), name));
      expect([name, bytes.includes(PASSPHRASE)]).toEqual([name, false]);
    }
    expect(statSync(join(laptop.home, 'device-secret')).mode & 0o077).toBe(0);
  });
});

describe('a damaged file', () => {
  test('answers with its code and is left as it was', async () => {
    const { clinicId, userId } = await openClinic(laptop);
    await laptop.core.close();
    const file = join(folderOf(clinicId), 'ryggrad.db');
    const bytes = readFileSync(file);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    expect(await laptop.call('session.unlock', { clinicId, userId, passphrase: PASSPHRASE })).toEqual({
      ok: false,
      code: 'database/damaged',
    });
    expect(readFileSync(file).equals(bytes)).toBe(true);
    // And again: nothing is held by the failed try.
    expect(await laptop.call('session.unlock', { clinicId, userId, passphrase: PASSPHRASE })).toEqual({
      ok: false,
      code: 'database/damaged',
    });
  });

  test('a damaged list of slots hides the clinic, it does not stop the program', async () => {
    const { clinicId } = await bornClinic(laptop);
    writeFileSync(join(folderOf(clinicId), 'slots.json'), '{"version":1,');
    expect((await laptop.must('app.state', {})).clinics).toEqual([]);
  });
});

describe('locked', () => {
  test('answers nothing but unlocking, and keeps where the window was', async () => {
    await openClinic(laptop);
    await laptop.must('session.setPin', { pin: '135790' });
    await laptop.must('ui.save', { key: 'charts', value: { caret: 17 } });
    await laptop.must('session.lock', {});
    expect((await laptop.must('app.state', {})).phase).toBe('locked');
    expect(await laptop.call('ui.load', { key: 'charts' })).toEqual({ ok: false, code: 'session/locked' });
    expect(await laptop.call('clinic.get', {})).toEqual({ ok: false, code: 'session/locked' });
    await laptop.must('session.unlockPin', { pin: '135790' });
    expect(await laptop.must('ui.load', { key: 'charts' })).toEqual({ value: { caret: 17 } });
  });

  test('five wrong PINs end the PIN; the passphrase still opens', async () => {
    await openClinic(laptop);
    await laptop.must('session.setPin', { pin: '135790' });
    await laptop.must('session.lock', {});
    for (let i = 0; i < 4; i += 1)
      expect(await laptop.call('session.unlockPin', { pin: '000000' })).toEqual({ ok: false, code: 'unlock/wrong-pin' });
    expect(await laptop.call('session.unlockPin', { pin: '000000' })).toEqual({ ok: false, code: 'unlock/pin-used-up' });
    expect(await laptop.call('session.unlockPin', { pin: '135790' })).toEqual({ ok: false, code: 'unlock/pin-used-up' });
    expect(await laptop.call('session.unlockPassphrase', { passphrase: 'feil' })).toMatchObject({ code: 'unlock/wrong-passphrase' });
    await laptop.must('session.unlockPassphrase', { passphrase: PASSPHRASE });
    expect((await laptop.must('app.state', {})).phase).toBe('open');
  });

  test('the PIN is gone when the session is: it opens no closed clinic', async () => {
    const { clinicId, userId } = await openClinic(laptop);
    await laptop.must('session.setPin', { pin: '135790' });
    await laptop.must('session.close', {});
    expect(await laptop.call('session.unlockPin', { pin: '135790' })).toEqual({ ok: false, code: 'session/closed' });
    await laptop.must('session.unlock', { clinicId, userId, passphrase: PASSPHRASE });
    await laptop.must('session.lock', {});
    expect(await laptop.call('session.unlockPin', { pin: '135790' })).toEqual({ ok: false, code: 'unlock/pin-used-up' });
  });
});

describe('several people on one laptop', () => {
  const COLLEAGUE = 'bregne myr odde foss';
  async function withColleague() {
    const { clinicId, userId } = await openClinic(laptop);
    const colleague = await laptop.must('user.add', {
      name: 'Ane Kollega',
      email: 'ane@bakken.example',
      roles: ['ASSISTANT'],
      profession: null,
      hprNumber: null,
      validUntil: null,
      passphrase: COLLEAGUE,
    });
    return { clinicId, userId, colleagueId: colleague.id };
  }

  test('each has their own passphrase, roles and drafts', async () => {
    const { clinicId, userId, colleagueId } = await withColleague();
    await laptop.must('ui.save', { key: 'page', value: 'chart' });
    await laptop.must('session.close', {});
    expect((await laptop.must('app.state', {})).clinics[0]?.users.map((user) => user.name)).toEqual(['Kim Rygg', 'Ane Kollega']);
    expect(await laptop.call('session.unlock', { clinicId, userId: colleagueId, passphrase: PASSPHRASE })).toMatchObject({
      code: 'unlock/wrong-passphrase',
    });
    const session = await laptop.must('session.unlock', { clinicId, userId: colleagueId, passphrase: COLLEAGUE });
    expect(session.user).toMatchObject({ id: colleagueId, roles: ['ASSISTANT'] });
    expect(await laptop.must('ui.load', { key: 'page' })).toEqual({ value: null });
    expect(
      await laptop.call('user.add', {
        name: 'X',
        email: 'x@bakken.example',
        roles: ['ADMIN'],
        profession: null,
        hprNumber: null,
        validUntil: null,
        passphrase: null,
      }),
    ).toEqual({ ok: false, code: 'permission/denied' });
    await laptop.must('session.unlock', { clinicId, userId, passphrase: PASSPHRASE });
    expect(await laptop.must('ui.load', { key: 'page' })).toEqual({ value: 'chart' });
  });

  test('a mistyped passphrase of the next person leaves the first one in', async () => {
    const { clinicId, userId, colleagueId } = await withColleague();
    expect(await laptop.call('session.unlock', { clinicId, userId: colleagueId, passphrase: 'feil' })).toMatchObject({
      code: 'unlock/wrong-passphrase',
    });
    expect((await laptop.must('app.state', {})).session?.user.id).toBe(userId);
  });

  test('an address is one person; one without a way in here may be given one', async () => {
    await withColleague();
    const person = {
      name: 'Ane igjen',
      email: 'ANE@bakken.example',
      roles: ['ASSISTANT' as const],
      profession: null,
      hprNumber: null,
      validUntil: null,
    };
    expect(await laptop.call('user.add', { ...person, passphrase: COLLEAGUE })).toEqual({ ok: false, code: 'user/email-taken' });
    const elsewhere = await laptop.must('user.add', { ...person, email: 'bo@bakken.example', name: 'Bo', passphrase: null });
    expect(await laptop.call('user.add', { ...person, email: 'bo@bakken.example', name: 'Bo', passphrase: null })).toEqual({
      ok: false,
      code: 'user/email-taken',
    });
    expect((await laptop.must('user.add', { ...person, email: 'bo@bakken.example', name: 'Bo', passphrase: COLLEAGUE })).id).toBe(
      elsewhere.id,
    );
    expect((await laptop.must('app.state', {})).clinics[0]?.users.map((user) => user.name)).toContain('Bo');
  });

  test('the last administrator stays one', async () => {
    const { userId } = await withColleague();
    expect(await laptop.call('user.update', { userId, set: { roles: ['PRACTITIONER'] } })).toEqual({ ok: false, code: 'user/last-admin' });
    expect(await laptop.call('user.update', { userId, set: { active: false } })).toEqual({ ok: false, code: 'user/last-admin' });
  });
});

describe('a second copy of the app', () => {
  test('is refused while the first has the clinic open, and let in afterwards', async () => {
    const { clinicId, userId } = await openClinic(laptop);
    const second = testLaptop({ home: laptop.home });
    expect(await second.call('session.unlock', { clinicId, userId, passphrase: PASSPHRASE })).toEqual({
      ok: false,
      code: 'app/already-running',
    });
    expect((await laptop.call('clinic.get', {})).ok).toBe(true);
    await laptop.must('session.close', {});
    expect((await second.call('session.unlock', { clinicId, userId, passphrase: PASSPHRASE })).ok).toBe(true);
    await second.close();
  });

  test('another process is refused too, and what a killed one held is free', async () => {
    const { clinicId, userId } = await bornClinic(laptop);
    const other = fork(join(import.meta.dirname, '../process.ts'), [], {
      env: { ...process.env, RYGGRAD_HOME: laptop.home },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const answers = new Map<number, (value: unknown) => void>();
    const ready = new Promise<void>((resolve) => {
      other.on('message', (message: { ready?: boolean; id?: number; result?: unknown }) => {
        if (message.ready === true) resolve();
        if (message.id !== undefined) answers.get(message.id)?.(message.result);
      });
    });
    await ready;
    const unlocked = await new Promise((resolve) => {
      answers.set(1, resolve);
      other.send({ id: 1, verb: 'session.unlock', input: { clinicId, userId, passphrase: PASSPHRASE } });
    });
    expect(unlocked).toMatchObject({ ok: true });
    expect(await laptop.call('session.unlock', { clinicId, userId, passphrase: PASSPHRASE })).toEqual({
      ok: false,
      code: 'app/already-running',
    });
    const gone = new Promise((resolve) => other.once('exit', resolve));
    other.kill('SIGKILL');
    await gone;
    expect((await laptop.call('session.unlock', { clinicId, userId, passphrase: PASSPHRASE })).ok).toBe(true);
  });
});
