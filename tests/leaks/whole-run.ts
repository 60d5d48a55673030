/**
 * A whole day with one canary patient in a real browser and a real server, ended once politely and once by kill -9,
 * so that write-ahead logs and profiles are left as a stolen laptop would have them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { syntheticNationalId } from '#db/rules/fodselsnummer.ts';
import { ensureRenderer, startDemoLaptop, startServer } from '#tests/journeys/app.ts';
import { openAppWithProfile } from '#tests/journeys/browser.ts';
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
  // Postgres' own files hold the record in the clear until field encryption: that is the server's disk, not the laptop's.
  const report = scanFolder(folder, needles, [exported, join(serverHome, 'postgres')]);
  return { ...report, control: scanFolder(exported, ['PDF-1']).leaks.length };
}
