/** Two whole cores, as the window uses them, by verbs alone: set-up, server, colleague by code, both offline, one record. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { entityNames } from '#db/model/entities.ts';
import { openClinic, PASSPHRASE, testLaptop, type TestLaptop } from '#electron/core/testing.ts';
import type { Fetch } from '#electron/sync/ports.ts';
import { startTestServer, type TestServer } from './server.ts';
import { until } from './laptop.ts';

let server: TestServer;
let kim: TestLaptop;
let bo: TestLaptop;
let online = true;
/** A cable that can be pulled. */
const cable: Fetch = (input, init) => (online ? fetch(input, init) : Promise.reject(new TypeError('no network')));

beforeAll(async () => {
  server = await startTestServer();
  kim = testLaptop({ fetch: cable });
  bo = testLaptop({ fetch: cable });
});
afterAll(async () => {
  await kim?.close();
  await bo?.close();
  await server?.close();
});

const digest = async (...args: string[]) => (await promisify(execFile)(process.execPath, ['tests/tools/digest.ts', ...args])).stdout.trim();
const inSync = (laptop: TestLaptop) =>
  until(
    () => laptop.must('sync.now', {}),
    ({ pending, state }) => pending === 0 && (state === 'in_sync' || state === 'attention'),
    'in sync',
    60_000,
  );

test('both chart the same patient for three days without network, then all three hold the same', async () => {
  const { userId } = await openClinic(kim);
  const early = await kim.must('patient.create', { givenName: 'Født', familyName: 'Uten-Server', missingNationalIdReason: 'not_stated' });
  await kim.must('server.connect', { url: server.url, registrationCode: null, passphrase: PASSPHRASE });
  await inSync(kim);
  const colleague = await kim.must('user.add', {
    name: 'Bo Lund',
    email: 'bo@bakken.example',
    roles: ['PRACTITIONER'],
    profession: 'KI',
    hprNumber: null,
    validUntil: null,
    passphrase: null,
  });
  await inSync(kim);
  const { code } = await kim.must('device.invite', { userId: colleague.id });
  const joined = await bo.must('clinic.join', {
    code: code.includes('#') ? code : `${server.url}#${code}`,
    deviceName: 'Loftet',
    passphrase: PASSPHRASE,
  });
  await bo.must('session.unlock', { ...joined, passphrase: PASSPHRASE });
  await inSync(bo);
  await until(
    () => bo.call('patient.get', { id: early.id }),
    ({ ok }) => ok,
    'Bo has the patient that was born before the server',
    60_000,
  );

  const encounter = await kim.must('encounter.start', { patientId: early.id, visitType: 'follow_up' });
  await inSync(kim);
  await until(
    () => bo.call('encounter.get', { id: encounter.id }),
    ({ ok }) => ok,
    'Bo has the visit',
    60_000,
  );

  online = false;
  for (const [laptop, who] of [
    [kim, 'Kim'],
    [bo, 'Bo'],
  ] as const) {
    for (const day of [1, 2, 3]) {
      await laptop.must('section.write', { encounterId: encounter.id, key: 'subjective', text: `${who}, dag ${day}: vondt i nakken` });
      await laptop.must('patient.create', { givenName: who, familyName: `Ny dag ${day}`, missingNationalIdReason: 'not_stated' });
      laptop.pass(86_400_000);
    }
  }
  await kim.restart();
  await kim.must('session.unlock', { clinicId: joined.clinicId, userId, passphrase: PASSPHRASE });
  online = true;
  await inSync(kim);
  await inSync(bo);
  await inSync(kim);
  const ofServer = () => digest('--server', server.url, '--email', 'kim@bakken.example', '--passphrase', PASSPHRASE);
  const wanted = await ofServer();
  expect(wanted.split('\n')).toHaveLength(entityNames.length);
  expect(wanted).toMatch(/^patient 7 /m);
  expect(wanted).toMatch(/^note_section 2 /m);
  await until(
    () => digest('--home', kim.home, '--passphrase', PASSPHRASE),
    (have) => have === wanted,
    'Kim equals the server',
    60_000,
  );
  await until(
    () => digest('--home', bo.home, '--passphrase', PASSPHRASE),
    (have) => have === wanted,
    'Bo equals the server',
    60_000,
  );
  expect(await ofServer()).toBe(wanted);
});

test('a letter signed without network is the same bytes on both laptops', async () => {
  online = false;
  await kim.must('clinic.update', { set: { orgNumber: '987654321' } });
  const patient = await kim.must('patient.create', {
    givenName: 'Brev',
    familyName: 'Mottaker-Ødegård',
    birthDate: '1979-02-03',
    missingNationalIdReason: 'foreign',
  });
  const visit = await kim.must('encounter.start', { patientId: patient.id, visitType: 'follow_up' });
  await kim.must('section.write', { encounterId: visit.id, key: 'subjective', text: 'Bedre, sover om natten. 🙂' });
  await kim.must('section.write', { encounterId: visit.id, key: 'treatment', text: 'Mobilisering L4–L5.' });
  await kim.must('diagnosis.add', { encounterId: visit.id, system: 'icpc-2', code: 'L84' });
  await kim.must('encounter.sign', { id: visit.id, patientId: patient.id });
  const letter = await kim.must('letter.create', { encounterId: visit.id, kind: 'epikrise' });
  await kim.must('letter.update', {
    id: letter.id,
    content: {
      recipient: { name: 'Lege Hansen', practice: 'Bakken legesenter' },
      reason: 'Ryggsmerter',
      findings: 'Øm over L4–L5.',
      assessment: 'Uspesifikk',
      followUp: 'Kontroll her',
    },
  });
  const { sha256 } = await kim.must('letter.sign', { id: letter.id });
  online = true;
  await inSync(kim);
  await inSync(bo);
  await until(
    () => bo.call('letter.pdf', { id: letter.id }),
    ({ ok }) => ok,
    'Bo has the letter',
    60_000,
  );
  const [here, there] = [await kim.must('letter.pdf', { id: letter.id }), await bo.must('letter.pdf', { id: letter.id })];
  const hashOf = (base64: string) => createHash('sha256').update(Buffer.from(base64, 'base64')).digest('hex');
  expect(there.signed).toBe(true);
  expect([hashOf(here.pdfBase64), hashOf(there.pdfBase64)]).toEqual([sha256, sha256]);
  const wanted = await digest('--server', server.url, '--email', 'kim@bakken.example', '--passphrase', PASSPHRASE);
  for (const { home } of [kim, bo]) {
    await until(
      () => digest('--home', home, '--passphrase', PASSPHRASE),
      (have) => have === wanted,
      'equal to the server',
      60_000,
    );
  }
});
