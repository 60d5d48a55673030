/** What hands do without thinking: each of these once cost a text, or put it in the wrong place. */
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureRenderer, freshHome, removeHome, startDemoLaptop } from './app.ts';
import type { DemoLaptop } from './app.ts';
import { launchBrowser, openApp } from './browser.ts';
import type { WatchedPage } from './browser.ts';
import { addDiagnosis, ask, confirmCarried, sign, unlock, waitForFocus } from './steps.ts';

let browser: Browser;
let laptop: DemoLaptop;
let watched: WatchedPage;
const focused = () => watched.page.evaluate(() => document.activeElement?.id ?? '');
const subjective = () => watched.page.locator('#section-subjective').inputValue();

beforeAll(async () => {
  ensureRenderer();
  laptop = await startDemoLaptop(await freshHome('tired'));
  browser = await launchBrowser();
  watched = await openApp(browser, laptop.url);
  await unlock(watched, laptop.passphrase);
  await watched.press('Enter');
  await waitForFocus(watched, 'section-subjective');
});
afterAll(async () => {
  await browser?.close();
  await laptop?.stop();
  if (laptop !== undefined) await removeHome(laptop.home);
});

test('word by word stays in the text, and never goes to the next patient', async () => {
  const name = await watched.page.locator('.chart-header h1').innerText();
  await watched.type('Hodepine siden mandag');
  await watched.press('Home');
  await watched.press('Control+ArrowRight');
  await watched.type('(sterk) ');
  expect(await watched.page.locator('.chart-header h1').innerText()).toBe(name);
  expect(await subjective()).toMatch(/^Hodepine ?\(sterk\) /);
});

test('after a diagnosis, a price or a look in the palette the caret is where it was', async () => {
  await waitForFocus(watched, 'section-subjective');
  await addDiagnosis(watched, 'L84');
  await expect.poll(focused).toBe('section-subjective');
  await watched.press('F2');
  await watched.page.getByRole('combobox', { name: 'Takst eller behandling' }).waitFor();
  await watched.press('Escape');
  await expect.poll(focused).toBe('section-subjective');
  await watched.press('Control+k');
  await watched.press('Escape');
  await expect.poll(focused).toBe('section-subjective');
  await watched.press('Control+End');
  await watched.type(' Ring ved forverring.');
  expect(await subjective()).toContain('Ring ved forverring.');
});

test('an allergy that was written is saved by Enter, and not thrown away by one Esc', async () => {
  await watched.press('Alt+s');
  await watched.page.getByRole('dialog').waitFor();
  await watched.type('Penicillin');
  await watched.press('Escape');
  await watched.page.getByText('er ikke lagret').waitFor();
  await watched.press('Enter');
  await watched.page.getByText('Penicillin').first().waitFor();
  await watched.press('Escape');
  await expect.poll(async () => await watched.page.getByRole('dialog').count()).toBe(0);
});

test('another window on the same laptop: both texts stand', async () => {
  const other = await openApp(browser, laptop.url);
  try {
    await other.page.locator('table.list').waitFor();
    await other.press('Alt+ArrowDown');
    await other.page.locator('#section-subjective').waitFor();
    await other.page.locator('#section-objective').focus();
    await watched.page.locator('#section-objective').focus();
    await watched.type('Fra vindu A.');
    await other.type('Fra vindu B.');
    await expect
      .poll(async () => await watched.page.locator('#section-objective').inputValue(), { timeout: 10_000 })
      .toMatch(/Fra vindu A\.[\s\S]*Fra vindu B\.|Fra vindu B\.[\s\S]*Fra vindu A\./);
  } finally {
    await other.close();
  }
});

test('the text of an addition is there when one comes back to it, its reason too', async () => {
  await watched.page.locator('#section-subjective').focus();
  await confirmCarried(watched);
  await watched.page.locator('#section-treatment').focus();
  await watched.type('Mobilisering.');
  await sign(watched);
  await watched.press('Control+j');
  await waitForFocus(watched, 'amend-text');
  await watched.type('Glemt: også nummenhet i foten.');
  await watched.press('Tab');
  await watched.type('Glemt i notatet');
  await watched.press('Alt+1');
  await watched.page.locator('table.list').waitFor();
  await watched.press('Alt+ArrowDown');
  await expect.poll(async () => await watched.page.locator('#amend-text').inputValue()).toBe('Glemt: også nummenhet i foten.');
  expect(await watched.page.locator('#amend-reason').inputValue()).toBe('Glemt i notatet');
});

test('Enter presses the button that is in focus, and opens nobody', async () => {
  await watched.press('Alt+1');
  await watched.page.locator('table.list tbody tr[aria-selected="true"]').waitFor();
  const before = await watched.page.locator('.page-head h1').innerText();
  await watched.page.getByRole('button', { name: 'Neste dag' }).focus();
  await watched.press('Enter');
  await expect.poll(async () => await watched.page.locator('.page-head h1').innerText()).not.toBe(before);
  expect(await watched.page.locator('.chart').count()).toBe(0);
});

test('a double key registers one patient; a form that was left is there again', async () => {
  await watched.press('Alt+n');
  await watched.page.getByLabel('Fornavn').fill('Dobbel');
  await watched.press('Alt+1');
  await watched.page.locator('.page-head').waitFor();
  await watched.press('Alt+n');
  await expect.poll(async () => await watched.page.getByLabel('Fornavn').inputValue()).toBe('Dobbel');
  await watched.page.getByLabel('Etternavn').fill('Trykk');
  await watched.page.getByRole('combobox', { name: 'Hvis det mangler: hvorfor' }).selectOption('not_stated');
  await Promise.all([watched.press('Control+Enter'), watched.press('Control+Enter')]);
  await watched.page.getByRole('heading', { name: 'Trykk, Dobbel' }).waitFor();
  const { hits } = await ask<{ hits: unknown[] }>(watched, 'patient.search', { query: 'Trykk Dobbel' });
  expect(hits).toHaveLength(1);
  expect(await watched.violations()).toEqual([]);
});
