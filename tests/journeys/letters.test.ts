/**
 * A referral to imaging with keys alone, offline: what the visit says is taken in piece by piece, MR without an answer about implants is refused
 * by name, answered and signed. Then every other kind, begun on its key, looked at and found without a violation.
 */
import AxeBuilder from '@axe-core/playwright';
import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, onTestFailed, test } from 'vitest';
import { LETTER_KINDS } from '#db/model/letter-kinds.ts';
import { redFlagsOf } from '#db/rules/red-flags.ts';
import { ensureRenderer, freshHome, removeHome, startDemoLaptop } from './app.ts';
import type { DemoLaptop } from './app.ts';
import { launchBrowser, openApp } from './browser.ts';
import type { WatchedPage } from './browser.ts';
import { ask, goToRow, unlock } from './steps.ts';

let browser: Browser;
let laptop: DemoLaptop;
let watched: WatchedPage;
let patientId = '';

const picture = async (name: string): Promise<void> => {
  const folder = process.env['RYGGRAD_PICTURES'];
  if (folder !== undefined) await watched.page.screenshot({ path: `${folder}/${name}.png` });
};

beforeAll(async () => {
  ensureRenderer();
  laptop = await startDemoLaptop(await freshHome('letters'));
  browser = await launchBrowser();
  watched = await openApp(browser, laptop.url);
  await unlock(watched, laptop.passphrase);
  await ask(watched, 'clinic.update', { set: { refersToPhysio: true } });
  patientId = (
    await ask<{ id: string }>(watched, 'patient.create', {
      givenName: 'Tuva',
      familyName: 'Prøvedal',
      birthDate: '1986-02-03',
      missingNationalIdReason: 'foreign',
      phone: '900 12 345',
      addressLine: 'Åsveien 9',
      postalCode: '7020',
      city: 'Trondheim',
    })
  ).id;
  const { id } = await ask<{ id: string }>(watched, 'encounter.start', { patientId, visitType: 'initial' });
  const texts = {
    contactReason: 'Korsryggsmerter med utstråling til høyre legg i seks uker.',
    history: 'Gradvis debut etter flytting. Verst ved sitting og hoste. Sover dårlig.',
    medication: 'Ibuprofen 400 mg ved behov.',
    objective: 'Lasègue positiv høyre 40°. Nedsatt kraft i stortåekstensjon høyre, grad 4. Akillesrefleks lik.',
    imaging: 'Røntgen lumbalcolumna 2021, Trondheim røntgen: uten anmerkning.',
    assessment: 'Mistanke om prolaps L4–L5 med rotaffeksjon L5 høyre.',
    treatment: 'Råd om avlastning, nervemobilisering.',
    plan: 'MR lumbalcolumna. Ny time om en uke.',
  };
  for (const [key, text] of Object.entries(texts)) await ask(watched, 'section.write', { encounterId: id, key, text });
  for (const { key } of redFlagsOf('low-back'))
    await ask(watched, 'redFlag.answer', { encounterId: id, region: 'low-back', question: key, answer: 'no', comment: null });
  await ask(watched, 'safety.set', { patientId, kind: 'pregnancy', state: 'none', detail: null });
  await ask(watched, 'diagnosis.add', { encounterId: id, system: 'icpc-2', code: 'L86' });
  await ask(watched, 'sickLeave.add', {
    ...{ patientId, encounterId: id, origin: 'here', fromDay: '2026-11-09', toDay: '2026-11-22', gradePercent: 50 },
  });
  await ask(watched, 'encounter.sign', { id, patientId });
});
afterAll(async () => {
  await watched?.close();
  await browser?.close();
  await laptop?.stop();
  if (laptop !== undefined) await removeHome(laptop.home);
});
afterEach(() => watched.resetKeys());

/** WCAG 2.2 A and AA, as far as axe can see, in light and dark. */
async function faultless(page: string): Promise<void> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await watched.page.emulateMedia({ colorScheme });
    await picture(`${page.replaceAll(' ', '-')}-${colorScheme}`);
    const report = await new AxeBuilder({ page: watched.page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
      .analyze();
    found.push(...report.violations.map(({ id, nodes }) => `${page} ${colorScheme}: ${id} ${nodes[0]?.html ?? ''}`));
  }
  await watched.page.emulateMedia({ colorScheme: 'light' });
  expect(found).toEqual([]);
}

/** To the signed visit, by name. */
async function openVisit(): Promise<void> {
  const { page } = watched;
  await watched.press('Alt+1');
  await watched.press('Control+k');
  await page.getByRole('combobox', { name: 'Søk pasient' }).waitFor();
  await watched.type('Prøvedal');
  const hit = page.getByRole('option', { name: /Prøvedal/ }).first();
  await hit.waitFor();
  await watched.press('Enter');
  await page.getByRole('heading', { name: /Prøvedal/ }).waitFor();
  await page.locator('tr[tabindex="0"]', { hasText: 'Førstegang' }).first().focus();
  await watched.press('Enter');
  await page.locator('.chart[data-status="signed"]').waitFor();
}
const standsIn = (part: string) =>
  watched.page.waitForFunction((name) => document.activeElement?.closest('[data-part]')?.getAttribute('data-part') === name, part);
const open = () =>
  watched.page
    .locator('.letter [data-part]:is([data-missing], [data-offered])')
    .evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['part'] ?? ''));

test('MR is refused by name without an answer about implants, then signed, with keys alone', async () => {
  onTestFailed(() => picture('letters-failed'));
  const { page } = watched;
  await openVisit();
  await watched.press('Alt+b');
  await page.locator('.letter[data-kind="imaging_referral"]').waitFor();
  await page.locator('.pdf[data-pages]').waitFor();
  await standsIn('recipient.name');
  await picture('imaging-begun');
  await faultless('imaging');
  expect(await watched.violations()).toEqual([]);

  await watched.type('St. Olavs radiologi');
  await watched.press('Alt+Enter');
  await standsIn('modality');
  await watched.press('m');
  await watched.press('Alt+Enter');
  await standsIn('region');
  await watched.type('Lumbalcolumna');
  await watched.press('Alt+Enter');
  await standsIn('urgency');
  await watched.press('o');
  await watched.press('Alt+Enter');
  await standsIn('question');
  await watched.type('Prolaps L4–L5 med rotaffeksjon L5 høyre?');
  await watched.press('Alt+Enter');
  await standsIn('implants');
  // Nobody has asked, and nothing is filled in; on with Tab's twin, and what the visit says is taken in.
  await watched.press('Alt+Enter');
  await standsIn('pregnancy');
  for (const next of ['history', 'findings', 'redFlags', 'earlierImaging', 'diagnoses', 'medication', 'precautions', 'patientPhone']) {
    await watched.press('Alt+Enter');
    await standsIn(next);
  }
  await watched.press('Alt+Enter');
  await standsIn('implants');
  await expect.poll(open).toEqual(['implants']);
  await picture('imaging-taken');

  await watched.press('Control+Enter');
  await page.getByText('Brevet mangler noe som må være med').waitFor();
  await standsIn('implants');
  expect(await page.locator('.letter').getAttribute('data-status')).toBe('draft');
  await picture('imaging-refused');
  await faultless('refused');
  expect(await watched.violations()).toEqual([]);
  await watched.press('n');
  await expect.poll(open).toEqual([]);
  await watched.press('Control+Enter');
  await page.locator('.letter[data-status="signed"]').waitFor();
  await page.locator('.pdf[data-pages]').waitFor();
  await watched.press('F7');
  await page.locator('.letter[data-status="handed_over"]').waitFor();
  await picture('imaging-signed');
  await faultless('signed');
  expect(await watched.violations()).toEqual([]);
});

const KEYS = {
  referral: 'Alt+h',
  physio_referral: 'Alt+y',
  sick_leave_summary: 'Alt+m',
  treatment_plan: 'Alt+l',
  certificate: 'Alt+a',
  epikrise: 'Control+b',
} as const;

test.each(Object.entries(KEYS))('%s begins on %s, and waits under the unsigned', async (kind, key) => {
  onTestFailed(() => picture('letters-failed'));
  await openVisit();
  await picture('visit-signed');
  await watched.press(key);
  await watched.page.locator(`.letter[data-kind="${kind}"]`).waitFor();
  await watched.page.locator('.pdf[data-pages]').waitFor();
  expect(await watched.violations()).toEqual([]);
  await picture(`${kind}-begun`);
  await faultless(kind);
});

test('all of them wait under the unsigned, and open from there by Enter', async () => {
  await watched.press('Alt+3');
  const table = watched.page.getByRole('table', { name: 'Brev uten signatur' });
  await table.waitFor();
  expect(await table.locator('tbody tr').count()).toBe(LETTER_KINDS.length - 1);
  await picture('unsigned');
  await faultless('unsigned');
  expect(await watched.violations()).toEqual([]);
});

test('a draft stands whole when the core was killed while it was written, and is opened from the unsigned by keys', async () => {
  const words = 'Er det indikasjon for operasjon ved vedvarende kraftsvikt?';
  await openVisit();
  await watched.press('Alt+h');
  await watched.page.locator('.letter[data-kind="referral"] [data-part="question"] textarea').focus();
  await watched.type(words);
  const question = async () => {
    const { letters } = await ask<{ letters: { id: string; kind: string }[] }>(watched, 'letter.list', { patientId });
    const id = letters.find(({ kind }) => kind === 'referral')?.id;
    return (await ask<{ letter: { content: Record<string, unknown> } }>(watched, 'letter.get', { id })).letter.content['question'];
  };
  await expect.poll(question).toBe(words);
  await laptop.kill();
  await watched.close();
  laptop = await startDemoLaptop(laptop.home);
  watched = await openApp(browser, laptop.url);
  await unlock(watched, laptop.passphrase);
  await watched.press('Alt+3');
  await goToRow(watched, 'Henvisning til spesialist');
  await watched.press('Enter');
  await watched.page.locator('.letter[data-kind="referral"]').waitFor();
  expect(await watched.page.locator('[data-part="question"] textarea').inputValue()).toBe(words);
  expect(await watched.violations()).toEqual([]);
});

test('a copy of the journal is one key from the visit', async () => {
  await openVisit();
  await watched.press('Alt+i');
  await watched.page.getByRole('alertdialog', { name: 'Kopi av journalen' }).waitFor();
  await picture('access-copy');
  await faultless('access copy');
  expect(await watched.violations()).toEqual([]);
});
