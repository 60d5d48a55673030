/**
 * A whole day with one canary patient in a real browser and a real server, ended once politely and once by kill -9,
 * so that write-ahead logs and profiles are left as a stolen laptop would have them.
 */
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { syntheticNationalId } from '#db/rules/fodselsnummer.ts';
import { ensureRenderer, startDemoLaptop, startServer } from '#tests/journeys/app.ts';
import { openAppWithProfile, type WatchedPage } from '#tests/journeys/browser.ts';
import { addDiagnosis, ask, sign, unlock, waitForFocus } from '#tests/journeys/steps.ts';
import { scanFolder } from './scan.ts';
import type { ScanReport } from './scan.ts';

export const CANARY = {
  givenName: 'Kvitrine',
  familyName: 'Sølvfjærmo',
  nationalId: syntheticNationalId({ birthDate: '1981-07-19', n: 37 }),
  phone: '94073158',
  phrase: 'murrende ubehag ved skulderbladets spiss',
} as const;

export interface LeakReport extends ScanReport {
  /** What the scan finds in the file the person exported, to show that it can find. */
  control: number;
}

/** A scanned letter with the canary in it: attached, opened, and gone from the page again. */
async function attachScan(watched: WatchedPage): Promise<void> {
  const { page } = watched;
  const { id } = (await ask<{ hits: { id: string }[] }>(watched, 'patient.search', { query: CANARY.familyName })).hits[0] ?? { id: '' };
  await watched.press('Control+k');
  await watched.type(CANARY.familyName.slice(0, 6));
  await page.getByRole('option', { name: new RegExp(CANARY.familyName) }).waitFor();
  await watched.press('Enter');
  await page.getByRole('heading', { name: 'Vedlegg' }).waitFor();
  const text = `BT /F1 18 Tf 40 100 Td (${CANARY.phrase.replaceAll(/[^ -~]/g, '')} ${CANARY.phone} ${CANARY.nationalId}) Tj ET`;
  await page
    .locator('.attachments input[type=file]')
    .setInputFiles({ name: `${CANARY.familyName}.pdf`, mimeType: 'application/pdf', buffer: pdfOf(text) });
  await page.locator('.attachments-adding input').waitFor();
  await watched.press('Enter');
  await page.locator('.attachments tr', { hasText: CANARY.familyName }).focus();
  await watched.press('Enter');
  await page.locator('.viewer [data-pages="1"]').waitFor();
  await watched.press('Escape');
  await page.locator('.viewer').waitFor({ state: 'detached' });
  // Up to the server as well.
  for (let tries = 0; tries < 200; tries += 1) {
    const { attachments } = await ask<{ attachments: { place: string }[] }>(watched, 'attachment.list', { patientId: id });
    if (attachments.every(({ place }) => place === 'here')) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the scan did not reach the server');
}

/** One page with this content stream. */
function pdfOf(stream: string): Buffer {
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
    `<</Length ${stream.length}>>stream\n${stream}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
  ];
  const body = objects.map((object, i) => `${i + 1} 0 obj${object}endobj\n`).join('');
  return Buffer.from(`%PDF-1.4\n${body}trailer<</Root 1 0 R>>\n%%EOF`, 'latin1');
}

export async function wholeRun(folder: string): Promise<LeakReport> {
  ensureRenderer();
  const temp = join(folder, 'tmp');
  const exported = join(folder, 'exported-by-the-user');
  const serverHome = join(folder, 'server');
  for (const path of [temp, exported, join(folder, 'laptop'), serverHome, join(folder, 'backup')])
    mkdirSync(path, { recursive: true, mode: 0o755 });
  const env = { TMPDIR: temp, TMP: temp, TEMP: temp };
  const server = await startServer(serverHome, { ...env, LOG_LEVEL: 'debug' });
  const previous = { ...process.env };
  Object.assign(process.env, env);
  let laptop = await startDemoLaptop(join(folder, 'laptop'), server.url);
  const watched = await openAppWithProfile(join(folder, 'profile'), laptop.url, env);
  await unlock(watched, laptop.passphrase);
  const { id: patientId } = await ask<{ id: string }>(watched, 'patient.create', {
    givenName: CANARY.givenName,
    familyName: CANARY.familyName,
    nationalId: CANARY.nationalId,
    phone: CANARY.phone,
    birthDate: '1981-07-19',
    fastlegeName: 'Lege Kanari',
  });
  // Found as a person finds: by name, in the palette.
  await watched.press('Control+k');
  await watched.type(CANARY.familyName.slice(0, 6));
  await watched.page.getByRole('option', { name: new RegExp(CANARY.familyName) }).waitFor();
  await watched.press('Enter');
  await watched.page.getByRole('heading', { name: new RegExp(CANARY.familyName) }).waitFor();
  await watched.press('v');
  await watched.page.getByText(CANARY.nationalId).waitFor();
  await watched.press('2');
  await waitForFocus(watched, 'section-subjective');
  await watched.type(CANARY.phrase);
  for (let tab = 0; tab < 3; tab += 1) await watched.press('Tab');
  await watched.type('Mobilisering.');
  await addDiagnosis(watched, 'L08');
  await sign(watched);
  await watched.press('Control+b');
  await watched.page.locator('.letter').waitFor();
  await watched.page.locator('.pdf[data-pages="1"]').waitFor();
  const { letters } = await ask<{ letters: { id: string }[] }>(watched, 'letter.list', { patientId });
  const id = letters[0]?.id ?? '';
  await ask(watched, 'letter.update', {
    id,
    content: {
      recipient: { name: 'Lege Kanari', practice: 'Legekontoret' },
      reason: CANARY.phrase,
      findings: CANARY.phrase,
      treatment: 'Mobilisering',
      assessment: 'Uspesifikk',
      followUp: 'Kontroll',
    },
  });
  await ask(watched, 'letter.sign', { id });
  const file = await ask<{ pdfBase64: string }>(watched, 'letter.export', { id, warned: true });
  writeFileSync(join(exported, 'epikrise.pdf'), Buffer.from(file.pdfBase64, 'base64'));
  await ask(watched, 'backup.create', { folder: join(folder, 'backup') });
  await ask(watched, 'sync.now', {});
  await attachScan(watched);
  // A refusal and a bug's way through the logs.
  await ask(watched, 'patient.create', { givenName: CANARY.givenName, familyName: CANARY.familyName, nationalId: CANARY.nationalId }).catch(
    () => {},
  );
  await laptop.kill();
  // On the same port, as after a restart: the browser's profile belongs to the address.
  laptop = await startDemoLaptop(join(folder, 'laptop'), server.url, new URL(laptop.url).port);
  await watched.page.goto(laptop.url);
  await unlock(watched, laptop.passphrase);
  await watched.page.reload();
  await watched.close();
  await laptop.kill();
  await server.stop();
  process.env = previous;

  const needles = [CANARY.familyName, CANARY.givenName, CANARY.nationalId, CANARY.phone, CANARY.phrase];
  // The server's own Postgres is searched with all the rest: tables, indexes, log and write-ahead log (under root it lies elsewhere).
  const report = scanFolder(folder, needles, [exported]);
  const postgres = realpathSync(join(serverHome, 'postgres'));
  if (!postgres.startsWith(realpathSync(folder))) {
    const elsewhere = scanFolder(postgres, needles);
    report.leaks.push(...elsewhere.leaks);
    report.files += elsewhere.files;
    report.bytes += elsewhere.bytes;
    report.inflated += elsewhere.inflated;
  }
  return { ...report, control: scanFolder(exported, ['PDF-1']).leaks.length };
}
