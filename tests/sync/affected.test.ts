/** A breach, over two laptops and a server: exactly those whose journal was touched are named, by device, person and period, and nobody else. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClinic, PASSPHRASE, testLaptop, type TestLaptop } from '#electron/core/testing.ts';
import { LOG_PAGE } from '#db/model/audit.ts';
import type { Fetch } from '#electron/sync/ports.ts';
import { inSync, joinColleague } from './colleague.ts';
import { until } from './laptop.ts';
import { startTestServer, type TestServer } from './server.ts';

let server: TestServer;
let kim: TestLaptop;
let bo: TestLaptop;
let boId: string;
let boDevice: string;
const ids: Record<string, string> = {};
const line = { online: true, pages: Number.POSITIVE_INFINITY };
const fetching: Fetch = async (input, init) => {
  if (!line.online) throw new TypeError('no network');
  if (String(input).endsWith('/v1/audit') && (line.pages -= 1) < 0) throw new TypeError('lost halfway');
  return await fetch(input, init);
};
/** All this happens in the first hour; nothing is asked before it is over. */
const PERIOD = { from: '2026-11-23T09:00:00.000Z', to: '2026-11-23T10:00:00.000Z' };
const WHOLE = { from: '2026-11-23T00:00:00.000Z', to: '2026-11-24T00:00:00.000Z' };

beforeAll(async () => {
  server = await startTestServer();
  kim = testLaptop({ fetch: fetching });
  bo = testLaptop({ fetch });
  await openClinic(kim);
  await kim.must('server.connect', { url: server.url, registrationCode: null, passphrase: PASSPHRASE });
  for (const [givenName, familyName] of [
    ['Åse', 'Lest'],
    ['=Tore', 'Søkt'],
    ['Ine', 'Utlevert'],
    ['Nabo', 'Urørt'],
    ['Eva', 'Hos Kim'],
  ] as const)
    ids[familyName] = (await kim.must('patient.create', { givenName, familyName, missingNationalIdReason: 'not_stated' })).id;
  await inSync(kim);
  boId = await joinColleague(kim, bo, server.url, { name: 'Bo Lund', email: 'bo@bakken.example', roles: ['PRACTITIONER'] });
  await until(
    () => bo.call('patient.get', { id: ids['Urørt'] ?? '' }),
    ({ ok }) => ok,
    'Bo has the patients',
  );
  boDevice = (await kim.must('device.list', {})).devices.find(({ name }) => name === 'Loftet')?.id ?? '';

  kim.setClock(PERIOD.from);
  bo.setClock(PERIOD.from);
  await bo.must('patient.get', { id: ids['Lest'] ?? '' });
  await bo.must('patient.revealNationalId', { id: ids['Lest'] ?? '' });
  bo.pass(60_000);
  await bo.must('patient.search', { query: 'Søkt' });
  await bo.must('journal.copy', { patientId: ids['Utlevert'] ?? '', recipient: 'Noen', basis: 'law', form: 'data', warned: true });
  await kim.must('patient.get', { id: ids['Hos Kim'] ?? '' });
  kim.setClock('2026-11-23T11:00:00.000Z');
  bo.setClock('2026-11-23T11:00:00.000Z');
  await inSync(bo);
  await inSync(kim);
});
afterAll(async () => {
  await kim?.close();
  await bo?.close();
  await server?.close();
});

const names = (list: { patients: { name: string | null }[] }): (string | null)[] => list.patients.map(({ name }) => name);

test('exactly those who were touched are named, with how often and when, and nobody else', async () => {
  const all = await kim.must('audit.affected', PERIOD);
  expect(all).toMatchObject({ source: 'clinic', broken: 0, lists: 0, unknown: 0 });
  expect(names(all)).toEqual(['=Tore Søkt', 'Eva Hos Kim', 'Ine Utlevert', 'Åse Lest']);
  const [tore, , ine, aase] = all.patients;
  expect(aase).toEqual({
    patientId: ids['Lest'],
    name: 'Åse Lest',
    birthDate: null,
    opened: 2,
    shown: 0,
    taken: 0,
    changed: 0,
    first: PERIOD.from,
    last: PERIOD.from,
  });
  expect(tore).toMatchObject({ opened: 0, shown: 1, taken: 0, first: '2026-11-23T09:01:00.000Z' });
  expect(ine).toMatchObject({ opened: 0, shown: 0, taken: 1 });
  expect(names(await kim.must('audit.affected', { from: '2030-01-01T00:00:00.000Z', to: '2031-01-01T00:00:00.000Z' }))).toEqual([]);
});

test('of one device, or of one person, only theirs', async () => {
  const theirs = ['=Tore Søkt', 'Ine Utlevert', 'Åse Lest'];
  expect(names(await kim.must('audit.affected', { ...PERIOD, deviceId: boDevice }))).toEqual(theirs);
  expect(names(await kim.must('audit.affected', { ...PERIOD, actorId: boId }))).toEqual(theirs);
});

test('the file holds the same, no cell of it is a formula, and asking is in the log and touches nobody', async () => {
  const { base64, fileName, mediaType } = await kim.must('audit.affectedFile', { ...PERIOD, actorId: boId, warned: true });
  expect([fileName, mediaType]).toEqual(['berorte-2026-11-23.csv', 'text/csv']);
  const lines = Buffer.from(base64, 'base64').toString('utf8').split('\r\n');
  expect(lines.slice(1, 4).map((row) => row.split(';').slice(0, 6).join(';'))).toEqual([
    "'=Tore Søkt;;0;1;0;0",
    'Ine Utlevert;;0;0;1;0',
    'Åse Lest;;2;0;0;0',
  ]);
  expect(await kim.call('audit.affectedFile', { ...PERIOD, warned: false as true })).toMatchObject({ code: 'input/invalid' });
  const { events } = await kim.must('audit.list', { where: 'device', action: 'export', limit: 1 });
  expect(events).toMatchObject([{ verb: 'audit.affectedFile', actorName: 'Kim Rygg' }]);
  await inSync(kim);
  const later = await kim.must('audit.affected', { from: '2026-11-23T11:00:00.000Z', to: WHOLE.to });
  expect(names(later)).toEqual([]);
  expect(later.lists).toBeGreaterThan(3);
});

test('who is no administrator gets none; without a server it is what this laptop logged, and says so', async () => {
  expect(await bo.call('audit.affected', PERIOD)).toMatchObject({ ok: false, code: 'permission/denied' });
  line.online = false;
  try {
    const own = await kim.must('audit.affected', PERIOD);
    expect(own).toMatchObject({ source: 'device', broken: null });
    expect(names(own)).toEqual(['Eva Hos Kim']);
  } finally {
    line.online = true;
  }
});

test('more than one page is read to its end; lost halfway it is this laptop’s log alone, whole', async () => {
  const at = { from: '2026-11-23T14:00:00.000Z', to: '2026-11-23T15:00:00.000Z' };
  kim.setClock(at.from);
  bo.setClock(at.from);
  await kim.must('patient.get', { id: ids['Urørt'] ?? '' });
  for (let n = 0; n < LOG_PAGE; n += 1) await kim.must('patient.search', { query: 'Søkt' });
  await bo.must('patient.get', { id: ids['Lest'] ?? '' });
  kim.setClock('2026-11-23T16:00:00.000Z');
  bo.setClock('2026-11-23T16:00:00.000Z');
  await inSync(bo);
  await inSync(kim);
  const all = await kim.must('audit.affected', at);
  expect(all).toMatchObject({ source: 'clinic', events: LOG_PAGE + 2 });
  expect(names(all)).toEqual(['=Tore Søkt', 'Nabo Urørt', 'Åse Lest']);
  expect(all.patients[0]).toMatchObject({ shown: LOG_PAGE });
  line.pages = 1;
  try {
    const own = await kim.must('audit.affected', at);
    expect(own).toMatchObject({ source: 'device', events: LOG_PAGE + 1 });
    expect(names(own)).toEqual(['=Tore Søkt', 'Nabo Urørt']);
  } finally {
    line.pages = Number.POSITIVE_INFINITY;
  }
});
