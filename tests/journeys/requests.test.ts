/** J5–J7 at the screen, by keyboard and pointer: a request is taken down, refused with a letter, another granted, and the entry is gone. */
import AxeBuilder from '@axe-core/playwright';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureRenderer, freshHome, removeHome, startDemoLaptop, type DemoLaptop } from './app.ts';
import { launchBrowser, openApp } from './browser.ts';
import { ask, unlock } from './steps.ts';

/** A folder for pictures to be looked at; none in CI. */
const shots = process.env['RYGGRAD_SCREENSHOTS'];
let browser: Browser;
let laptop: DemoLaptop;
beforeAll(async () => {
  ensureRenderer();
  laptop = await startDemoLaptop(await freshHome('requests'));
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await laptop?.stop();
  if (laptop !== undefined) await removeHome(laptop.home);
});

test('taken down, refused with a letter; another granted after its conditions, and the entry is gone with a trace', async () => {
  const watched = await openApp(browser, laptop.url);
  const { page } = watched;
  await unlock(watched, laptop.passphrase);
  await watched.press('Control+k');
  await watched.type('Bjørnstad');
  await page.getByRole('option', { name: /Bjørnstad/ }).waitFor();
  await watched.press('Enter');
  const section = page.getByRole('region', { name: 'Krav om retting og sletting' });
  await section.getByText('Ingen krav.').waitFor();
  const before = await page.getByLabel('Historikk').or(page.locator('table.list')).first().locator('tr').count();

  for (const asked of ['Jeg vil ha bort det som står om alkohol.', 'Notatet er ikke mitt anliggende, jeg vil ha det bort.']) {
    await section.getByRole('button', { name: 'Nytt krav' }).click();
    // The words first: the cursor stands there.
    await watched.type(asked);
    if (shots !== undefined && asked.startsWith('Jeg')) await page.screenshot({ path: `${shots}/request-new.png`, fullPage: true });
    await section.getByRole('checkbox').first().check();
    await section.getByRole('button', { name: 'Ta imot kravet' }).click();
    await section.getByText(`«${asked}»`).waitFor();
  }
  const decide = () => section.getByRole('button', { name: 'Avgjør' }).last().click();
  const panel = section.getByRole('region', { name: 'Avgjørelse' });
  await decide();
  await watched.type('Opplysningene er nødvendige for å gi forsvarlig behandling videre.');
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  if (shots !== undefined) await page.screenshot({ path: `${shots}/request-decide.png`, fullPage: true });
  await panel.getByRole('button', { name: 'Avslå' }).click();
  await section.getByRole('button', { name: 'Last ned brevet' }).waitFor();

  await decide();
  await watched.type('Vurdert: notatet er åpenbart ikke nødvendig.');
  await panel.getByRole('button', { name: 'Slett for godt' }).click();
  await panel.getByRole('button', { name: 'Slett for godt' }).click();
  await panel.getByRole('alert').filter({ hasText: 'Ikke alle vilkårene' }).waitFor();
  for (const condition of [/ubetenkelig/, /arkivlova/, /åpenbart ikke nødvendige/])
    await panel.getByRole('checkbox', { name: condition }).check();
  await panel.getByRole('button', { name: 'Slett for godt' }).click();
  if (shots !== undefined) await page.screenshot({ path: `${shots}/request-erase.png`, fullPage: true });
  await panel.getByRole('button', { name: 'Slett for godt' }).click();
  await section.getByText(/^Slettet .* helsepersonelloven § 43/).waitFor();
  await section.getByText('Ordlyden er slettet').waitFor();
  if (shots !== undefined) {
    await page.screenshot({ path: `${shots}/request-done.png`, fullPage: true });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.screenshot({ path: `${shots}/request-dark.png`, fullPage: true });
  }
  const { hits } = await ask<{ hits: { id: string }[] }>(watched, 'patient.search', { query: 'Bjørnstad' });
  const { requests } = await ask<{ requests: { status: string }[] }>(watched, 'request.list', { patientId: hits[0]?.id });
  expect(requests.map(({ status }) => status).toSorted()).toEqual(['granted', 'refused']);
  expect(await page.locator('table.list').first().locator('tr').count()).toBeLessThan(before);
  if (shots !== undefined) {
    await page.emulateMedia({ colorScheme: 'light' });
    await watched.press('Alt+6');
    await page.getByRole('tab', { name: 'Kolleger' }).click();
    await ask(watched, 'user.add', {
      name: 'Siv Dal',
      email: 'siv@demo.example',
      roles: ['ASSISTANT'],
      profession: null,
      hprNumber: null,
      validUntil: null,
      passphrase: null,
    });
    await page.getByRole('button', { name: 'Gi tilgang' }).waitFor();
    await page.getByLabel('Til og med').fill(new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10));
    await page.getByLabel('Hva arbeidet er').fill('Skanner inn gamle brev');
    await page.getByRole('button', { name: 'Gi tilgang' }).click();
    await page.getByRole('button', { name: 'Avslutt', exact: true }).waitFor();
    await page.screenshot({ path: `${shots}/grants.png`, fullPage: true });
  }
  await watched.page.close();
}, 120_000);
