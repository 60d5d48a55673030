/** The clinic's log over two laptops and a server: who may see it, what a patient gets of it, and what is said where no server answers. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClinic, PASSPHRASE, testLaptop, type TestLaptop } from '#electron/core/testing.ts';
import type { Fetch } from '#electron/sync/ports.ts';
import { inSync, joinColleague } from './colleague.ts';
import { until } from './laptop.ts';
import { startTestServer, type TestServer } from './server.ts';

let server: TestServer;
let kim: TestLaptop;
let bo: TestLaptop;
let boId: string;
let patientId: string;
let neighbour: string;
let folder: string;
const line = { online: true };
const fetching: Fetch = async (input, init) => {
  if (!line.online) throw new TypeError('no network');
  return await fetch(input, init);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ryggrad-log-'));
  server = await startTestServer();
  kim = testLaptop({ fetch: fetching });
  bo = testLaptop({ fetch: fetch });
  await openClinic(kim);
  await kim.must('server.connect', { url: server.url, registrationCode: null, passphrase: PASSPHRASE });
  patientId = (await kim.must('patient.create', { givenName: 'Åse', familyName: 'Ødegård', missingNationalIdReason: 'not_stated' })).id;
  neighbour = (await kim.must('patient.create', { givenName: 'Nabo', familyName: 'Kanariesen', missingNationalIdReason: 'not_stated' })).id;
  await inSync(kim);
  boId = await joinColleague(kim, bo, server.url, { name: 'Bo Lund', email: 'bo@bakken.example', roles: ['PRACTITIONER'] });
  await until(
    () => bo.call('patient.get', { id: patientId }),
    ({ ok }) => ok,
    'Bo has the patient',
  );
  await bo.must('patient.get', { id: neighbour });
  await bo.must('patient.search', { query: 'Ødegård' });
  await bo.must('patient.revealNationalId', { id: patientId });
  await inSync(bo);
  await inSync(kim);
});
afterAll(async () => {
  await kim?.close();
  await bo?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

function words(base64: string): string {
  const file = join(folder, 'log.pdf');
  writeFileSync(file, Buffer.from(base64, 'base64'));
  return execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }).replaceAll(/\s+/g, ' ');
}

test('an administrator sees the whole clinic’s log, by person, action, patient and period, in pages, and looking is logged', async () => {
  const all = await kim.must('audit.list', { limit: 500 });
  expect(all).toMatchObject({ source: 'clinic', broken: 0 });
  expect(new Set(all.events.map(({ actorName }) => actorName))).toEqual(new Set(['Kim Rygg', 'Bo Lund']));
  const bos = await kim.must('audit.list', { actorId: boId, action: 'reveal' });
  expect(bos.events).toMatchObject([
    { actorName: 'Bo Lund', action: 'reveal', patientName: 'Åse Ødegård', deviceName: 'Loftet', intact: true },
  ]);
  // A search that showed the patient is about the patient.
  const about = await kim.must('audit.list', { patientId, actorId: boId });
  expect(about.events.map(({ action }) => action)).toEqual(expect.arrayContaining(['read', 'search', 'reveal']));
  expect((await kim.must('audit.list', { from: '2030-01-01T00:00:00.000Z' })).events).toEqual([]);

  const first = await kim.must('audit.list', { limit: 5 });
  const second = await kim.must('audit.list', { limit: 5, before: first.events.at(-1)?.place ?? null });
  expect(first.more).toBe(true);
  expect(second.events[0]?.place).toBe((first.events.at(-1)?.place ?? 0) - 1);
  const own = await kim.must('audit.list', { where: 'device', limit: 500 });
  expect(own).toMatchObject({ source: 'device', broken: null });
  expect(own.events.filter(({ verb }) => verb === 'audit.list').length).toBeGreaterThan(3);
});

test('one who is no administrator sees none of it, and gets a patient’s own list', async () => {
  expect(await bo.call('audit.list', {})).toMatchObject({ ok: false, code: 'permission/denied' });
  const { base64, fileName } = await bo.must('audit.report', { patientId, warned: true });
  const text = words(base64);
  for (const said of [
    'Hvem har sett i journalen din',
    'Alle oppslag som klinikken har registrert',
    'Bo Lund, behandler',
    'Kim Rygg',
    'Fant navnet i et søk',
    'Viste fødselsnummer',
    'Leste pasientopplysninger',
  ])
    expect(text).toContain(said);
  expect(text).not.toContain('Kanari');
  expect(fileName).toMatch(/^innsynslogg-\d{4}-\d\d-\d\d\.pdf$/);
});

test('without a server the list says that it is one laptop’s, and shows what that has logged', async () => {
  line.online = false;
  try {
    expect(await kim.must('audit.list', { patientId: neighbour })).toMatchObject({ source: 'device', broken: null });
    const { base64 } = await kim.must('audit.report', { patientId, warned: true });
    expect(words(base64)).toContain('Bare oppslag fra én maskin');
  } finally {
    line.online = true;
  }
});

test('what somebody only looks at reaches the server’s log without a further write', async () => {
  await bo.must('patient.revealNationalId', { id: neighbour });
  // The minute after which the log goes up by itself.
  bo.pass(61_000);
  const { events } = await until(
    () => kim.must('audit.list', { actorId: boId, action: 'reveal' }),
    ({ events: seen }) => seen.length === 2,
    'the look is in the log',
  );
  expect(events[0]).toMatchObject({ patientName: 'Nabo Kanariesen', actorName: 'Bo Lund' });
});

test('the whole chain is worked out again; an event altered on the server is found, and so is a log that was made anew', async () => {
  const found = await kim.must('audit.verify', {});
  expect(found).toMatchObject({ broken: [], rewritten: [], anchors: 1 });
  expect(found.events).toBeGreaterThan(5);
  // Whoever has the database in hand, its guards put aside.
  const forge = (sql: string) => server.tamper(`set session_replication_role = replica; ${sql}`);
  const reveals = (await kim.must('audit.list', { action: 'reveal' })).events.map(({ place }) => place);
  expect(reveals.length).toBeGreaterThan(0);
  await forge("update audit_event set actor_name = 'En annen' where action = 'reveal'");
  expect((await kim.must('audit.verify', {})).broken).toEqual(reveals.toReversed());
  await forge("update audit_event set actor_name = 'Bo Lund' where action = 'reveal'");
  expect((await kim.must('audit.verify', {})).broken).toEqual([]);
  await forge("update audit_event set clinic_hash = repeat('a', 64) where clinic_n = (select max(clinic_n) - 1 from audit_event)");
  expect((await kim.must('audit.verify', {})).broken.length).toBeGreaterThan(0);
});
