/**
 * G8, the first half: a colleague's laptop and this one changed the same while the cable was out. The card shows both,
 * is decided with at most three keys, offline; and both versions can be found afterwards.
 */
import { clinicDay } from '#db/rules/appointments.ts';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSPHRASE, testLaptop, type TestLaptop } from '#electron/core/testing.ts';
import { ensureRenderer, freshHome, removeHome, startDemoLaptop, startServer } from './app.ts';
import type { DemoLaptop, Running } from './app.ts';
import { launchBrowser, openApp } from './browser.ts';
import type { WatchedPage } from './browser.ts';
import { until } from '#tests/sync/laptop.ts';
import { ask, unlock } from './steps.ts';

let browser: Browser;
let laptop: DemoLaptop;
let server: Running;
let watched: WatchedPage;
let colleague: TestLaptop;
let online = true;

beforeAll(async () => {
  ensureRenderer();
  server = await startServer(await freshHome('g8-server'));
  laptop = await startDemoLaptop(await freshHome('g8'), server.url);
  browser = await launchBrowser();
  watched = await openApp(browser, laptop.url);
  await unlock(watched, laptop.passphrase);
  await inSync();
  colleague = testLaptop({ fetch: (input, init) => (online ? fetch(input, init) : Promise.reject(new TypeError('no network'))) });
  const { id } = await ok<{ id: string }>('user.add', {
    name: 'Bo Lund',
    email: 'bo@demo.example',
    roles: ['PRACTITIONER'],
    profession: 'KI',
    hprNumber: null,
    validUntil: null,
    passphrase: null,
  });
  await inSync();
  const { code } = await ok<{ code: string }>('device.invite', { userId: id });
  const joined = await colleague.must('clinic.join', { code, deviceName: 'Loftet', passphrase: PASSPHRASE });
  await colleague.must('session.unlock', { ...joined, passphrase: PASSPHRASE });
  await settled();
});
afterAll(async () => {
  await browser?.close();
  await colleague?.close();
  await laptop?.stop();
  await server?.stop();
  for (const home of [laptop?.home, server?.home]) if (home !== undefined) await removeHome(home);
});

async function ok<T>(verb: string, input: unknown): Promise<T> {
  return await ask<T>(watched, verb, input);
}
async function inSync(): Promise<void> {
  await until(
    async () => (await ok<{ pending: number }>('sync.now', {})).pending,
    (pending) => pending === 0,
    'this laptop has sent everything',
    60_000,
  );
}
async function settled(): Promise<void> {
  await inSync();
  await until(
    () => colleague.must('sync.now', {}),
    ({ pending, state }) => pending === 0 && (state === 'in_sync' || state === 'attention'),
    'the colleague is in sync',
    60_000,
  );
  await inSync();
}

interface Day {
  items: {
    appointment: { id: string; startsAt: string; durationMinutes: number };
    patient: { id: string; givenName: string; familyName: string };
  }[];
}

test('two laptops book the same time without knowing: both stand, it is shown, and one key goes to the day', async () => {
  const today = clinicDay(new Date().toISOString());
  const { items } = await ok<Day>('day.list', { day: today });
  const [one, other] = [...new Map(items.map((item) => [item.patient.id, item.patient])).values()];
  const { session } = await ok<{ session: { user: { id: string } } }>('app.state', {});
  const startsAt = new Date(Date.parse(`${today}T10:00:00.000Z`) + 9 * 86_400_000).toISOString();
  const slot = { practitionerId: session.user.id, startsAt, durationMinutes: 30, visitType: 'follow_up', reason: null };
  online = false;
  await colleague.must('appointment.book', { ...slot, patientId: one?.id ?? '', visitType: 'follow_up' });
  await ok('appointment.book', { ...slot, patientId: other?.id });
  online = true;
  await settled();
  const pairs = async () => (await ok<{ pairs: { bookings: { patientId: string }[] }[] }>('appointment.doubleBooked', {})).pairs;
  expect((await pairs()).map(({ bookings }) => bookings.map(({ patientId }) => patientId).toSorted())).toEqual([
    [one?.id, other?.id].toSorted(),
  ]);
  await expect.poll(async () => await watched.page.locator('.rail-item', { hasText: 'Konflikter' }).innerText()).toContain('1');
  await watched.press('Alt+4');
  await watched.page.getByRole('heading', { name: 'Dobbeltbookede timer' }).waitFor();
  await watched.page.getByRole('button', { name: 'Til dagen' }).focus();
  await watched.press('Enter');
  await expect.poll(async () => await watched.page.locator('table.list .due', { hasText: 'kolliderer' }).count()).toBe(2);
  await watched.press('Alt+4');
  await watched.page.getByRole('button', { name: 'Begge står' }).focus();
  await watched.press('Enter');
  await watched.page.getByText('Ingen konflikter.').waitFor();
  expect(await pairs()).toEqual([]);
});

test('G8: the same telephone number and the same appointment changed on two laptops are decided with one key each', async () => {
  const today = clinicDay(new Date().toISOString());
  const { items } = await ok<Day>('day.list', { day: today });
  const item = items.at(-1);
  if (item === undefined) throw new Error('the demo day is empty');
  const { patient, appointment } = item;
  const moved = (hours: number): string => new Date(Date.parse(appointment.startsAt) + hours * 3_600_000).toISOString();
  await colleague.must('patient.get', { id: patient.id });

  online = false;
  await colleague.must('patient.update', { id: patient.id, set: { phone: '911 11 111' } });
  await colleague.must('appointment.move', { id: appointment.id, startsAt: moved(24), durationMinutes: 20, allowClash: true });
  await ok('patient.update', { id: patient.id, set: { phone: '922 22 222' } });
  await ok('appointment.move', { id: appointment.id, startsAt: moved(48), durationMinutes: 20, allowClash: true });
  await inSync();
  online = true;
  await settled();

  // From here on without a server: decisions are ordinary writes.
  await server.kill();
  await watched.press('Alt+4');
  const cards = watched.page.locator('.conflict');
  await expect.poll(async () => await cards.count()).toBe(2);
  expect(await cards.filter({ hasText: '911 11 111' }).filter({ hasText: '922 22 222' }).count()).toBe(1);
  await expect.poll(async () => await watched.page.locator('.conflict ins').count()).toBeGreaterThan(0);
  const shots = process.env['RYGGRAD_SCREENSHOTS'];
  if (shots !== undefined) await watched.page.screenshot({ path: `${shots}/conflicts.png` });

  const fields = await Promise.all([0, 1].map(async (index) => await cards.nth(index).locator('h2').innerText()));
  watched.resetKeys();
  // Each card by one key: the telephone number of one's own, the appointment as both.
  for (const [index, field] of fields.entries()) {
    await watched.press(field.includes('tidspunkt') ? '3' : '1');
    await expect.poll(async () => await cards.count()).toBe(1 - index);
  }
  expect(watched.keys()).toBeLessThanOrEqual(3 * 2);
  await watched.page.getByText('Ingen konflikter.').waitFor();
  expect(await watched.violations()).toEqual([]);

  const { patient: now } = await ok<{ patient: { phone: string } }>('patient.get', { id: patient.id });
  expect(now.phone).toBe('922 22 222');
  const days = await Promise.all([24, 48].map(async (hours) => await ok<Day>('day.list', { day: moved(hours).slice(0, 10) })));
  for (const day of days) expect(day.items.some((one) => one.patient.id === patient.id)).toBe(true);
  // What was not chosen is still in the record, with who wrote it.
  const { conflicts } = await ok<{ conflicts: { conflict: { kept: string; lost: string; resolution: string } }[] }>('conflict.list', {
    open: false,
  });
  expect(conflicts.flatMap(({ conflict }) => [conflict.kept, conflict.lost])).toEqual(
    expect.arrayContaining(['911 11 111', '922 22 222', moved(24), moved(48)]),
  );
  const { events } = await ok<{ events: { verb: string; details: { resolution?: string } }[] }>('audit.list', { where: 'device' });
  expect(events.filter(({ verb }) => verb === 'conflict.resolve')).toHaveLength(2);
});
