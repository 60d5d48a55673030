/**
 * G8, the second half: a laptop is revoked while it holds what nobody has seen. At its next contact it hands that in, erases
 * its keys and its copy, and says so; a server's word without a person's signature erases nothing.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { clinicDay } from '#db/rules/appointments.ts';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSPHRASE, testLaptop, type TestLaptop } from '#electron/core/testing.ts';
import { until } from '#tests/sync/laptop.ts';
import { quarantined } from '#sync-server/testing/opened.ts';
import { withServerKeys } from '#tests/tools/server-sql.ts';
import { ensureRenderer, freshHome, removeHome, startDemoLaptop, startLaptop, startServer } from './app.ts';
import type { DemoLaptop, Running } from './app.ts';
import { launchBrowser, openApp } from './browser.ts';
import { ask, unlock } from './steps.ts';

let browser: Browser;
let chief: DemoLaptop;
let server: Running;
let lost: TestLaptop;
let online = true;

beforeAll(async () => {
  ensureRenderer();
  server = await startServer(await freshHome('g8b-server'));
  chief = await startDemoLaptop(await freshHome('g8b'), server.url);
  browser = await launchBrowser();
  lost = testLaptop({ fetch: (input, init) => (online ? fetch(input, init) : Promise.reject(new TypeError('no network'))) });
});
afterAll(async () => {
  await browser?.close();
  await lost?.close();
  await chief?.stop();
  await server?.stop();
  for (const home of [chief?.home, server?.home]) if (home !== undefined) await removeHome(home);
});

test('G8: revoked from another laptop: what it held is handed in, then its keys and its copy are gone', async () => {
  const watched = await openApp(browser, chief.url);
  await unlock(watched, chief.passphrase);
  const { id } = await ask<{ id: string }>(watched, 'user.add', {
    name: 'Bo Lund',
    email: 'bo@demo.example',
    roles: ['PRACTITIONER'],
    profession: 'KI',
    hprNumber: null,
    validUntil: null,
    passphrase: null,
  });
  const inSync = () =>
    until(
      async () => (await ask<{ pending: number }>(watched, 'sync.now', {})).pending,
      (pending) => pending === 0,
      'this laptop has sent everything',
      60_000,
    );
  await inSync();
  const { code } = await ask<{ code: string }>(watched, 'device.invite', { userId: id });
  const joined = await lost.must('clinic.join', { code, deviceName: 'Loftet', passphrase: PASSPHRASE });
  await lost.must('session.unlock', { ...joined, passphrase: PASSPHRASE });
  await until(
    () => lost.must('sync.now', {}),
    ({ pending, state }) => pending === 0 && state === 'in_sync',
    'the colleague is in sync',
    60_000,
  );
  const folder = join(lost.home, 'clinics', joined.clinicId);
  expect(existsSync(join(folder, 'ryggrad.db'))).toBe(true);

  // Away from the network something is written that nobody else has.
  online = false;
  const today = await ask<{ items: { patient: { id: string } }[] }>(watched, 'day.list', { day: clinicDay(new Date().toISOString()) });
  const patientId = today.items[0]?.patient.id ?? '';
  const visit = await lost.must('encounter.start', { patientId, visitType: 'follow_up' });
  await lost.must('section.write', { encounterId: visit.id, key: 'subjective', text: 'Skrevet på maskinen som ble borte.' });

  // The chief revokes it, in the window, with keys.
  await watched.press('Alt+6');
  await watched.page.getByRole('tab', { name: 'Maskiner' }).focus();
  await watched.press('Enter');
  await watched.page
    .getByRole('row', { name: /Loftet/ })
    .getByRole('button', { name: 'Trekk tilbake' })
    .focus();
  await watched.press('Enter');
  await watched.page.getByText(/Trekk tilbake Loftet\? Den leverer/).waitFor();
  await watched.page.getByRole('button', { name: 'Ja, trekk tilbake' }).focus();
  await watched.press('Enter');
  await watched.page.getByRole('row', { name: /Loftet.*trukket tilbake/ }).waitFor();
  const shots = process.env['RYGGRAD_SCREENSHOTS'];
  if (shots !== undefined) await watched.page.screenshot({ path: `${shots}/revoked-devices.png` });

  online = true;
  await until(
    async () => {
      await lost.call('sync.now', {});
      return existsSync(folder);
    },
    (there) => !there,
    'the copy is gone',
    60_000,
  );
  const state = await lost.must('app.state', {});
  expect(state).toMatchObject({ phase: 'launch', session: null });
  expect(state.clinics.map(({ clinicId }) => clinicId)).not.toContain(joined.clinicId);
  expect(state.erased).toHaveLength(1);
  expect(readdirSync(join(lost.home, 'clinics'))).not.toContain(joined.clinicId);

  // What it held is at the server, whole, sealed in quarantine; the chief is told, reads it, and takes it in.
  const sealed = (await withServerKeys(server.home, (pool) => quarantined(pool, joined.clinicId))).filter(
    ({ code }) => code === 'device/revoked',
  );
  expect(sealed.map(({ change }) => change).join('\n')).toContain('Skrevet på maskinen som ble borte.');

  await ask(watched, 'sync.now', {});
  await watched.press('Alt+4');
  await watched.page.getByText(/Loftet: \d+ endringer venter på at en behandler leser dem/).waitFor();
  if (shots !== undefined) await watched.page.screenshot({ path: `${shots}/handed-in-notice.png` });
  await watched.page.getByRole('button', { name: 'Les', exact: true }).focus();
  await watched.press('Enter');
  await watched.page.getByText('Skrevet på maskinen som ble borte.').waitFor();
  if (shots !== undefined) await watched.page.screenshot({ path: `${shots}/handed-in.png` });
  await watched.press('1');
  await watched.page.getByText('Ingenting er levert inn og venter.').waitFor();
  const { sections } = await until(
    () => ask<{ sections: { key: string; text: string }[] }>(watched, 'encounter.get', { id: visit.id }),
    (chart) => chart.sections !== undefined,
    'the visit is here',
  );
  expect(sections).toContainEqual(expect.objectContaining({ key: 'subjective', text: 'Skrevet på maskinen som ble borte.' }));

  // Whoever opens the program there is told, once.
  await lost.core.close();
  const reopened = await startLaptop(lost.home, { RYGGRAD_SYNC_URL: 'http://127.0.0.1:9' });
  const page = await openApp(browser, reopened.url);
  await page.page.getByText(/er slettet fra denne maskinen fordi den ble trukket tilbake/).waitFor();
  if (shots !== undefined) await page.page.screenshot({ path: `${shots}/erased.png` });
  await page.page.getByRole('button', { name: 'Lest' }).focus();
  await page.press('Enter');
  await page.page.getByText(/er slettet fra denne maskinen/).waitFor({ state: 'detached' });
  await reopened.stop();
});
