/** Left alone the window locks after five minutes (ASVS 7.3.1): by a clock that is moved, nobody waits. What was typed stays. */
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureRenderer, freshHome, removeHome, startDemoLaptop, type DemoLaptop } from './app.ts';
import { launchBrowser, openApp } from './browser.ts';
import { ask, unlock, waitForFocus } from './steps.ts';

let browser: Browser;
let laptop: DemoLaptop;
beforeAll(async () => {
  ensureRenderer();
  laptop = await startDemoLaptop(await freshHome('idle'));
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await laptop?.stop();
  if (laptop !== undefined) await removeHome(laptop.home);
});

test('five minutes without a key or a movement lock the window, not a second less; any sign of life begins them anew', async () => {
  const watched = await openApp(browser, laptop.url);
  const { page } = watched;
  // From here on the page's timers move only when they are told.
  await page.clock.install();
  await page.reload();
  await unlock(watched, laptop.passphrase);
  await watched.press('Enter');
  await waitForFocus(watched, 'section-subjective');
  await watched.type('Midt i en setning');
  const phase = async () => (await ask<{ phase: string }>(watched, 'app.state', {})).phase;

  await page.clock.fastForward(299_000);
  expect(await phase()).toBe('open');
  await watched.press('ArrowLeft');
  await page.clock.fastForward(299_000);
  expect(await phase()).toBe('open');
  await page.clock.fastForward(2000);
  await expect.poll(phase).toBe('locked');

  await page.getByLabel('Passordfrase').waitFor();
  expect(await page.content()).not.toContain('Midt i en setning');
  const refused = await ask(watched, 'patient.search', { query: 'a', limit: 8 }).catch((error: unknown) => String(error));
  expect(refused).toContain('session/locked');
  await watched.type(laptop.passphrase);
  await page.keyboard.press('Enter');
  await page.locator('.frame').waitFor();
  await expect.poll(async () => await page.content()).toContain('Midt i en setning');
  await watched.close();
});
