/**
 * The writing help at the screen, by keyboard: nothing of it is seen until the clinic opts in; a draft of a letter beside its sources, two of
 * three sentences taken, one that has no cover marked and left; a stream stopped; how fast the first words stand on the screen.
 */
import AxeBuilder from '@axe-core/playwright';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, beforeEach, expect, onTestFailed, test } from 'vitest';
import { openFakeModel, type FakeModel } from '#sync-server/integrations/ai/fake.ts';
import { until } from '#tests/sync/laptop.ts';
import { ensureRenderer, freshHome, removeHome, startDemoLaptop, startServer } from './app.ts';
import type { DemoLaptop, Running } from './app.ts';
import { launchBrowser, openApp, type WatchedPage } from './browser.ts';
import { ask, unlock } from './steps.ts';

/** The person's draft is on the screen at most so long after the model sent it (issue 5). */
const FIRST_WORD_MS = 100;

let browser: Browser;
let fake: FakeModel;
let server: Running;
let laptop: DemoLaptop;
let watched: WatchedPage;
let repeat: FakeModel['answer'];

beforeAll(async () => {
  ensureRenderer();
  fake = await openFakeModel();
  repeat = fake.answer;
  server = await startServer(await freshHome('ai-server'), { ...fake.environment, FEATURE_AI_ENABLED: 'true', AI_TIMEOUT_MS: '30000' });
  laptop = await startDemoLaptop(await freshHome('ai'), server.url);
  browser = await launchBrowser();
  watched = await openApp(browser, laptop.url);
  await unlock(watched, laptop.passphrase);
  await until(
    async () => (await ask<{ connected: boolean }>(watched, 'integration.list', {})).connected,
    (connected) => connected,
    'the demo has found its server',
    180_000,
  );
});
afterAll(async () => {
  await watched?.close();
  await browser?.close();
  for (const one of [laptop, server]) {
    await one?.stop();
    if (one !== undefined) await removeHome(one.home);
  }
  await fake?.close();
});
beforeEach(() => {
  onTestFailed(() => picture('ai-failed'));
  Object.assign(fake, { mood: 'well', pace: 0, answer: repeat });
});

const picture = async (name: string): Promise<void> => {
  const folder = process.env['RYGGRAD_PICTURES'];
  if (folder !== undefined) await watched.page.screenshot({ path: `${folder}/${name}.png` });
};

let patientId = '';
async function signedVisit(texts: { subjective: string; objective?: string; treatment: string }): Promise<string> {
  patientId ||= (
    await ask<{ id: string }>(watched, 'patient.create', {
      givenName: 'Tuva',
      familyName: 'Prøvedal',
      birthDate: '1980-02-03',
      missingNationalIdReason: 'foreign',
      fastlegeName: 'Lege Lie',
      fastlegePractice: 'Sentrum legekontor',
    })
  ).id;
  const { id } = await ask<{ id: string }>(watched, 'encounter.start', { patientId, visitType: 'follow_up' });
  for (const [key, text] of Object.entries(texts)) await ask(watched, 'section.write', { encounterId: id, key, text });
  await ask(watched, 'diagnosis.add', { encounterId: id, system: 'icpc-2', code: 'L15' });
  await ask(watched, 'encounter.sign', { id, patientId });
  return id;
}
/** Found by name; out of the newest visit. */
async function openLetter(encounterId: string): Promise<string> {
  const { id } = await ask<{ id: string }>(watched, 'letter.create', { encounterId, kind: 'epikrise' });
  const { page } = watched;
  await watched.press('Alt+1');
  await watched.press('Control+k');
  await page.getByRole('combobox', { name: 'Søk pasient' }).waitFor();
  await watched.type('Prøvedal');
  await page
    .getByRole('option', { name: /Prøvedal/ })
    .first()
    .waitFor();
  await watched.press('Enter');
  await page.getByRole('heading', { name: /Prøvedal/ }).waitFor();
  await page.locator('tr[tabindex="0"]', { hasText: 'Oppfølging' }).first().focus();
  await watched.press('Enter');
  await page.locator('.chart[data-status="signed"]').waitFor();
  await watched.press('Control+b');
  await page.locator('.letter').waitFor();
  return id;
}
const contentOf = async (id: string) =>
  (await ask<{ letter: { content: Record<string, unknown> } }>(watched, 'letter.get', { id })).letter.content;

test('off: nothing of it is seen, in the letter or in the chart; the settings say how it is, and the clinic opts in', async () => {
  const encounterId = await signedVisit({ subjective: 'Vondt i høyre kne.', treatment: 'Mobilisering.' });
  await openLetter(encounterId);
  const { page } = watched;
  expect(await page.getByText('Skrivehjelp').count()).toBe(0);
  await watched.press('Alt+u');
  expect(await page.locator('.draft').count()).toBe(0);

  await watched.press('Alt+6');
  const settings = page.locator('section', { has: page.getByRole('heading', { name: /^Skrivehjelp/ }) });
  await page.getByRole('tab', { name: 'Integrasjoner' }).focus();
  await watched.press('Enter');
  await settings.getByText('klar på serveren').waitFor();
  await settings.getByRole('button', { name: 'Prøv forbindelsen' }).focus();
  await watched.press('Enter');
  await settings.getByText('Leverandøren svarer. Ingenting er sendt.').waitFor();
  expect(fake.asked.length).toBe(0);
  await settings.getByRole('checkbox', { name: 'Slått på for klinikken' }).focus();
  await watched.press('Space');
  await settings.getByLabel('Avtale (tittel eller nummer)').focus();
  await watched.type('DPA 2026-14');
  await watched.press('Tab');
  await watched.type('Modellhuset AS');
  await watched.press('Tab');
  await watched.type('Kim Berg');
  await settings.getByLabel('Dato inngått').fill('2026-11-01');
  await settings.getByRole('button', { name: 'Registrer avtalen' }).focus();
  await watched.press('Enter');
  await settings.getByText(/Databehandleravtale registrert/).waitFor();
  await picture('ai-settings');
  await until(
    async () => await ask<{ pending: number }>(watched, 'sync.now', {}),
    ({ pending }) => pending === 0,
    'the switch is on the server',
    180_000,
  );
});

test('a draft beside its sources: two of three sentences are taken by keyboard, the one without cover is marked and left', async () => {
  const encounterId = await signedVisit({
    subjective: 'Vondt i høyre kne etter fall. Ingen hevelse.',
    objective: 'SLR 45 grader høyre. Ømhet over mediale leddspalte høyre kne.',
    treatment: 'Mobilisering av høyre kne. Øvelser for quadriceps.',
  });
  const id = await openLetter(encounterId);
  const before = await contentOf(id);
  // Slow enough to be looked at while it is written.
  fake.pace = 80;
  fake.answer = ({ sources }) => {
    const n = (word: string) => sources.filter(({ text }) => text.includes(word)).map((source) => source.n);
    return {
      entries: [
        { section: 'history', sources: n('Vondt'), text: 'Pasienten har vondt i høyre kne etter fall.' },
        { section: 'findings', sources: n('mediale'), text: 'Ømhet over mediale leddspalte i venstre kne, mistanke om meniskskade.' },
        { section: 'treatment', sources: n('Øvelser'), text: 'Øvelser for quadriceps.' },
      ],
    };
  };
  const { page } = watched;
  await watched.press('Alt+u');
  await page.locator('.draft').waitFor();
  await watched.press('Enter');
  // It is there for a blink: looked for in every frame.
  await page.waitForFunction(() => document.querySelector('.draft-writing')?.textContent.includes('Pasienten har') === true);
  await picture('ai-writing');
  await page.getByText('3 setninger er klare.').waitFor();
  expect(await page.locator('.draft-sentence:not([data-supported])').count()).toBe(1);
  await page.getByText('Står ikke i kildene:').waitFor();
  expect(await page.locator('.draft-sentence:not([data-supported])').textContent()).toMatch(/side: venstre/);
  // Nothing is chosen beforehand, and nothing is written.
  expect(await page.locator('.draft-sentence:not([data-fate="open"])').count()).toBe(0);
  expect(await contentOf(id)).toEqual(before);
  await picture('ai-draft');

  await watched.press('ArrowDown');
  await watched.press('Enter');
  await page.locator('.draft-sentence[data-fate="taken"]').waitFor();
  await watched.press('Backspace');
  await page.locator('.draft-sentence[data-fate="aside"]').waitFor();
  await watched.press('Enter');
  await page.waitForFunction(() => document.querySelectorAll('.draft-sentence[data-fate="taken"]').length === 2);
  const after = await contentOf(id);
  expect(after['history']).toBe(`${String(before['history'])} Pasienten har vondt i høyre kne etter fall.`.trim());
  expect(after['treatment']).toBe(`${String(before['treatment'])} Øvelser for quadriceps.`);
  expect(after['findings']).toBe(before['findings']);
  await page.waitForFunction(() =>
    [...document.querySelectorAll('.letter textarea')].some(
      (area) => area instanceof HTMLTextAreaElement && area.value.includes('Pasienten har vondt i høyre kne etter fall.'),
    ),
  );
  await picture('ai-taken');
  const axe = await new AxeBuilder({ page }).include('.draft').analyze();
  expect(axe.violations.map(({ id: rule, nodes }) => `${rule}: ${nodes[0]?.html.slice(0, 120)}`)).toEqual([]);
});

test('a stream is stopped by Escape: the model hears it, what had come stands, and the letter is as it was', async () => {
  const encounterId = await signedVisit({ subjective: 'Stiv i kneet om morgenen. '.repeat(30).trim(), treatment: 'Mobilisering.' });
  const id = await openLetter(encounterId);
  const before = await contentOf(id);
  fake.pace = 25;
  const left = fake.left;
  const { page } = watched;
  await watched.press('Alt+u');
  await page.locator('.draft').waitFor();
  await watched.press('Enter');
  await page.locator('.draft-sentence').first().waitFor();
  await page.locator('.letter').press('Escape');
  await page.getByText('Stoppet. Det som rakk å komme, står her.').waitFor();
  await expect.poll(() => fake.left).toBe(left + 1);
  const shown = await page.locator('.draft-sentence').count();
  expect(shown).toBeGreaterThan(0);
  expect(shown).toBeLessThan(30);
  expect(await contentOf(id)).toEqual(before);
  await picture('ai-stopped');
});

test('the model away says so, and writing goes on', async () => {
  const encounterId = await signedVisit({ subjective: 'Bedre.', treatment: 'Mobilisering.' });
  await openLetter(encounterId);
  fake.mood = 'broken';
  await watched.press('Alt+u');
  await watched.page.locator('.draft').waitFor();
  await watched.press('Enter');
  await watched.page.getByText('Skrivehjelpen svarer ikke.').waitFor();
  expect(await watched.page.locator('.draft-sentence').count()).toBe(0);
});

test(`the first words stand on the screen within ${FIRST_WORD_MS} ms of their arrival`, async () => {
  const encounterId = await signedVisit({ subjective: 'Vondt i høyre kne etter fall.', treatment: 'Mobilisering.' });
  await openLetter(encounterId);
  const { page } = watched;
  const took: { sent: number; told: number }[] = [];
  // The very first piece is already words of the first sentence.
  fake.answer = () => '{"entries":[{"text":"Vondt i høyre kne etter fall.","section":"history","sources":[1]}]}';
  await watched.press('Alt+u');
  for (let turn = 0; turn < 21; turn += 1) {
    await page.getByRole('button', { name: 'Utkast av brevet' }).focus();
    await watched.press('Enter');
    await page.waitForFunction(
      () => performance.getEntriesByName('ai:shown').length > 0 && document.querySelector('.draft-writing[data-writing]') === null,
    );
    const [told, shown] = await page.evaluate(() =>
      ['ai:told', 'ai:shown'].map((name) => performance.timeOrigin + (performance.getEntriesByName(name)[0]?.startTime ?? Number.NaN)),
    );
    // Three pieces of twelve signs until the first word.
    took.push({ sent: (shown ?? 0) - (fake.firstSent.at(-1) ?? 0), told: (shown ?? 0) - (told ?? 0) });
  }
  const middle = (all: number[]) => all.toSorted((a, b) => a - b);
  const sent = middle(took.slice(1).map((one) => one.sent));
  const told = middle(took.slice(1).map((one) => one.told));
  process.stdout.write(
    `ai first words: sent→shown p50 ${sent[10]?.toFixed(0)} ms, p95 ${sent[18]?.toFixed(0)} ms, max ${sent[19]?.toFixed(0)} ms; told→shown p50 ${told[10]?.toFixed(0)} ms\n`,
  );
  // Of twenty the fourth quickest: what the way itself costs. Whatever else this machine does meanwhile stands in the line above.
  expect(sent[3]).toBeLessThan(FIRST_WORD_MS);
  expect(told[3]).toBeLessThan(FIRST_WORD_MS);
});

test('in the chart it is quiet: one’s own words are tidied on a key, and a code is suggested and taken by the person', async () => {
  const { page } = watched;
  const { id } = await ask<{ id: string }>(watched, 'encounter.start', { patientId, visitType: 'follow_up' });
  await ask(watched, 'section.write', { encounterId: id, key: 'subjective', text: 'vondt høyre kne etter fall. ingen hevelse' });
  await watched.press('Alt+1');
  await watched.press('Control+k');
  await page.getByRole('combobox', { name: 'Søk pasient' }).waitFor();
  await watched.type('Prøvedal');
  await page
    .getByRole('option', { name: /Prøvedal/ })
    .first()
    .waitFor();
  await watched.press('Enter');
  await page.getByRole('heading', { name: /Prøvedal/ }).waitFor();
  await page.locator('tr[tabindex="0"]', { hasText: 'Oppfølging' }).first().focus();
  await watched.press('Enter');
  await page.locator('.chart[data-status="draft"]').waitFor();
  fake.answer = ({ task, sources }) =>
    task === 'icpc'
      ? { entries: [{ sources: [1], code: 'L15' }] }
      : {
          entries: sources.map(({ n, text }) => ({
            sources: [n],
            text: `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.?$/, '.')}`,
          })),
        };
  await page.locator('#section-subjective').focus();
  await page.getByRole('button', { name: 'Rydd språket' }).waitFor();
  await watched.press('Alt+r');
  await page.locator('.tidied .draft-sentence').nth(1).waitFor();
  await picture('ai-tidied');
  await page.getByRole('button', { name: 'Gå gjennom' }).press('Enter');
  await watched.press('Enter');
  await page.locator('.tidied .draft-sentence[data-fate="taken"]').waitFor();
  await page.waitForFunction(
    () => document.querySelector<HTMLTextAreaElement>('#section-subjective')?.value === 'Vondt høyre kne etter fall. ingen hevelse',
  );
  await page.getByRole('button', { name: 'Forslag fra notatet' }).press('Enter');
  await page.getByRole('button', { name: 'Legg til L15' }).waitFor();
  await picture('ai-codes');
  expect(await page.locator('.chart .line-list .code', { hasText: 'L15' }).count()).toBe(1);
  await page.getByRole('button', { name: 'Legg til L15' }).press('Enter');
  await page.getByRole('button', { name: /Fjern.*L15/ }).waitFor();
  const axe = await new AxeBuilder({ page }).include('.chart').analyze();
  expect(axe.violations.map(({ id: rule, nodes }) => `${rule}: ${nodes[0]?.html.slice(0, 120)}`)).toEqual([]);
});
