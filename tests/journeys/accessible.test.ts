/** Each main page, in light and dark, without a violation of WCAG 2.2 A and AA that axe can find. */
import AxeBuilder from '@axe-core/playwright';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureRenderer, freshHome, removeHome, startDemoLaptop } from './app.ts';
import type { DemoLaptop } from './app.ts';
import { launchBrowser, openApp } from './browser.ts';
import { ask, unlock } from './steps.ts';

let browser: Browser;
let laptop: DemoLaptop;
beforeAll(async () => {
  ensureRenderer();
  laptop = await startDemoLaptop(await freshHome('axe'));
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await laptop?.stop();
  if (laptop !== undefined) await removeHome(laptop.home);
});

test.each([{ dark: false }, { dark: true }])('axe finds nothing on the main pages (dark: $dark)', async ({ dark }) => {
  const watched = await openApp(browser, laptop.url, { dark });
  const found: string[] = [];
  const look = async (page: string): Promise<void> => {
    const report = await new AxeBuilder({ page: watched.page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
      .analyze();
    found.push(
      ...report.violations.map(
        (violation) => `${page}: ${violation.id} ${violation.nodes[0]?.html ?? ''} ${violation.nodes[0]?.failureSummary ?? ''}`,
      ),
    );
  };
  await watched.page.getByLabel('Passordfrase').waitFor();
  await look('unlock');
  await unlock(watched, laptop.passphrase);
  await look('today');
  await watched.page.keyboard.press('Enter');
  await watched.page.locator('#section-subjective').waitFor();
  await look('chart');
  for (const [key, page, sign] of [
    ['Alt+2', 'patients', 'Pasienter'],
    ['Alt+k', 'calendar', 'Kalender'],
    ['Alt+3', 'unsigned', 'Usignerte notater'],
    ['Alt+4', 'conflicts', 'Konflikter'],
    ['Alt+5', 'sync', 'Synkronisering'],
    ['Alt+6', 'settings', 'Innstillinger'],
    ['Alt+n', 'new-patient', 'Ny pasient'],
  ] as const) {
    await watched.page.keyboard.press(key);
    await watched.page.getByRole('heading', { name: sign, level: 1 }).waitFor();
    await look(page);
  }
  await ask(watched, 'session.close', {});
  await watched.close();
  expect(found).toEqual([]);
});
