/** What a colleague wrote, not knowing, into what had been erased by law: read by whoever decided that, in the window, and by nobody else. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClinic, PASSPHRASE, testLaptop, type TestLaptop } from '#electron/core/testing.ts';
import type { Fetch } from '#electron/sync/ports.ts';
import { inSync, joinColleague } from './colleague.ts';
import { until } from './laptop.ts';
import { startTestServer, type TestServer } from './server.ts';

let server: TestServer;
let kim: TestLaptop;
let bo: TestLaptop;
let patientId: string;
const line = { online: true };
const fetching: Fetch = async (input, init) => {
  if (!line.online) throw new TypeError('no network');
  return await fetch(input, init);
};

beforeAll(async () => {
  server = await startTestServer();
  kim = testLaptop({ fetch });
  bo = testLaptop({ fetch: fetching });
  await openClinic(kim);
  await kim.must('server.connect', { url: server.url, registrationCode: null, passphrase: PASSPHRASE });
  patientId = (await kim.must('patient.create', { givenName: 'Åse', familyName: 'Ødegård', missingNationalIdReason: 'not_stated' })).id;
  const { id: visit } = await kim.must('encounter.start', { patientId, visitType: 'follow_up' });
  for (const key of ['subjective', 'treatment']) await kim.must('section.write', { encounterId: visit, key, text: 'Feil person' });
  await kim.must('diagnosis.add', { encounterId: visit, system: 'icpc-2', code: 'L03' });
  await kim.must('encounter.sign', { id: visit, patientId });
  await inSync(kim);
  await joinColleague(kim, bo, server.url, { name: 'Bo Lund', email: 'bo@bakken.example', roles: ['PRACTITIONER'] });
  await until(
    () => bo.call('encounter.get', { id: visit }),
    ({ ok }) => ok,
    'Bo has the visit',
  );
  line.online = false;
  await bo.must('amendment.write', { encounterId: visit, kind: 'addition', text: 'Skrevet uten å vite.', reason: null });
  const { id } = await kim.must('request.receive', {
    patientId,
    kind: 'deletion',
    origin: 'patient',
    asked: 'Vil ha besøket slettet.',
    targets: [{ entity: 'encounter', id: visit }],
  });
  const assessment = { harmless: true, archive: true, wrong: true, burdening: true, unnecessary: false, otherPerson: false };
  await kim.must('request.decide', { id, decision: 'granted', reason: 'Uriktig og belastende.', assessment });
  await inSync(kim);
  line.online = true;
  await until(
    async () => {
      await bo.call('sync.now', {});
      return await bo.must('sync.status', {});
    },
    ({ quarantined, pending }) => quarantined > 0 && pending === 0,
    'the addition is refused',
    60_000,
  );
});
afterAll(async () => {
  await kim?.close();
  await bo?.close();
  await server?.close();
});

test('whoever decided reads every word, from whom and since which decision, and the look is logged', async () => {
  expect(await kim.must('held.concerns', {})).toEqual({ me: true });
  const { items } = await kim.must('held.list', {});
  expect(items).toMatchObject([{ actorName: 'Bo Lund', patientId, patientName: 'Åse Ødegård', deviceName: 'Loftet', entity: 'amendment' }]);
  expect(items[0]?.written).toContainEqual({ field: 'text', value: 'Skrevet uten å vite.' });
  const { events } = await kim.must('audit.list', { where: 'device', action: 'read', patientId, limit: 10 });
  expect(events.map(({ verb }) => verb)).toContain('held.list');
});

test('the colleague who wrote it does not get it back, and a journal that is shut for the reader stays shut', async () => {
  expect(await bo.must('held.concerns', {})).toEqual({ me: false });
  expect(await bo.must('held.list', {})).toEqual({ items: [] });
  const userId = (await kim.must('app.state', {})).session?.user.id ?? '';
  await bo.must('access.block', { patientId, userId, blocked: true });
  await inSync(bo);
  await until(
    () => kim.must('held.list', {}),
    ({ items }) => items.length === 0,
    'Kim is shut out',
  );
});
