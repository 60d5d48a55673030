/**
 * The same patient registered on two laptops while the cable was out: the card shows both side by side, is decided by the keyboard,
 * the person's page shows everything of both, and one act takes them apart again.
 */
import AxeBuilder from '@axe-core/playwright';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { syntheticNationalId } from '#db/rules/fodselsnummer.ts';
import { PASSPHRASE, testLaptop, type TestLaptop } from '#electron/core/testing.ts';
import { until } from '#tests/sync/laptop.ts';
import { ensureRenderer, freshHome, removeHome, startDemoLaptop, startServer, type DemoLaptop, type Running } from './app.ts';
import { launchBrowser, openApp, type WatchedPage } from './browser.ts';
import { ask, unlock } from './steps.ts';

let browser: Browser;
let laptop: DemoLaptop;
let server: Running;
let watched: WatchedPage;
let colleague: TestLaptop;
let online = true;
const NUMBER = syntheticNationalId({ birthDate: '1968-03-14', n: 7 });

beforeAll(async () => {
  ensureRenderer();
  server = await startServer(await freshHome('same-server'));
  laptop = await startDemoLaptop(await freshHome('same'), server.url);
  browser = await launchBrowser();
  watched = await openApp(browser, laptop.url);
  await unlock(watched, laptop.passphrase);
  await inSync();
  colleague = testLaptop({ fetch: (input, init) => (online ? fetch(input, init) : Promise.reject(new TypeError('no network'))) });
  const { id } = await ask<{ id: string }>(watched, 'user.add', {
    name: 'Bo Lund',
    email: 'bo@demo.example',
    roles: ['PRACTITIONER'],
    profession: 'KI',
    hprNumber: null,
    validUntil: null,
    passphrase: null,
  });
  await inSync();
  const { code } = await ask<{ code: string }>(watched, 'device.invite', { userId: id });
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

async function inSync(): Promise<void> {
  await until(
    async () => (await ask<{ pending: number }>(watched, 'sync.now', {})).pending,
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
async function picture(name: string): Promise<void> {
  const shots = process.env['RYGGRAD_SCREENSHOTS'];
  if (shots !== undefined) await watched.page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
}
async function nothingForAxe(): Promise<void> {
  const { violations } = await new AxeBuilder({ page: watched.page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}
const charted = async (patientId: string) =>
  (await colleague.must('patient.timeline', { patientId })).items.filter(({ kind }) => kind === 'encounter').length;

test('registered twice offline, merged by the keyboard, everything of both on one page, and taken apart by two keys', async () => {
  const { page } = watched;
  online = false;
  const theirs = await colleague.must('patient.create', {
    givenName: 'Synnøve',
    familyName: 'Aasen Prøve',
    birthDate: '1968-03-14',
    nationalId: NUMBER,
    phone: '911 11 111',
    fastlegeName: 'Lege Prøvesen',
    addressLine: 'Prøveveien 4',
    postalCode: '0001',
    city: 'Oslo',
  });
  await colleague.must('safety.set', { patientId: theirs.id, kind: 'anticoagulants', state: 'yes', detail: 'Eliquis' });
  await colleague.must('encounter.start', { patientId: theirs.id, visitType: 'initial' });
  const mine = await ask<{ id: string }>(watched, 'patient.create', {
    givenName: 'Synnøve',
    familyName: 'Prøve',
    birthDate: '1968-03-14',
    nationalId: NUMBER,
    phone: '922 22 222',
    addressLine: 'Prøveveien 4 B',
    postalCode: '0001',
    city: 'Oslo',
  });
  await ask(watched, 'safety.set', { patientId: mine.id, kind: 'anticoagulants', state: 'none', detail: null });
  await ask(watched, 'safety.set', { patientId: mine.id, kind: 'allergies', state: 'yes', detail: 'Penicillin' });
  await ask(watched, 'encounter.start', { patientId: mine.id, visitType: 'acute' });
  online = true;
  await settled();

  await expect.poll(async () => await page.locator('.rail-item', { hasText: 'Konflikter' }).innerText()).toContain('1');
  await watched.press('Alt+4');
  const card = page.locator('.same-person');
  await card.getByRole('heading', { name: 'Samme person registrert to ganger?' }).waitFor();
  expect(await card.innerText()).not.toContain(NUMBER);
  await expect.poll(async () => await card.locator('tr[data-next]').innerText()).toContain('Navn');
  await picture('1-card');
  await nothingForAxe();
  watched.resetKeys();
  // Name of the first, telephone of the second, address of the first; the only fastlege is chosen, and seen to be.
  for (const [key, part] of [
    ['1', 'Telefon'],
    ['2', 'Adresse'],
  ] as const) {
    await watched.press(key);
    await expect.poll(async () => await card.locator('tr[data-next]').innerText()).toContain(part);
  }
  await watched.press('1');
  await expect.poll(async () => await card.locator('tr[data-next]').count()).toBe(0);
  expect(await card.locator('button[aria-pressed="true"]').allInnerTexts()).toEqual(expect.arrayContaining(['Lege Prøvesen']));
  await picture('2-card-decided');
  await watched.press('m');
  await page.getByText('Ingen konflikter.').waitFor();
  await page
    .getByRole('status')
    .getByRole('button', { name: /Til Aasen Prøve|Til Prøve/ })
    .waitFor();
  expect(watched.keys()).toBe(4);
  await settled();

  const { hits } = await ask<{ hits: { id: string; familyName: string; phone: string }[] }>(watched, 'patient.search', { query: NUMBER });
  expect(hits).toHaveLength(1);
  const [hit] = hits;
  if (hit === undefined) throw new Error('nobody');
  const away = hit.id === mine.id ? theirs.id : mine.id;
  // On the colleague's laptop as well, by either registration.
  expect([await charted(mine.id), await charted(theirs.id)]).toEqual([2, 2]);
  await openPatient(hit.familyName);
  await page.getByText('Også registrert som').waitFor();
  await expect.poll(async () => await page.locator('table.list tbody tr').count()).toBe(2);
  const band = await page.getByRole('region', { name: 'Viktig før behandling' }).innerText();
  expect(band).toContain('Penicillin');
  expect(band).toContain('Blodfortynnende (Eliquis) – to svar, må avklares');
  await picture('3-merged');
  await nothingForAxe();
  await page.locator('table.list tbody tr').first().focus();
  await watched.press('Enter');
  await page.locator('.chart').waitFor();
  await page.getByText('Også registrert som').waitFor();
  await picture('4-merged-visit');
  await openPatient(hit.familyName);
  await watched.press('u');
  await page.getByText('går tilbake dit det hang').waitFor();
  await picture('5-undo-asked');
  await watched.press('u');
  await page.getByText('Kan være registrert to ganger').waitFor();
  await expect.poll(async () => await page.locator('table.list tbody tr').count()).toBe(1);
  await picture('6-undone');
  await settled();
  expect([await charted(mine.id), await charted(theirs.id)]).toEqual([1, 1]);
  expect((await colleague.must('patient.get', { id: away })).patient.id).toBe(away);
  // Compared once more, from the page itself.
  await page.getByRole('button', { name: 'Sammenlign' }).focus();
  await watched.press('Enter');
  await card.waitFor();
  await picture('7-compared-on-page');
  expect(await watched.violations()).toEqual([]);
});

/** The patient's page, found by the palette. */
async function openPatient(name: string): Promise<void> {
  await watched.press('Control+k');
  await watched.type(name);
  await watched.page.getByRole('option', { name: /Synnøve/ }).waitFor();
  await watched.press('Enter');
  await watched.page.getByRole('heading', { name: 'Kontakt', exact: true }).waitFor();
}
