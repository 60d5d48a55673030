/**
 * A person puts on a second factor by keyboard, and the server asks for it: at sign-in, and on the new laptop that is taken into use in
 * their name. The laptop they sit at goes on as before. An administrator takes it from a colleague who has lost their telephone.
 */
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSPHRASE, testLaptop, type TestLaptop } from '#electron/core/testing.ts';
import { codeAt } from '#sync-server/core/totp.ts';
import { until } from '#tests/sync/laptop.ts';
import { ensureRenderer, freshHome, removeHome, startDemoLaptop, startLaptop, startServer } from './app.ts';
import type { DemoLaptop, Running } from './app.ts';
import { launchBrowser, openApp } from './browser.ts';
import type { WatchedPage } from './browser.ts';
import { ask, unlock } from './steps.ts';

let browser: Browser;
let server: Running;
let chief: DemoLaptop;
let fresh: Running;
let colleague: TestLaptop;

beforeAll(async () => {
  ensureRenderer();
  server = await startServer(await freshHome('factor-server'));
  chief = await startDemoLaptop(await freshHome('factor'), server.url);
  fresh = await startLaptop(await freshHome('factor-new'));
  colleague = testLaptop({ fetch });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await colleague?.close();
  for (const one of [chief, fresh, server]) {
    await one?.stop();
    if (one !== undefined) await removeHome(one.home);
  }
});

const signIn = async (body: Record<string, string>) => {
  const response = await fetch(`${server.url}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: chief.email, passphrase: chief.passphrase, ...body }),
  });
  return (await response.json()) as { code?: string; accessToken?: string };
};

/** A code that has not been used: of this step, or of the next, which is taken as well. */
const used = new Set<string>();
function freshCode(secret: string): string {
  const code = [0, 30_000].map((ahead) => codeAt(secret, new Date(Date.now() + ahead))).find((one) => !used.has(one)) ?? '';
  used.add(code);
  return code;
}

async function openMine(watched: WatchedPage): Promise<void> {
  await watched.press('Alt+6');
  await watched.page.getByRole('heading', { name: 'Totrinnspålogging' }).waitFor();
}

test('a second factor is put on by keyboard, asked for by the server on a new laptop, and taken off again', async () => {
  const watched = await openApp(browser, chief.url);
  await unlock(watched, chief.passphrase);
  await until(
    async () => (await ask<{ connected: boolean }>(watched, 'secondFactor.state', {})).connected,
    (connected) => connected,
    'the demo has found its server',
    30_000,
  );
  await openMine(watched);
  const { page } = watched;
  await page.getByRole('button', { name: 'Slå på totrinnspålogging' }).focus();
  await watched.press('Enter');
  await page.getByRole('img', { name: 'QR-kode for autentiseringsappen' }).waitFor();
  const secret = ((await page.locator('[data-secret]').textContent()) ?? '').replaceAll(/\s/g, '');
  expect(secret).toMatch(/^[A-Z2-7]{32}$/);

  // The caret stands where the code goes; a wrong one is said, and nothing is on.
  await watched.type('000000');
  await watched.press('Enter');
  await page.getByRole('alert').waitFor();
  expect((await signIn({})).accessToken).toBeDefined();
  await watched.type(freshCode(secret));
  await watched.press('Enter');
  await page.getByRole('list', { name: 'Reservekoder' }).waitFor();
  const codes = await page.locator('.factor-codes li').allTextContents();
  expect(codes).toHaveLength(10);
  await watched.press('Enter');
  await page.getByText('10 reservekoder igjen.').waitFor();

  // At sign-in.
  expect((await signIn({})).code).toBe('session/second-factor-needed');
  expect((await signIn({ secondFactor: codes[0] ?? '' })).accessToken).toBeDefined();
  expect((await signIn({ secondFactor: codes[0] ?? '' })).code).toBe('session/second-factor-wrong');

  // On a new laptop, with what the QR of the first one says.
  const me = (await ask<{ session: { user: { id: string } } }>(watched, 'app.state', {})).session.user.id;
  const { code } = await ask<{ code: string }>(watched, 'device.invite', { userId: me });
  const other = await openApp(browser, fresh.url);
  await other.page.getByRole('button', { name: 'Bli med i en klinikk' }).focus();
  await other.press('Enter');
  await other.page.getByRole('heading', { name: 'Bli med i en klinikk' }).waitFor();
  await other.type(code);
  await other.press('Tab');
  await other.type('Ny på loftet');
  await other.press('Tab');
  await other.type(chief.passphrase);
  await other.press('Enter');
  const field = other.page.getByLabel('Kode fra autentiseringsappen');
  await field.waitFor();
  await other.page.getByText('Skriv også koden').waitFor();
  await other.type(codes[1] ?? '');
  await other.press('Enter');
  await other.page.locator('[data-recovery-code]').waitFor();
  expect(await other.violations()).toEqual([]);
  await other.close();

  // The laptop here opens by its passphrase, as before.
  await ask(watched, 'session.close', {});
  await unlock(watched, chief.passphrase);
  await openMine(watched);
  await page.getByText('8 reservekoder igjen.').waitFor();

  // Off again, against a code.
  await page.getByLabel('Kode fra appen, eller reservekode').focus();
  await watched.type(codes[2] ?? '');
  await watched.press('Tab');
  await watched.press('Tab');
  await watched.press('Enter');
  await page.getByRole('button', { name: 'Slå på totrinnspålogging' }).waitFor();
  expect((await signIn({})).accessToken).toBeDefined();
  expect(await watched.violations()).toEqual([]);
  await watched.close();
});

test('an administrator resets it for a colleague who has lost telephone and codes, after being asked once more', async () => {
  const watched = await openApp(browser, chief.url);
  const state = await ask<{ phase: string }>(watched, 'app.state', {});
  if (state.phase !== 'open') await unlock(watched, chief.passphrase);
  const { id } = await ask<{ id: string }>(watched, 'user.add', {
    name: 'Bo Lund',
    email: 'bo@demo.example',
    roles: ['PRACTITIONER'],
    profession: 'KI',
    hprNumber: null,
    validUntil: null,
    passphrase: null,
  });
  await until(
    async () => (await ask<{ pending: number }>(watched, 'sync.now', {})).pending,
    (pending) => pending === 0,
    'the colleague is known on the server',
    30_000,
  );
  const { code } = await ask<{ code: string }>(watched, 'device.invite', { userId: id });
  const joined = await colleague.must('clinic.join', { code, deviceName: 'Loftet', passphrase: PASSPHRASE });
  await colleague.must('session.unlock', { ...joined, passphrase: PASSPHRASE });
  await until(
    () => colleague.must('sync.now', {}),
    ({ pending }) => pending === 0,
    'the colleague’s key is known on the server',
    30_000,
  );
  const { secret } = await colleague.must('secondFactor.begin', {});
  await colleague.must('secondFactor.confirm', { code: codeAt(secret, new Date()) });
  // A colleague may not do it to the chief, nor to themselves.
  expect(await colleague.call('secondFactor.reset', { userId: id })).toMatchObject({ code: 'permission/denied' });

  await watched.press('Alt+6');
  const { page } = watched;
  await page.getByRole('tab', { name: 'Kolleger' }).focus();
  await watched.press('Enter');
  const row = page.getByRole('row').filter({ hasText: 'Bo Lund' });
  await row.getByRole('button', { name: 'Nullstill totrinn' }).focus();
  await watched.press('Enter');
  // The caret stands on No.
  await row.getByText('Nullstille totrinnspålogging for Bo Lund?').waitFor();
  await watched.press('Tab');
  await watched.press('Enter');
  await page.getByText('Lagret.').waitFor();
  await row.getByRole('button', { name: 'Nullstill totrinn' }).waitFor({ state: 'detached' });
  expect(await colleague.must('secondFactor.state', {})).toMatchObject({ own: null });
  const log = await ask<{ events: { verb: string; deviceName: string | null }[] }>(watched, 'audit.list', {
    actorId: null,
    action: 'change',
    from: null,
    to: null,
  });
  expect(log.events.filter(({ verb }) => verb.startsWith('secondFactor')).map(({ verb, deviceName }) => [verb, deviceName])).toContainEqual(
    ['secondFactor.reset', 'Server'],
  );
  expect(await watched.violations()).toEqual([]);
  await watched.close();
});
