/**
 * The golden flows of a clinic day with keys alone, offline: the sync server is unreachable and every request but
 * those to dev-host is aborted. Budgets: a chord is one key, free text is not counted.
 */
import { execFileSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureRenderer, freshHome, removeHome, startDemoLaptop } from './app.ts';
import type { DemoLaptop } from './app.ts';
import { launchBrowser, openApp } from './browser.ts';
import type { WatchedPage } from './browser.ts';
import { addDiagnosis, addFirstPrice, appLatency, ask, confirmCarried, fillMissing, sign, unlock, waitForFocus } from './steps.ts';

let browser: Browser;
let laptop: DemoLaptop;
let watched: WatchedPage;

beforeAll(async () => {
  ensureRenderer();
  laptop = await startDemoLaptop(await freshHome('golden'));
  browser = await launchBrowser();
  watched = await openApp(browser, laptop.url);
  await unlock(watched, laptop.passphrase);
});
afterAll(async () => {
  await browser?.close();
  await laptop?.stop();
  if (laptop !== undefined) await removeHome(laptop.home);
});

async function toToday(): Promise<void> {
  await watched.page.keyboard.press('Alt+1');
  await watched.page.locator('table.list tbody tr[aria-selected="true"]').waitFor();
}

test('G1: a returning patient is charted, coded, priced and signed with at most 18 keys', async () => {
  await toToday();
  watched.resetKeys();
  await watched.press('Enter');
  await waitForFocus(watched, 'section-subjective');
  await watched.press('Control+l');
  await waitForFocus(watched, 'nrs-now');
  await watched.press('4');
  await watched.press('Tab');
  await waitForFocus(watched, 'section-subjective');
  await watched.type('Bedre enn sist. Stiv om morgenen, løsner utover dagen.');
  await confirmCarried(watched);
  await addDiagnosis(watched, 'L03');
  await addFirstPrice(watched);
  await sign(watched);
  const paper = await watched.page.locator('.paper').first().innerText();
  expect(paper).toContain('Bedre enn sist. Stiv om morgenen, løsner utover dagen.');
  expect(paper).toContain('L03');
  const before = await watched.page.locator('.chart-header h1').innerText();
  await watched.press('Control+ArrowRight');
  await expect.poll(async () => await watched.page.locator('.chart-header h1').innerText()).not.toBe(before);
  expect(watched.keys()).toBeLessThanOrEqual(18);
  expect(await appLatency(watched)).toBeLessThanOrEqual(500);
  expect(await watched.violations()).toEqual([]);
});

test('G2: a new patient is registered, examined, coded and signed with at most 90 keys, and red flags cannot be skipped', async () => {
  await toToday();
  watched.resetKeys();
  await watched.press('Alt+n');
  await watched.page.getByLabel('Fornavn').waitFor();
  await watched.type('Åse Marie');
  await watched.press('Tab');
  await watched.type('Ødegård-Testesen');
  await watched.press('Tab');
  await watched.press('Tab');
  await watched.press('u');
  await watched.press('Control+Enter');
  await watched.page.getByRole('heading', { name: 'Ødegård-Testesen, Åse Marie' }).waitFor();
  await watched.press('1');
  await waitForFocus(watched, 'section-contactReason');
  await watched.type('Smerter i korsryggen etter løft.');
  await watched.press('Tab');
  await watched.type('Akutt debut for fire dager siden ved løft av pall.');
  await watched.press('Tab');
  await watched.press('Tab');
  await watched.type('L4–L5 nedsatt ekstensjon, øm. Nevrologisk undersøkelse uten utfall.');
  await watched.press('Tab');
  await watched.press('Tab');
  await watched.type('Uspesifikke korsryggsmerter.');
  await watched.press('Tab');
  await watched.type('Mobilisering L4–L5.');
  await watched.press('Tab');
  await watched.type('Ny time om en uke.');
  await addDiagnosis(watched, 'L03');
  await addFirstPrice(watched);
  await watched.press('Control+Enter');
  await watched.page.getByText('Røde flagg: ubesvarte spørsmål').waitFor();
  expect(await watched.page.locator('.chart').getAttribute('data-status')).toBe('draft');
  await watched.press('F4');
  await waitForFocus(watched, 'red-flag-region');
  await watched.press('k');
  await watched.press('Tab');
  const questions = await watched.page.locator('.answers > div').count();
  expect(questions).toBeGreaterThan(4);
  for (let left = questions; left > 0; left -= 1) await watched.press('n');
  await expect.poll(async () => await watched.page.locator('.answers .answer[aria-pressed="true"]').count()).toBe(questions);
  await sign(watched);
  expect(watched.keys()).toBeLessThanOrEqual(90);
  expect(await watched.violations()).toEqual([]);
});

test('G5: a signed note becomes a signed letter that awaits print with at most 10 keys', async () => {
  const chart = watched.page.locator('.chart[data-status="signed"]');
  await toToday();
  await watched.page.keyboard.press('ArrowUp');
  await watched.page.keyboard.press('Home');
  for (let row = 0; row < 12; row += 1) await watched.page.keyboard.press('ArrowUp');
  await watched.page.keyboard.press('Enter');
  await chart.waitFor();
  watched.resetKeys();
  await watched.press('Control+b');
  await watched.page.locator('.letter').waitFor();
  await watched.page.locator('.pdf[data-pages="1"]').waitFor();
  // The page stands in the first place where something is missing; one key goes to the next.
  await fillMissing(watched, 'Kontroll her om fire uker.');
  await watched.press('Control+Enter');
  await expect.poll(async () => await watched.page.locator('.letter').getAttribute('data-status')).toBe('signed');
  await watched.press('F6');
  await expect.poll(async () => await watched.page.locator('.letter').getAttribute('data-status')).toBe('awaiting_print');
  expect(watched.keys()).toBeLessThanOrEqual(10);
  const { letters } = await ask<{ letters: { status: string }[] }>(watched, 'letter.list', { open: true });
  expect(letters.map((letter) => letter.status)).toEqual(['awaiting_print']);
  expect(await watched.violations()).toEqual([]);
});

test('a signed letter goes to the printer as its own pages, in full resolution and nothing else', async () => {
  await watched.page.evaluate(() => {
    window.print = () => void document.documentElement.toggleAttribute('data-printing', true);
  });
  await watched.press('Control+p');
  await watched.page.locator('html[data-printing] .print-paper canvas').waitFor({ state: 'attached' });
  const file = join(tmpdir(), `ryggrad-print-${process.pid}.pdf`);
  await writeFile(file, await watched.page.pdf({ preferCSSPageSize: true, printBackground: true }));
  try {
    const info = execFileSync('pdfinfo', [file], { encoding: 'utf8' });
    expect(info).toMatch(/Pages:\s+1\n/);
    expect(info).toMatch(/Page size:.*A4/);
    // A picture as wide as A4 at 300 dpi, and no text of the window around it.
    expect(execFileSync('pdfimages', ['-list', file], { encoding: 'utf8' })).toMatch(/\b248\d\b/);
    expect(execFileSync('pdftotext', [file, '-'], { encoding: 'utf8' }).trim()).toBe('');
  } finally {
    await rm(file);
  }
  await watched.page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await watched.page.locator('.print-paper').waitFor({ state: 'detached' });
});
