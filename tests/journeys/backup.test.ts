/** An administrator's quarter of an hour: a daily backup is arranged, one made and tried with the printed code, the key changed. */
import AxeBuilder from '@axe-core/playwright';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureRenderer, freshHome, removeHome, startLaptop, type Running } from './app.ts';
import { launchBrowser, openApp } from './browser.ts';
import { ask, unlock } from './steps.ts';

const PASSPHRASE = 'furu lyng tind skog';
let browser: Browser;
let laptop: Running;
beforeAll(async () => {
  ensureRenderer();
  laptop = await startLaptop(await freshHome('backup'));
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await laptop?.stop();
  if (laptop !== undefined) await removeHome(laptop.home);
});

test('a backup is arranged, made and tried, and a new key keeps the page and the passphrase', async () => {
  const usb = join(laptop.home, 'usb');
  mkdirSync(usb);
  const setUp = await openApp(browser, laptop.url);
  const { recoveryCode } = await ask<{ recoveryCode: string }>(setUp, 'clinic.create', {
    clinic: { name: 'Bakken', orgNumber: null, addressLine: null, postalCode: null, city: null, phone: null, email: null },
    user: { name: 'Kim Rygg', email: 'kim@bakken.example', profession: 'KI', hprNumber: '1234567' },
    passphrase: PASSPHRASE,
  });
  await setUp.close();
  const watched = await openApp(browser, laptop.url);
  const { page } = watched;
  await unlock(watched, PASSPHRASE);
  await page.getByRole('button', { name: 'Innst.' }).click();
  await page.getByRole('tab', { name: 'Sikkerhetskopi' }).click();
  await page.getByText('Denne maskinen har ingen sikkerhetskopi.').waitFor();
  const section = (name: string) => page.locator('section').filter({ has: page.getByRole('heading', { name }) });

  await section('Hver dag').getByLabel('Mappe').fill(join(usb, 'finnes-ikke'));
  await page.getByRole('button', { name: 'Ta kopi hver dag' }).click();
  await page.getByText('Kan ikke skrive i mappen. Velg en annen.').waitFor();
  await section('Hver dag').getByLabel('Mappe').fill(usb);
  await page.getByRole('button', { name: 'Ta kopi hver dag' }).click();
  await page.getByRole('button', { name: 'Slutt' }).waitFor();

  await section('Nå').getByLabel('Mappe').fill(usb);
  await page.getByRole('button', { name: 'Ta sikkerhetskopi' }).click();
  await page.getByText(/^Siste kopi /).waitFor();
  expect(readdirSync(usb).filter((name) => name.endsWith('.ryggrad-backup'))).toHaveLength(1);

  const tried = section('Prøv en kopi');
  await tried.getByLabel('Gjenopprettingskode').fill(recoveryCode.toLowerCase());
  await tried.getByRole('button', { name: 'Prøv' }).click();
  await page.getByText(/er hel: 0 pasienter og 0 besøk\. Alt som var signert da, er med\./).waitFor();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);

  const key = section('Nøkkelen på denne maskinen');
  await key.getByLabel('Nåværende').fill(PASSPHRASE);
  await key.getByRole('button', { name: 'Bytt nøkkel' }).click();
  await key.getByText('Lagret.').waitFor();
  expect(await page.getByRole('tab', { name: 'Sikkerhetskopi' }).getAttribute('aria-selected')).toBe('true');
  await ask(watched, 'session.close', {});
  await unlock(watched, PASSPHRASE);
  // Settings are for the mouse too; all else that a page must not do stays forbidden.
  expect((await watched.violations()).filter((one) => !one.startsWith('mouse'))).toEqual([]);
  await watched.close();
});
