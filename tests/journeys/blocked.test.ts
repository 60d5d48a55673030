/** J12 and J13 at the screen: the patient shuts the journal for a colleague, who opens it in an emergency, and the clinic is told. */
import AxeBuilder from '@axe-core/playwright';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureRenderer, freshHome, removeHome, startDemoLaptop, type DemoLaptop } from './app.ts';
import { launchBrowser, openApp, type WatchedPage } from './browser.ts';
import { ask, unlock } from './steps.ts';

const OTHERS = 'myr odde foss gran';
let browser: Browser;
let laptop: DemoLaptop;
beforeAll(async () => {
  ensureRenderer();
  laptop = await startDemoLaptop(await freshHome('blocked'));
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await laptop?.stop();
  if (laptop !== undefined) await removeHome(laptop.home);
});

async function openPatient(watched: WatchedPage, name: string): Promise<void> {
  await watched.press('Control+k');
  await watched.type(name);
  await watched.page.getByRole('option', { name: new RegExp(name) }).waitFor();
  await watched.press('Enter');
}

test('shut for a colleague, opened in an emergency with a reason, and seen by whoever answers for the clinic', async () => {
  const watched = await openApp(browser, laptop.url);
  const { page } = watched;
  await unlock(watched, laptop.passphrase);
  await ask(watched, 'user.add', {
    name: 'Bodil Vik',
    email: 'bodil@demo.example',
    roles: ['PRACTITIONER'],
    profession: 'KI',
    hprNumber: null,
    validUntil: null,
    passphrase: OTHERS,
  });
  await openPatient(watched, 'Bjørnstad');
  await page.getByRole('heading', { name: 'Sperret for' }).waitFor();
  await page.getByLabel('Sperr for …').selectOption({ label: 'Bodil Vik' });
  await page.getByRole('button', { name: 'Opphev' }).waitFor();

  await ask(watched, 'session.close', {});
  await page.getByLabel('Hvem').selectOption({ label: 'Bodil Vik – Demo-klinikken' });
  await page.getByLabel('Passordfrase').focus();
  await unlock(watched, OTHERS);
  await watched.press('Control+k');
  await watched.type('Bjørnstad');
  await page.getByRole('option', { name: /Bjørnstad.*Sperret/ }).waitFor();
  await watched.press('Enter');
  await page.getByRole('heading', { name: 'Sperret journal' }).waitFor();
  expect(await page.getByRole('button', { name: 'Åpne i én time' }).isDisabled()).toBe(true);
  await page.getByLabel('Hvorfor kan det ikke vente?').fill('Bevisstløs i venterommet, trenger medisinliste');
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await page.getByRole('button', { name: 'Åpne i én time' }).click();
  await page.getByRole('heading', { name: /Bjørnstad/ }).waitFor();
  await page.getByText(/Nødåpnet av Bodil Vik/).waitFor();

  await ask(watched, 'session.close', {});
  await page.getByLabel('Hvem').selectOption({ label: 'Kiran Demo – Demo-klinikken' });
  await page.getByLabel('Passordfrase').focus();
  await unlock(watched, laptop.passphrase);
  const alert = page.getByRole('alert').filter({ hasText: 'Nødåpning: Bodil Vik' });
  await alert.waitFor();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await alert.getByRole('button', { name: 'Sett' }).click();
  await alert.waitFor({ state: 'detached' });
  await watched.close();
});
