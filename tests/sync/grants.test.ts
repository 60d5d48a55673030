/** An assistant is let in to read for a time: the notes come to their laptop, can be read and not written, and are gone when it is over. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { handlers } from '#electron/core/handlers.ts';
import { service } from '#electron/core/use-case.ts';
import { openClinic, PASSPHRASE, testLaptop, type TestLaptop } from '#electron/core/testing.ts';
import { err } from '#electron/contract/verb.ts';
import { openTestDatabase, PLACES, type TestDatabase } from '#sync-server/testing/test-database.ts';
import { openTestServer, type TestServer } from '#sync-server/testing/test-server.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { joinColleague, inSync } from './colleague.ts';
import { until } from './laptop.ts';

const CANARY = 'KANARI i notatet';
const DAY = 86_400_000;
let database: TestDatabase;
let server: TestServer;
let kim: TestLaptop;
let siv: TestLaptop;
let sivId: string;
let patientId: string;
let visitId: string;
let opened: SqliteDatabase | null = null;

/** Rows of notes that lie in the assistant's database, readable or not. */
async function notesHere(): Promise<number> {
  await siv.call('phrase.list', {});
  return Number(opened?.prepare('select (select count(*) from encounter) + (select count(*) from note_section)').pluck().get());
}

beforeAll(async () => {
  database = await openTestDatabase(PLACES[0] ?? 'embedded');
  server = await openTestServer(database);
  const url = await server.url();
  kim = testLaptop({ fetch });
  // The table itself is looked at through a verb the test needs for nothing else.
  const look = service(
    'phrase.list',
    async ({ clinic }) => {
      opened = clinic?.db ?? null;
      return err('permission/denied');
    },
    'any',
  );
  siv = testLaptop({ fetch, handlers: [...handlers.filter(({ verb }) => verb !== 'phrase.list'), look] });
  for (const laptop of [kim, siv]) laptop.setClock(server.time.now.toISOString());
  await openClinic(kim);
  await kim.must('server.connect', { url, registrationCode: null, passphrase: PASSPHRASE });
  patientId = (await kim.must('patient.create', { givenName: 'Åse', familyName: 'Ødegård', missingNationalIdReason: 'not_stated' })).id;
  visitId = (await kim.must('encounter.start', { patientId, visitType: 'follow_up' })).id;
  await kim.must('section.write', { encounterId: visitId, key: 'subjective', text: CANARY });
  sivId = await joinColleague(kim, siv, url, { name: 'Siv Dal', email: 'siv@bakken.example', roles: ['ASSISTANT'] });
  await inSync(kim);
  await inSync(siv);
}, 120_000);
afterAll(async () => {
  await kim?.close();
  await siv?.close();
  await server?.close();
  await database?.close();
});

const day = (ms: number): string => new Date(server.time.now.getTime() + ms).toISOString().slice(0, 10);
const reads = () => siv.call('encounter.get', { id: visitId });

test('without a grant the notes neither lie there nor open; nobody lets in themselves, a clinician, or for good', async () => {
  expect(await reads()).toMatchObject({ ok: false, code: 'permission/denied' });
  expect(await notesHere()).toBe(0);
  expect((await kim.must('app.state', {})).session?.user.readsNotes).toBe(true);
  expect((await siv.must('app.state', {})).session?.user.readsNotes).toBe(false);
  const me = (await kim.must('app.state', {})).session?.user.id ?? '';
  const give = { from: day(0), until: day(3 * DAY), reason: 'Skanner gamle brev inn' };
  expect(await kim.call('grant.give', { userId: me, ...give })).toMatchObject({ code: 'grant/own' });
  expect(await kim.call('grant.give', { userId: sivId, ...give, until: day(800 * DAY) })).toMatchObject({ code: 'grant/period' });
  expect(await siv.call('grant.give', { userId: sivId, ...give })).toMatchObject({ code: 'permission/denied' });
});

test('granted: the laptop fetches the notes, they are read and not written, each look is logged; over: they are purged', async () => {
  await kim.must('grant.give', { userId: sivId, from: day(0), until: day(2 * DAY), reason: 'Skanner gamle brev inn' });
  await inSync(kim);
  const chart = await until(reads, ({ ok }) => ok, 'the notes come to the desk', 60_000);
  expect(JSON.stringify(chart)).toContain(CANARY);
  expect((await siv.must('patient.timeline', { patientId })).items.map(({ kind }) => kind)).toContain('encounter');
  expect((await siv.must('app.state', {})).session?.user.readsNotes).toBe(true);
  for (const refused of [
    await siv.call('section.write', { encounterId: visitId, key: 'subjective', text: 'ikke mitt' }),
    await siv.call('encounter.start', { patientId, visitType: 'follow_up' }),
    await siv.call('journal.copy', { patientId, recipient: 'x', basis: 'patient', form: 'data', warned: true }),
  ])
    expect(refused).toMatchObject({ ok: false, code: 'permission/denied' });
  const logged = opened?.prepare(
    "select count(*) from audit_event where verb = 'encounter.get' and action = 'read' and patient_id = ? and actor_id = ?",
  );
  await notesHere();
  expect(Number(logged?.pluck().get(patientId, sivId))).toBeGreaterThan(0);
  expect((await kim.must('grant.list', {})).grants).toMatchObject([{ name: 'Siv Dal', grantedByName: 'Kim Rygg', holds: true }]);

  // Its last day passes: here at once, whatever the network does, and at the next question of the feed nothing of it lies here.
  for (const laptop of [kim, siv]) laptop.pass(3 * DAY);
  expect(await reads()).toMatchObject({ code: 'permission/denied' });
  // A clock that is set back gives nobody another look.
  await siv.must('app.state', {});
  siv.pass(-3 * DAY);
  expect(await reads()).toMatchObject({ code: 'permission/denied' });
  siv.pass(3 * DAY);
  server.time.now = new Date(server.time.now.getTime() + 3 * DAY);
  await kim.must('patient.update', { id: patientId, set: { city: 'Bergen' } });
  await inSync(kim);
  await until(notesHere, (rows) => rows === 0, 'the notes are gone from the desk', 60_000);
}, 120_000);
