/** What a revoked laptop handed in: read by a clinician, taken in as its writer signed it, or set aside; kept either way. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClinic, PASSPHRASE, testLaptop, type TestLaptop } from '#electron/core/testing.ts';
import type { Fetch } from '#electron/sync/ports.ts';
import { inSync, joinColleague } from './colleague.ts';
import { until } from './laptop.ts';
import { startTestServer, type TestServer } from './server.ts';

let server: TestServer;
let kim: TestLaptop;
let bo: TestLaptop;
let desk: TestLaptop;
let patientId: string;
const visits: Record<'kept' | 'aside' | 'shut', string> = { kept: '', aside: '', shut: '' };
const line = { online: true };
let asked = 0;
const fetching: Fetch = async (input, init) => {
  asked += 1;
  if (!line.online) throw new TypeError('no network');
  return await fetch(input, init);
};

beforeAll(async () => {
  server = await startTestServer();
  kim = testLaptop({ fetch });
  bo = testLaptop({ fetch: fetching });
  desk = testLaptop({ fetch });
  await openClinic(kim);
  await kim.must('server.connect', { url: server.url, registrationCode: null, passphrase: PASSPHRASE });
  const named = (familyName: string) => kim.must('patient.create', { givenName: 'Åse', familyName, missingNationalIdReason: 'not_stated' });
  patientId = (await named('Ødegård')).id;
  const other = (await named('Strand')).id;
  const shut = (await named('Lukket')).id;
  await inSync(kim);
  await joinColleague(kim, bo, server.url, { name: 'Bo Lund', email: 'bo@bakken.example', roles: ['PRACTITIONER', 'ADMIN'] });
  await joinColleague(kim, desk, server.url, { name: 'Siv Skranke', email: 'siv@bakken.example', roles: ['ASSISTANT'] });
  await until(
    () => bo.call('patient.get', { id: shut }),
    ({ ok }) => ok,
    'Bo has the patients',
  );
  const kimId = (await kim.must('app.state', {})).session?.user.id ?? '';
  await bo.must('access.block', { patientId: shut, userId: kimId, blocked: true });
  await inSync(bo);
  line.online = false;
  const write = async (patient: string, text: string): Promise<string> => {
    const visit = await bo.must('encounter.start', { patientId: patient, visitType: 'follow_up' });
    await bo.must('section.write', { encounterId: visit.id, key: 'subjective', text });
    return visit.id;
  };
  visits.kept = await write(patientId, 'Skrevet før maskinen ble borte.');
  visits.aside = await write(other, 'Skrevet av en fremmed.');
  visits.shut = await write(shut, 'Lukket for Kim.');
  // A later change of the visit names no patient, and what follows names only the visit.
  await bo.must('encounter.setType', { id: visits.shut, visitType: 'acute' });
  await bo.must('section.write', { encounterId: visits.shut, key: 'objective', text: 'Også lukket for Kim.' });
  await bo.must('section.write', { encounterId: visits.shut, key: 'subjective', text: 'Fortsatt lukket for Kim.' });
  await bo.must('price.save', { code: 'T1', label: 'Billig', kind: 'service', amountOre: 100, refundOre: null, visitTypes: [] });
  const { devices } = await kim.must('device.list', {});
  const lost = devices.find(({ name, userName }) => name === 'Loftet' && userName === 'Bo Lund');
  await kim.must('device.revoke', { id: lost?.id ?? '' });
  await inSync(kim);
  line.online = true;
  asked = 0;
  await until(
    async () => {
      await bo.call('sync.now', {});
      return await waiting();
    },
    (count) => count >= 7,
    'everything is handed in, and Kim’s laptop knows',
    60_000,
  );
});
afterAll(async () => {
  await kim?.close();
  await bo?.close();
  await desk?.close();
  await server?.close();
});

async function waiting(): Promise<number> {
  await kim.must('sync.now', {});
  return (await kim.must('device.list', {})).devices.find(({ handedIn }) => handedIn > 0)?.handedIn ?? 0;
}

test('a revoked laptop hands in and is done: it does not ask for ever', () => {
  expect(asked).toBeLessThan(40);
});

test('a clinician reads every word, from whom and where; not a journal that is shut for them, and the desk nothing', async () => {
  const { items } = await kim.must('handedIn.list', {});
  const told = items.flatMap(({ written }) => written.map(({ value }) => value));
  expect(told).toContain('Skrevet før maskinen ble borte.');
  expect(items[0]).toMatchObject({ deviceName: 'Loftet', actorName: 'Bo Lund', patientName: 'Åse Ødegård' });
  expect(JSON.stringify(items)).not.toMatch(/lukket for Kim/i);
  expect(items.filter(({ entity, patientId: about }) => entity !== 'price_item' && about === null)).toEqual([]);
  const { events } = await kim.must('audit.list', { where: 'device', action: 'read', patientId, limit: 10 });
  expect(events.map(({ verb }) => verb)).toContain('handedIn.list');
  expect(await desk.call('handedIn.list', {})).toMatchObject({ ok: false, code: 'permission/denied' });
});

test('taken in it stands in the record under who wrote it; set aside it does not; prices are never taken in', async () => {
  const { items } = await kim.must('handedIn.list', {});
  const deviceId = items[0]?.deviceId ?? '';
  const of = (familyName: string) => items.filter(({ patientName }) => patientName === `Åse ${familyName}`);
  const decide = (ns: number[], decision: 'admit' | 'set_aside') => kim.must('handedIn.decide', { deviceId, ns, decision });
  expect(
    await decide(
      of('Ødegård').map(({ n }) => n),
      'admit',
    ),
  ).toEqual({ refused: [] });
  expect(
    await decide(
      of('Strand').map(({ n }) => n),
      'set_aside',
    ),
  ).toEqual({ refused: [] });
  const price = items.find(({ entity }) => entity === 'price_item')?.n ?? 0;
  expect(await decide([price], 'admit')).toEqual({ refused: [{ n: price, code: 'handed-in/governing' }] });
  await until(
    () => kim.call('encounter.get', { id: visits.kept }),
    ({ ok }) => ok,
    'the visit is here',
  );
  const chart = await kim.must('encounter.get', { id: visits.kept });
  expect(chart.sections).toContainEqual(expect.objectContaining({ key: 'subjective', text: 'Skrevet før maskinen ble borte.' }));
  expect(JSON.stringify(chart)).toContain('Bo Lund');
  expect(await kim.call('encounter.get', { id: visits.aside })).toMatchObject({ ok: false });
  // Once decided, decided; whoever decides again is told.
  const again = of('Ødegård')[0]?.n ?? 0;
  expect(await decide([again], 'admit')).toEqual({ refused: [{ n: again, code: 'handed-in/unknown' }] });
  expect((await kim.must('handedIn.list', {})).items.map(({ rowId }) => rowId)).not.toContain(visits.kept);
  // Nothing left quarantine.
  const held = "(select count(*) from quarantine where code = 'device/revoked')";
  await server.tamper(`do $$ begin if ${held} < 7 then raise exception 'something is gone'; end if; end $$`);
});
