/** Checkout, invoice and the month's claims with keys alone, offline (G4 of the golden flows). RYGGRAD_SHOTS: a folder for pictures of each page. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clinicDay } from '#db/rules/appointments.ts';
import { kravSchema } from '#db/rules/kuhr.ts';
import { ensureRenderer, freshHome, removeHome, startDemoLaptop } from './app.ts';
import type { DemoLaptop } from './app.ts';
import { launchBrowser, openApp } from './browser.ts';
import type { WatchedPage } from './browser.ts';
import { addDiagnosis, ask, confirmCarried, sign, unlock, waitForFocus } from './steps.ts';

let browser: Browser;
let laptop: DemoLaptop;
let watched: WatchedPage;
const shots = process.env['RYGGRAD_SHOTS'];
const shot = async (name: string): Promise<void> => {
  if (shots !== undefined) await watched.page.screenshot({ path: join(shots, `${name}.png`) });
};
/** Nothing that axe can find is wrong with the page. */
const accessible = async (): Promise<string[]> => {
  const report = await new AxeBuilder({ page: watched.page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
  return report.violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html ?? ''}`);
};

beforeAll(async () => {
  ensureRenderer();
  laptop = await startDemoLaptop(await freshHome('money'));
  browser = await launchBrowser();
  watched = await openApp(browser, laptop.url);
  await unlock(watched, laptop.passphrase);
  const { items } = await ask<{ items: { id: string; code: string; label: string; kind: string; visitTypes: string[] }[] }>(
    watched,
    'price.list',
    {},
  );
  for (const { id, code, label, kind, visitTypes } of items) {
    const refundOre = code === 'K1' ? 10_700 : code === 'K2' ? 4_600 : null;
    await ask(watched, 'price.save', { id, code, label, kind, visitTypes, amountOre: 70_000, refundOre });
  }
  await ask(watched, 'price.save', {
    code: 'KLIPP',
    label: 'Klippekort 10 besøk',
    kind: 'service',
    amountOre: 600_000,
    refundOre: null,
    packageVisits: 10,
  });
  const { users } = await ask<{ users: { id: string }[] }>(watched, 'user.list', {});
  await ask(watched, 'billing.save', {
    accountNumber: '15032080119',
    kid: 'mod10',
    dueDays: 14,
    visitNotice: 2,
    praksisIds: Object.fromEntries(users.map(({ id }) => [id, '1000005649'])),
  });
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await laptop?.stop();
  if (laptop !== undefined) await removeHome(laptop.home);
});

/** Opens the marked patient's visit: a key that is counted. */
async function openVisit(rowsDown = 0): Promise<void> {
  await watched.page.keyboard.press('Alt+1');
  await watched.page.locator('table.list tbody tr[aria-selected="true"]').waitFor();
  for (let row = 0; row < rowsDown; row += 1) await watched.page.keyboard.press('ArrowDown');
  watched.resetKeys();
  await watched.press('Enter');
  await waitForFocus(watched, 'section-subjective');
}
async function takst(code: string): Promise<void> {
  await watched.press('F2');
  await watched.page.getByRole('combobox', { name: 'Takst eller behandling' }).waitFor();
  await watched.type(code);
  await watched.press('Enter');
  await watched.page.locator('.line-list .code', { hasText: code }).first().waitFor();
}

test('G4: takst, patient share, payment, receipt with at most 8 keys; the share is price less refund', async () => {
  await openVisit();
  await takst('K2');
  await watched.page.getByText('Helfo dekker').waitFor();
  await watched.press('F8');
  await watched.page.getByText('Å betale: 654 kr').waitFor();
  await shot('checkout');
  await watched.press('1');
  await watched.page.locator('.receipt .pdf[data-pages="1"]').waitFor();
  await shot('receipt');
  expect(watched.keys()).toBeLessThanOrEqual(8);
  await watched.press('Escape');
  expect(await watched.violations()).toEqual([]);
});

test('G4, on an invoice: takst, share, invoice with number and KID with at most 8 keys', async () => {
  await openVisit(1);
  await takst('K2');
  await watched.press('F8');
  await watched.page.getByText('Å betale: 654 kr').waitFor();
  await watched.press('5');
  await watched.page.locator('.receipt .pdf[data-pages="1"]').waitFor();
  await shot('invoice');
  expect(watched.keys()).toBeLessThanOrEqual(8);
  await watched.press('Escape');
  const { invoices } = await ask<{ invoices: { number: string; kid: string; openOre: number }[] }>(watched, 'invoice.list', {});
  expect(invoices).toMatchObject([{ openOre: 65_400 }]);
  expect(invoices[0]?.number).toMatch(/^F[0-9A-F]{6}-000001$/);
  expect(invoices[0]?.kid).toMatch(/^\d{15}$/);
});

test('unpaid invoices: the marked one is paid with a key and Enter, and is off the list', async () => {
  await watched.press('Alt+7');
  await watched.page.getByRole('heading', { name: 'Økonomi', level: 1 }).waitFor();
  await watched.page.getByRole('complementary').getByText('654 kr').first().waitFor();
  await shot('unpaid');
  expect(await accessible()).toEqual([]);
  await watched.press('k');
  await watched.page.getByLabel('Beløp som krediteres').waitFor();
  await watched.page.getByLabel('Beløp som krediteres').fill('54');
  await watched.page.getByLabel('Grunn').fill('Avtalt pris');
  await watched.press('Enter');
  await watched.page.getByRole('complementary').getByText('600 kr').first().waitFor();
  await watched.press('b');
  await watched.page.getByLabel('Innbetalt beløp').waitFor();
  await shot('pay');
  await watched.press('Enter');
  await watched.page.getByText('Ingen ubetalte fakturaer.').waitFor();
  await watched.press('3');
  await watched.page.getByRole('table', { name: 'Alle fakturaer' }).waitFor();
  await watched.page.getByText('1–2, uten hull').waitFor();
  await shot('all');
  expect(await accessible()).toEqual([]);
});

test('visits to be invoiced later are gathered, one invoice a patient', async () => {
  await openVisit(2);
  await takst('OPPF');
  await watched.press('F8');
  await watched.page.getByText('Å betale: 700 kr').waitFor();
  await watched.press('4');
  await watched.page.locator('.line-list').getByText('Faktura senere').waitFor();
  await watched.press('Alt+7');
  await watched.page.getByRole('tab', { name: 'Skal faktureres' }).waitFor();
  await watched.press('2');
  await watched.page.getByRole('table', { name: 'Skal faktureres' }).waitFor();
  await shot('waiting');
  expect(await accessible()).toEqual([]);
  await watched.press('Enter');
  await watched.page.locator('.receipt .pdf[data-pages="1"]').waitFor();
  await watched.press('Escape');
  await watched.page.getByText('Ingen venter på faktura.', { exact: false }).waitFor();
});

test('a package is sold and used at the same checkout; the patient page says what is left', async () => {
  await openVisit(1);
  await takst('OPPF');
  await takst('KLIPP');
  await watched.press('F8');
  await watched.page.getByRole('button', { name: 'Klippekort 10 besøk: 10 av 10 igjen' }).waitFor();
  await shot('package');
  await watched.press('6');
  await watched.page.locator('.line-list').getByText('Klippekort ·', { exact: false }).waitFor();
  await watched.press('F8');
  await watched.page.getByText('Å betale: 6\u00a0000 kr').waitFor();
  await watched.press('1');
  await watched.page.locator('.receipt .pdf[data-pages="1"]').waitFor();
  await watched.press('Escape');
  const name = await watched.page.locator('.chart-header h1').innerText();
  await watched.press('Control+k');
  await watched.type(name);
  await watched.page
    .getByRole('option', { name: new RegExp(name.split(',')[0] ?? '') })
    .first()
    .waitFor();
  await watched.press('Enter');
  await watched.page.getByText('9 av 10 igjen').waitFor();
  await shot('patient');
  expect(await accessible()).toEqual([]);
});

test('the clinic’s settings of money, without a fault that axe can find', async () => {
  await watched.press('Alt+6');
  await watched.page.getByRole('tab', { name: 'Betaling' }).focus();
  await watched.press('Enter');
  await watched.page.getByLabel('Kontonummer for fakturaer').waitFor();
  await shot('settings');
  expect(await accessible()).toEqual([]);
  await watched.page.getByRole('tab', { name: 'Priser' }).focus();
  await watched.press('Enter');
  await watched.page.getByText('klippekort, 10 besøk').waitFor();
  await shot('prices');
  expect(await accessible()).toEqual([]);
});

test('the month’s claims: what is wrong is said, what is ready is a file with the sum of the ledger', async () => {
  await openVisit();
  // At once, as whoever knows the keys: the place stands at the key, and nothing of the words is lost while what was carried comes.
  await watched.press('Control+l');
  await watched.press('Tab');
  await watched.type('Bedre, men stiv.');
  await watched.page.locator('.section[data-review="unreviewed"]').first().waitFor();
  expect(await watched.page.locator('#section-subjective').inputValue()).toBe('Bedre, men stiv.');
  expect(await watched.page.locator('#nrs-now').inputValue()).toBe('');
  await confirmCarried(watched);
  await addDiagnosis(watched, 'L03');
  await sign(watched);
  await watched.press('Alt+7');
  await watched.press('4');
  const table = watched.page.getByRole('table', { name: 'Helfo-oppgjør' });
  await table.getByText('K2').first().waitFor();
  await shot('helfo');
  expect(await accessible()).toEqual([]);
  await table.getByText('Klart').first().waitFor();
  await watched.press('e');
  await watched.page.getByRole('alertdialog').waitFor();
  await shot('helfo-warned');
  const saved = watched.page.waitForEvent('download');
  await watched.press('Enter');
  const download = await saved;
  const krav = kravSchema.parse(JSON.parse(await readFile(await download.path(), 'utf8')));
  await table.getByText('Sendt').first().waitFor();
  const { sums } = await ask<{ sums: { sentOre: number } }>(watched, 'claim.ledger', {
    month: clinicDay(new Date().toISOString()).slice(0, 7),
  });
  expect(Math.round(krav.behandlerkrav.belop * 100)).toBe(sums.sentOre);
  await shot('helfo-sent');
  expect(await watched.violations()).toEqual([]);
});

test('absence from work: at least so many days, earlier absence is asked for, and the word «innenfor» is nowhere', async () => {
  await openVisit(1);
  await watched.press('F6');
  await watched.page.getByRole('button', { name: 'Legg inn periode' }).focus();
  await watched.press('Enter');
  await watched.page.getByLabel('Siste dag').fill('2099-01-01');
  await watched.page.getByLabel('Første dag').fill('2098-12-20');
  await watched.page.getByLabel('Grad i prosent').fill('50');
  await watched.press('Enter');
  await watched.page.getByText('Minst 13 dager kjent her.').waitFor();
  await watched.page.getByText('Har pasienten vært borte fra arbeid før dette?', { exact: false }).waitFor();
  await watched.page.getByRole('region', { name: 'Fravær' }).scrollIntoViewIfNeeded();
  await shot('absence');
  expect(await watched.page.locator('body').innerText()).not.toMatch(/innenfor/i);
  const href = await watched.page.getByRole('link', { name: 'Sykmelding hos Nav', exact: false }).getAttribute('href');
  expect(href).toBe('https://www.nav.no/samarbeidspartner');
  expect(await accessible()).toEqual([]);
});

test('with sending switched on the month goes by the server: asked for with two keys, and taken back before it went', async () => {
  await ask(watched, 'integration.set', { name: 'helfo', enabled: true, options: {} });
  await openVisit(1);
  await takst('K2');
  await watched.page.locator('#section-subjective').focus();
  await watched.press('Control+l');
  await watched.press('Tab');
  await watched.type('Bedre.');
  await watched.page.locator('.section[data-review="unreviewed"]').first().waitFor();
  await confirmCarried(watched);
  await addDiagnosis(watched, 'L03');
  await sign(watched);
  await watched.press('Alt+7');
  await watched.press('4');
  const table = watched.page.getByRole('table', { name: 'Helfo-oppgjør' });
  await watched.page.getByRole('button', { name: 'Send til Helfo (1 klart)' }).waitFor();
  await shot('helfo-sends');
  expect(await accessible()).toEqual([]);
  await watched.press('s');
  await watched.page.getByRole('alertdialog', { name: 'Send til Helfo' }).waitFor();
  await shot('helfo-send-warned');
  await watched.press('Enter');
  await table.getByText('Venter på sending').waitFor();
  await shot('helfo-queued');
  await watched.press('ArrowDown');
  await table.locator('tr[aria-selected="true"]', { hasText: 'Venter på sending' }).waitFor();
  await watched.press('t');
  await table.getByText('trekkes tilbake').waitFor();
  await shot('helfo-withdrawn');
  expect(await accessible()).toEqual([]);
  expect(await watched.violations()).toEqual([]);
});
