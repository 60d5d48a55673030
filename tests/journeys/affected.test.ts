/** An administrator finds by keyboard whose journal was touched, takes the list out as a file after the warning, and sees what is old enough to be decided about. */
import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureRenderer, freshHome, removeHome, startDemoLaptop, type DemoLaptop } from './app.ts';
import { launchBrowser, openApp } from './browser.ts';
import { ask, unlock } from './steps.ts';

let browser: Browser;
let laptop: DemoLaptop;
beforeAll(async () => {
  ensureRenderer();
  laptop = await startDemoLaptop(await freshHome('affected'));
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await laptop?.stop();
  if (laptop !== undefined) await removeHome(laptop.home);
});

test('affected patients are found by keyboard and saved after the warning; what is due is told and nothing deleted', async () => {
  const watched = await openApp(browser, laptop.url);
  const { page } = watched;
  await unlock(watched, laptop.passphrase);
  const { hits } = await ask<{ hits: { id: string; familyName: string }[] }>(watched, 'patient.search', { query: 'a' });
  const [seen] = hits;
  await ask(watched, 'patient.get', { id: seen?.id });
  await watched.press('Alt+6');
  await page.getByRole('tab', { name: 'Logg' }).focus();
  await watched.press('Enter');
  await page.getByRole('button', { name: 'Finn berørte pasienter' }).focus();
  await watched.press('Enter');
  const region = page.getByRole('region', { name: 'Berørte pasienter' });
  await region.getByLabel('Fra').waitFor();
  await watched.press('Enter');
  await region.getByRole('status').waitFor();
  expect(await region.getByRole('status').textContent()).toContain('Bare det denne maskinen har loggført');
  const row = region.locator('tbody tr').filter({ hasText: seen?.familyName ?? '?' });
  await row.first().waitFor();

  await region.getByRole('button', { name: 'Lagre som CSV' }).focus();
  await watched.press('Enter');
  await region.getByText('Filen er ikke kryptert').waitFor();
  await watched.press('Tab');
  const [file] = await Promise.all([page.waitForEvent('download'), watched.press('Enter')]);
  expect(file.suggestedFilename()).toMatch(/^berorte-\d{4}-\d\d-\d\d\.csv$/);
  expect(readFileSync(await file.path(), 'utf8')).toContain(seen?.familyName);
  await watched.press('Escape');
  await page.getByRole('button', { name: 'Finn berørte pasienter' }).waitFor();

  await page.getByRole('tab', { name: 'Oppbevaring' }).focus();
  await watched.press('Enter');
  await page.getByText('Ingenting slettes av seg selv').waitFor();
  await page.getByRole('status').waitFor();
  expect(await watched.violations()).toEqual([]);
  await watched.close();
});
