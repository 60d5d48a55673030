/**
 * Another system hands in answers and a document about a patient by FHIR: without anybody doing anything they stand on the patient's page on the laptop,
 * and the answers are read there by the keyboard alone.
 */
import AxeBuilder from '@axe-core/playwright';
import { Client as FhirKit } from 'fhir-kit-client';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '#tests/sync/laptop.ts';
import { ensureRenderer, freshHome, removeHome, startDemoLaptop, startServer, type DemoLaptop, type Running } from './app.ts';
import { launchBrowser, openApp, type WatchedPage } from './browser.ts';
import { ask, unlock } from './steps.ts';

const shots = process.env['RYGGRAD_SCREENSHOTS'];
let browser: Browser;
let server: Running;
let laptop: DemoLaptop;
let watched: WatchedPage;

beforeAll(async () => {
  ensureRenderer();
  server = await startServer(await freshHome('answers-server'));
  laptop = await startDemoLaptop(await freshHome('answers'), server.url);
  browser = await launchBrowser();
  watched = await openApp(browser, laptop.url);
  await unlock(watched, laptop.passphrase);
});
afterAll(async () => {
  await browser?.close();
  for (const one of [laptop, server]) {
    await one?.stop();
    if (one !== undefined) await removeHome(one.home);
  }
});

const ITEMS = [
  {
    linkId: 'arbeid',
    text: 'Arbeid',
    item: [
      { linkId: 'arbeid.1', text: 'Er pasienten i arbeid?', answer: [{ valueBoolean: true }] },
      { linkId: 'arbeid.2', text: 'Hva gjør pasienten på jobb?', answer: [{ valueString: 'Løfter kasser på lager,\nstår hele dagen' }] },
      { linkId: 'arbeid.3', text: 'Timer i uken', answer: [{ valueQuantity: { value: 37.5, unit: 'timer' } }] },
    ],
  },
  {
    linkId: 'diagnose',
    text: 'Diagnose',
    item: [
      {
        linkId: 'diagnose.1',
        text: 'Hoveddiagnose',
        answer: [
          { valueCoding: { system: 'urn:oid:2.16.578.1.12.4.1.1.7170', code: 'L84', display: 'Ryggsyndrom uten smerteutstråling' } },
        ],
      },
      { linkId: 'diagnose.2', text: 'Første dag borte', answer: [{ valueDate: '2026-11-20' }] },
      { linkId: 'diagnose.3', text: 'Andre forhold', answer: [] as unknown[] },
    ].map(({ answer, ...one }) => (answer.length === 0 ? one : { ...one, answer })),
  },
];

test('answers and a document from elsewhere appear on the patient’s page and are read by the keyboard', async () => {
  const { page } = watched;
  const { hits } = await ask<{ hits: { id: string }[] }>(watched, 'patient.search', { query: 'Bjørnstad' });
  const patientId = hits[0]?.id ?? '';
  await watched.press('Control+k');
  await watched.type('Bjørnstad');
  await page.getByRole('option', { name: /Bjørnstad/ }).waitFor();
  await watched.press('Enter');
  await page.getByRole('heading', { name: /Bjørnstad/ }).waitFor();
  await page.getByRole('heading', { name: 'Vedlegg' }).waitFor();
  // Where nothing has come there is nothing to look at.
  expect(await page.getByRole('region', { name: 'Svar fra andre systemer' }).count()).toBe(0);

  const signedIn = await until(
    () =>
      fetch(`${server.url}/v1/sessions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: laptop.email, passphrase: laptop.passphrase }),
      }),
    ({ ok }) => ok,
    'the server knows the clinic',
    180_000,
  );
  const { accessToken } = (await signedIn.json()) as { accessToken: string };
  const kit = new FhirKit({ baseUrl: `${server.url}/fhir/R4`, bearerToken: accessToken });
  const subject = { reference: `Patient/${patientId}` };
  await until(
    () => kit.read({ resourceType: 'Patient', id: patientId }).catch(() => undefined),
    (found) => found !== undefined,
    'the server has the patient',
    180_000,
  );
  const hand = (more: object) =>
    kit.create({
      resourceType: 'QuestionnaireResponse',
      body: { resourceType: 'QuestionnaireResponse', subject, status: 'completed', ...more } as never,
    });
  await hand({
    questionnaire: 'https://www.nav.no/fhir/Questionnaire/sykmelding-opplysninger',
    authored: '2026-11-27T10:30:00+01:00',
    item: ITEMS,
  });
  await hand({
    questionnaire: 'urn:ryggrad:questionnaire:nrs-now',
    authored: '2026-11-26T08:00:00+01:00',
    item: [{ linkId: 'nrs-now', answer: [{ valueInteger: 7 }] }],
  });
  await hand({ questionnaire: 'https://skjema.example/Questionnaire/S%C3%B8vn', status: 'stopped', authored: '2026-11-25T08:00:00+01:00' });
  await kit.create({
    resourceType: 'DocumentReference',
    body: {
      resourceType: 'DocumentReference',
      status: 'current',
      subject,
      content: [
        {
          attachment: { contentType: 'application/pdf', data: Buffer.from('%PDF-1.7\nNav').toString('base64'), title: 'Sykmelding, kopi' },
        },
      ],
    } as never,
  });

  const section = page.getByRole('region', { name: 'Svar fra andre systemer' });
  await section.getByRole('button').nth(2).waitFor({ timeout: 60_000 });
  await page.locator('.attachments tr', { hasText: 'Sykmelding, kopi' }).waitFor({ timeout: 60_000 });
  const lines = section.getByRole('button');
  expect((await lines.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '))).toEqual([
    expect.stringMatching(/^27\. nov\. 2026 10:30 ▸ sykmelding-opplysninger www\.nav\.no/),
    expect.stringMatching(/^26\. nov\. 2026 08:00 ▸ Smerte nå \(NRS\)/),
    expect.stringMatching(/^25\. nov\. 2026 08:00 ▸ Søvn skjema\.example avbrutt/),
  ]);
  await lines.first().focus();
  await watched.press('Enter');
  const answers = section.getByRole('table', { name: 'sykmelding-opplysninger' });
  await answers.waitFor();
  const rows = await answers.getByRole('row').allInnerTexts();
  expect(rows.map((row) => row.replaceAll(/\s+/g, ' '))).toEqual([
    'Arbeid',
    'Er pasienten i arbeid? Ja',
    'Hva gjør pasienten på jobb? Løfter kasser på lager, står hele dagen',
    'Timer i uken 37,5 timer',
    'Diagnose',
    'Hoveddiagnose Ryggsyndrom uten smerteutstråling (L84)',
    'Første dag borte 20. nov. 2026',
    'Andre forhold ikke besvart',
  ]);
  if (shots !== undefined) await page.screenshot({ path: `${shots}/answers.png` });
  const report = await new AxeBuilder({ page })
    .include('.handed-in')
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  expect(report.violations).toEqual([]);
  await watched.press('Tab');
  await watched.press('Enter');
  await section.getByRole('table', { name: 'Smerte nå (NRS)' }).getByText('7', { exact: true }).waitFor();
  expect(await answers.count()).toBe(0);
  await watched.press('Enter');
  expect(await section.getByRole('table').count()).toBe(0);
  expect(await watched.violations()).toEqual([]);
}, 300_000);
