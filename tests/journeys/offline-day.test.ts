/**
 * A whole day without network, from the first start: set-up, a colleague, a child with guardian, a booking and a
 * walk-in, the wrong patient chosen and put right, two charts open, payment, a letter awaiting print, the day closed.
 * Keys and focus only; no mouse, and no request that leaves dev-host.
 */
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureRenderer, freshHome, removeHome, startLaptop } from './app.ts';
import type { Running } from './app.ts';
import { launchBrowser, openApp } from './browser.ts';
import type { WatchedPage } from './browser.ts';
import { addDiagnosis, ask, goToRow, sign, waitForFocus } from './steps.ts';

let browser: Browser;
let laptop: Running;
let watched: WatchedPage;

beforeAll(async () => {
  ensureRenderer();
  laptop = await startLaptop(await freshHome('day'), { RYGGRAD_SYNC_URL: 'http://127.0.0.1:9' });
  browser = await launchBrowser();
  watched = await openApp(browser, laptop.url);
});
afterAll(async () => {
  await browser?.close();
  await laptop?.stop();
  if (laptop !== undefined) await removeHome(laptop.home);
});

const field = (label: string) => watched.page.getByLabel(label, { exact: true });
async function press(...keys: string[]): Promise<void> {
  for (const key of keys) await watched.press(key);
}
async function pick(name: string): Promise<void> {
  await watched.page.locator('input[aria-label="Finn pasient"]').waitFor();
  await watched.type(name);
  await watched.page.getByRole('option', { name: new RegExp(name) }).waitFor();
  await press('Enter');
}
async function register(givenName: string, familyName: string): Promise<void> {
  await press('Alt+n');
  await watched.page.getByRole('heading', { name: 'Ny pasient', level: 1 }).waitFor();
  await field('Fornavn').fill(givenName);
  await field('Etternavn').fill(familyName);
  await watched.page.getByRole('combobox', { name: 'Hvis det mangler: hvorfor' }).selectOption('not_stated');
}

test('the day is worked through without network, and everything stands in the record', async () => {
  // First start: the clinic and its first user.
  await field('Klinikkens navn').waitFor();
  await watched.type('Kjellerklinikken');
  await field('Organisasjonsnummer').fill('987654321');
  await field('Telefon').fill('22334455');
  await field('Adresse').fill('Kjellergata 1');
  await field('Postnummer').fill('0150');
  await field('Sted').fill('Oslo');
  await field('Navn').fill('Kari Kiropraktor');
  await field('E-post').fill('kari@kjeller.example');
  await field('HPR-nummer').fill('1234567');
  await field('Passordfrase').fill('fire små grå elger');
  await field('Gjenta passordfrasen').fill('fire små grå elger');
  await press('Enter');
  await watched.page.locator('[data-recovery-code]').waitFor();
  await press('Space', 'Enter');
  await watched.page.getByText('Ingen timer denne dagen').waitFor();

  // A colleague, who can unlock this laptop.
  await press('Alt+6');
  await watched.page.getByRole('tab', { name: 'Kolleger' }).focus();
  await press('Enter');
  await field('Navn').fill('Ola Assistent');
  await field('E-post').fill('ola@kjeller.example');
  await field('Passordfrase på denne maskinen').fill('tre gule sykler her');
  await watched.page.getByRole('checkbox', { name: 'Assistent' }).focus();
  await press('Space');
  await field('Passordfrase på denne maskinen').focus();
  await press('Enter');
  await watched.page.getByRole('cell', { name: 'Ola Assistent' }).waitFor();

  // A child with a guardian, and a grown-up.
  await register('Lille', 'Barnesen');
  await field('Fødselsdato').fill('2019-05-04');
  await field('Fastlege').fill('Lege Hansen');
  await watched.page.getByRole('heading', { name: 'Foresatte' }).waitFor();
  await watched.page.getByLabel('Navn', { exact: true }).fill('Mor Barnesen');
  await press('Control+Enter');
  await watched.page.getByRole('heading', { name: 'Barnesen, Lille' }).waitFor();
  await watched.page.getByText('Mor Barnesen').waitFor();
  await register('Store', 'Voksensen');
  await field('Fødselsdato').fill('1979-02-03');
  await press('Control+Enter');
  await watched.page.getByRole('heading', { name: 'Voksensen, Store' }).waitFor();

  // Booked for the one, walked in the other.
  await press('Alt+1', 'b');
  await pick('Barnesen');
  await watched.page.getByLabel('Klokken').fill('09:15');
  await watched.page.getByRole('combobox', { name: 'Besøk' }).selectOption('follow_up');
  await watched.page.getByLabel('Klokken').focus();
  await press('Enter');
  const rows = watched.page.locator('table.list tbody tr');
  const anyway = watched.page.getByRole('button', { name: /likevel/ });
  // On a day the clinic is closed, and the desk is asked whether it is meant.
  const booked = async (count: number): Promise<void> => {
    await expect.poll(async () => (await rows.count()) + (await anyway.count())).toBe(count);
    if ((await anyway.count()) > 0) await press('Enter');
    await expect.poll(async () => await rows.count()).toBe(count);
  };
  await booked(1);
  await press('d');
  await pick('Voksensen');
  await watched.page.getByRole('combobox', { name: 'Besøk' }).selectOption('follow_up');
  await watched.page.getByLabel('Klokken').focus();
  await press('Enter');
  await booked(2);

  // The wrong patient: begun on the child, moved to the grown-up.
  await watched.page.locator('table.list').getByText('Barnesen, Lille').waitFor();
  await goToRow(watched, 'Barnesen');
  await press('Enter');
  await waitForFocus(watched, 'section-subjective');
  await watched.type('Vondt i skulderen etter maling av tak.');
  await press('Alt+f');
  await pick('Voksensen');
  await watched.page.getByLabel('Grunn').fill('Valgte feil pasient i listen');
  await press('Control+Enter');
  await watched.page.getByRole('heading', { name: 'Voksensen, Store' }).waitFor();

  // Two charts, each with its caret.
  await watched.page.locator('#section-subjective').focus();
  await press('Home', 'ArrowRight', 'ArrowRight', 'ArrowRight');
  await press('Alt+1');
  await goToRow(watched, 'Barnesen');
  await press('Enter');
  await watched.page.getByRole('heading', { name: 'Barnesen, Lille' }).waitFor();
  await waitForFocus(watched, 'section-subjective');
  expect(await watched.page.locator('#section-subjective').inputValue()).toBe('');
  await watched.type('Kolikk er borte.');
  await press('Alt+ArrowDown');
  await watched.page.getByRole('heading', { name: 'Voksensen, Store' }).waitFor();
  await waitForFocus(watched, 'section-subjective');
  const caret = () =>
    watched.page
      .locator('#section-subjective')
      .evaluate((element: HTMLTextAreaElement) => [element.selectionStart, element.value] as const);
  expect(await caret()).toEqual([3, 'Vondt i skulderen etter maling av tak.']);

  // Treated, coded, priced, paid, signed.
  await watched.page.locator('#section-treatment').focus();
  await watched.type('Mobilisering av skulder.');
  await addDiagnosis(watched, 'L92');
  await press('F2');
  await watched.page.getByRole('combobox', { name: 'Takst eller behandling' }).waitFor();
  await press('Enter');
  await watched.page.getByLabel('Pris for Oppfølging').fill('650');
  await press('Enter');
  await watched.page.locator('.line-list').getByText('650 kr').first().waitFor();
  await press('F8');
  await watched.page.getByText('Å betale: 650 kr').waitFor();
  await press('1');
  await watched.page.locator('.receipt .pdf[data-pages="1"]').waitFor();
  await press('Escape');
  await sign(watched);

  // The letter waits for the printer at the front desk.
  await press('Control+b');
  await watched.page.locator('.letter').waitFor();
  for (let gap = 0; gap < 10 && (await watched.page.locator('[data-missing]').count()) > 0; gap += 1) {
    const left = await watched.page.locator('[data-missing]').count();
    await watched.page.locator('[data-missing] textarea').first().focus();
    await watched.type('Uttalt etter samtale med pasienten.');
    await press('Alt+Enter');
    await expect.poll(async () => await watched.page.locator('[data-missing]').count()).toBeLessThan(left);
  }
  await press('Control+Enter');
  await expect.poll(async () => await watched.page.locator('.letter').getAttribute('data-status')).toBe('signed');
  await press('F6');
  await expect.poll(async () => await watched.page.locator('.letter').getAttribute('data-status')).toBe('awaiting_print');

  // The day is closed over what is still loose, by name.
  await press('Alt+1', 'Alt+d');
  await watched.page.getByRole('heading', { name: 'Usignerte notater' }).waitFor();
  await press('Control+Enter');
  const ends = async () =>
    await ask<{
      closedAt: string | null;
      unsigned: { patientName: string }[];
      unpaid: unknown[];
      lettersNotHandedOver: { status: string }[];
      changesNotSent: number;
    }>(watched, 'day.looseEnds', {
      day: await watched.page.evaluate(() => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Oslo' }).format(new Date())),
      practitionerId: (await ask<{ session: { user: { id: string } } }>(watched, 'app.state', {})).session.user.id,
    });
  await expect.poll(async () => (await ends()).closedAt).not.toBeNull();
  const left = await ends();
  expect(left.unsigned.map((note) => note.patientName)).toEqual(['Lille Barnesen']);
  expect(left.unpaid).toEqual([]);
  expect(left.lettersNotHandedOver.map((letter) => letter.status)).toEqual(['awaiting_print']);
  expect(left.changesNotSent).toBeGreaterThan(20);
  const { events } = await ask<{ events: { verb: string; reason: string | null }[] }>(watched, 'audit.list', {
    where: 'device',
    limit: 500,
  });
  expect(events.filter((event) => event.verb === 'encounter.move').map((event) => event.reason)).toContain('Valgte feil pasient i listen');
  expect(await watched.violations()).toEqual([]);
});
