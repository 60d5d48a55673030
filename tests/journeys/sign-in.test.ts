/**
 * A colleague signs in by Clerk for a new laptop: from the window to the server's page in the browser, back over loopback, and in. Clerk's own
 * script and tokens are played at its wire; `@clerk/clerk-react` and `@clerk/backend` are the real ones.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deliver, fakeClerk, userEvent, type FakeClerk } from '#sync-server/testing/fake-clerk.ts';
import { foundClinic, addColleague, type Laptop } from '#sync-server/testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from '#sync-server/testing/test-database.ts';
import { openTestServer, type TestServer } from '#sync-server/testing/test-server.ts';
import { ensureRenderer, freshHome, removeHome, startLaptop, type Running } from './app.ts';
import { launchBrowser, openApp } from './browser.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const clerk: FakeClerk = fakeClerk();
const parties: string[] = [];
let browser: Browser;
let database: TestDatabase;
let server: TestServer;
let laptop: Running;
let url: string;
let colleague: Laptop;

beforeAll(async () => {
  ensureRenderer();
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  const built = spawnSync(process.execPath, [vite, 'build', '--config', 'build/vite.sign-in.ts'], { cwd: ROOT, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(built.stdout + built.stderr);
  database = await openTestDatabase();
  server = await openTestServer(database, { clerk: { ...clerk.settings, parties } });
  url = await server.url();
  // The page's own origin, as the operator names it.
  parties.push(url);
  const boss = await foundClinic(server.app);
  colleague = await addColleague(server.app, boss, ['PRACTITIONER']);
  await deliver(server.app, clerk.delivery(userEvent('user.created', 'user_kari', colleague.email)));
  laptop = await startLaptop(await freshHome('sign-in'));
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await laptop?.stop();
  if (laptop !== undefined) await removeHome(laptop.home);
  await server?.close();
  await database?.close();
});

/** What Clerk's script is to the page: somebody who is in, with a token for this origin. */
function clerkScript(token: string): string {
  return `window.Clerk = {
    loaded: false, status: 'ready', version: 'played', isSignedIn: true,
    session: { id: 'sess_kari', status: 'active', getToken: async () => ${JSON.stringify(token)}, lastActiveToken: { jwt: { claims: { sub: 'user_kari', sid: 'sess_kari' } } }, actor: null, factorVerificationAge: null },
    user: { id: 'user_kari', organizationMemberships: [] }, organization: null,
    client: { sessions: [], signIn: {}, signUp: {}, signedInSessions: [] },
    async load() { this.loaded = true; },
    get __internal_lastEmittedResources() {
      const { client, session, user, organization } = this;
      return (this.emitted ??= { client, session, user, organization });
    },
    on(event, listener, options) { if (options?.notify) listener('ready'); }, off() {},
    addListener(listener) { const { client, session, user, organization } = this; listener({ client, session, user, organization }); return () => {}; },
    __internal_updateProps() {}, __unstable__updateProps() {},
  };`;
}

async function openPage(address: string, token: string): Promise<{ page: Page; problems: string[] }> {
  const context = await browser.newContext();
  const problems: string[] = [];
  await context.route(`${clerk.settings.issuer}/**`, (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      headers: { 'access-control-allow-origin': '*' },
      body: /clerk-js/.test(route.request().url()) ? clerkScript(token) : 'window.__internal_ClerkUICtor = class {};',
    }),
  );
  const page = await context.newPage();
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(address);
  return { page, problems };
}

test('by the browser a colleague comes in on a new laptop, with a passphrase for opening it offline', async () => {
  const watched = await openApp(browser, laptop.url);
  const { page } = watched;
  await page.getByRole('button', { name: 'Bli med i en klinikk' }).focus();
  await watched.press('Enter');
  await page.getByRole('button', { name: 'Logg på i nettleseren i stedet' }).focus();
  await watched.press('Enter');
  await watched.type(url);
  await watched.press('Enter');
  const address = (await page.locator('[data-sign-in-page]').textContent()) ?? '';
  expect(new URL(address).origin).toBe(url);

  const { page: signIn, problems } = await openPage(address, clerk.token({ sub: 'user_kari', sid: 'sess_kari', azp: url }));
  await signIn.getByText('Du er logget på. Lukk siden').waitFor();
  expect(new URL(signIn.url()).hostname).toBe('127.0.0.1');
  expect(problems).toEqual([]);

  await page.getByText('Velg navn og passordfrase').waitFor();
  await page.getByLabel('Navn på denne maskinen').focus();
  await watched.type('Karis egen');
  await watched.press('Tab');
  await watched.type('bjørk torsk holme seil');
  await watched.press('Enter');
  await page.locator('[data-recovery-code]').waitFor();
  expect(await watched.violations()).toEqual([]);
  await watched.close();
});

test('a page that was opened with anything else says so and asks Clerk nothing', async () => {
  const { page } = await openPage(`${url}/auth/clerk/sign-in?port=80&state=x&challenge=y`, 'x');
  await page.getByRole('alert').waitFor();
  expect(await page.evaluate(() => 'Clerk' in window)).toBe(false);
});
