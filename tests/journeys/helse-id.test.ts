/**
 * From the button to the session by HelseID (issue 6): a colleague whose laptop is new thinks better of it, signs in, is bound by the administrator's
 * code, and comes in; then sees in the settings who they are, and asks for level 4 of all. HelseID is `oidc-provider` over real HTTP, in a browser.
 */
import AxeBuilder from '@axe-core/playwright';
import type { Browser, BrowserContext } from 'playwright';
import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeOf, invitationFor, KARI, openHelseIdWorld, type HelseIdWorld } from '#sync-server/testing/helseid-world.ts';
import { addColleague, request, write, type Laptop } from '#sync-server/testing/test-clinic.ts';
import { ensureRenderer, freshHome, removeHome, startLaptop, type Running } from './app.ts';
import { launchBrowser, openApp, type WatchedPage } from './browser.ts';

const PASSPHRASE = 'bjørk torsk holme seil';
const SHOTS = process.env['RYGGRAD_SCREENSHOTS'];
let browser: Browser;
let world: HelseIdWorld;
let laptop: Running;
let kari: { userId: string; email: string };
let before: Laptop;

beforeAll(async () => {
  ensureRenderer();
  world = await openHelseIdWorld();
  before = await addColleague(world.server.app, world.boss, ['PRACTITIONER']);
  kari = { userId: v7(), email: 'kari@example.test' };
  const set = { name: 'Kari Kiropraktor', email: kari.email, roles: ['ADMIN', 'PRACTITIONER'] };
  await write(world.server.app, world.boss, { entity: 'user', rowId: kari.userId, set });
  laptop = await startLaptop(await freshHome('helse-id'));
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await laptop?.stop();
  if (laptop !== undefined) await removeHome(laptop.home);
  await world?.close();
});

async function shot({ page }: WatchedPage, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/helse-id-${name}.png` });
}

/** What the person does in the system's browser; its page says at the end what came of it. */
async function atHelseId(context: BrowserContext, address: string, who: string, ends: string): Promise<void> {
  const page = await context.newPage();
  await page.goto(address);
  await page.getByRole('button', { name: who }).click();
  await page.getByText(ends).waitFor();
  expect(new URL(page.url()).hostname).toBe('127.0.0.1');
  await page.close();
}

async function axe({ page }: WatchedPage): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
}

const addressIn = async ({ page }: WatchedPage): Promise<string> => (await page.locator('[data-sign-in-page]').textContent()) ?? '';

test('from the button to the session: bound by the code, known by HPR, and level 4 asked of all', async () => {
  const watched = await openApp(browser, laptop.url);
  const { page } = watched;
  const outside = await browser.newContext();
  const enter = async (name: string): Promise<void> => {
    await page.getByRole('button', { name }).focus();
    await watched.press('Enter');
  };
  await enter('Bli med i en klinikk');
  await enter('Logg på i nettleseren i stedet');
  await watched.type(world.url);
  await watched.press('Enter');
  await page.locator('[data-sign-in-page]').waitFor();
  await shot(watched, 'waiting');

  // Thought better of it: the window says so, and offers it again.
  await atHelseId(outside, await addressIn(watched), 'Avbryt', 'Innloggingen ble ikke fullført.');
  await page.getByText('Du avbrøt innloggingen hos HelseID.').waitFor();
  await shot(watched, 'cancelled');
  await enter('Logg inn med HelseID');
  await page.locator('[data-sign-in-page]').waitFor();
  await atHelseId(outside, await addressIn(watched), 'kari', 'Du er logget på. Lukk siden');
  await page.getByText('Du er logget inn med HelseID.').waitFor();

  // Nobody is found by their name: without the code it is said what is missing.
  await page.getByLabel('Navn på denne maskinen').focus();
  await watched.type('Karis egen');
  await watched.press('Tab');
  await watched.type(PASSPHRASE);
  await watched.press('Enter');
  await page.getByText('ikke knyttet til noen i klinikken ennå').waitFor();
  await shot(watched, 'not-bound');
  await axe(watched);
  await page.getByLabel('Engangskode (bare første gang)').focus();
  await watched.type(`${world.url}#${await invitationFor(world.server, world.boss, kari.userId)}`);
  await watched.press('Enter');
  await page.locator('[data-recovery-code]').waitFor();
  await watched.press('Space');
  await watched.press('Enter');

  await page.getByLabel('Passordfrase').waitFor();
  await page.getByLabel('Passordfrase').focus();
  await watched.type(PASSPHRASE);
  await watched.press('Enter');
  await page.getByRole('navigation').first().waitFor();
  await watched.press('Alt+6');
  await page.getByRole('heading', { name: 'HelseID' }).waitFor();
  await page.getByText(`HPR ${KARI.hprNumber} · kiropraktor`).waitFor();
  await page.getByText('Nivå 4 er vist på denne maskinen').waitFor();
  await shot(watched, 'bound');
  // What the browser still has at HelseID is ended there, by a page that says nothing of who.
  await enter('Logg ut av HelseID i nettleseren');
  const out = (await page.locator('[data-sign-out-page]').textContent()) ?? '';
  await shot(watched, 'signed-out');
  const gone = await fetch(out, { redirect: 'manual' });
  expect([out, gone.status, gone.headers.get('location')?.split('?')[0]]).toEqual([
    `${world.url}/auth/helseid/logout`,
    303,
    `${world.helseId.issuer}/connect/endsession`,
  ]);

  await enter('Krev nivå 4');
  await enter('Ja, krev nivå 4');
  await page.getByText('Klinikken krever HelseID på nivå 4 av alle').waitFor();
  await page.getByRole('heading', { name: 'HelseID' }).scrollIntoViewIfNeeded();
  await shot(watched, 'required');
  await axe(watched);
  expect(codeOf(await request(world.server.app, before, 'GET', '/v1/digest'))).toBe('auth/level-needed');
  expect(await watched.violations()).toEqual([]);
  await outside.close();
  await watched.close();
});
