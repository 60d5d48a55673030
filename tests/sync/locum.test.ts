/**
 * A locum who comes while the network is away: added by the administrator, at work at once, confirmed when the server is met again; and
 * out after the last day, on the laptop as on the server.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clinicDay } from '#db/rules/appointments.ts';
import { bornClinic, openClinic, PASSPHRASE, testLaptop, type TestLaptop } from '#electron/core/testing.ts';
import { startTestServer, type TestServer } from './server.ts';
import { until } from './laptop.ts';

const OWN = 'bjørk torsk holme seil';
const DAY = 86_400_000;
let server: TestServer;
let laptop: TestLaptop;
let online = true;
let clinicId: string;
let chiefId: string;
let next = 0;

beforeAll(async () => {
  server = await startTestServer();
  laptop = testLaptop({ fetch: (input, init) => (online ? fetch(input, init) : Promise.reject(new TypeError('no network'))) });
  // The server's days are real ones.
  laptop.setClock(new Date().toISOString());
  ({ clinicId, userId: chiefId } = await openClinic(laptop));
  await laptop.must('server.connect', { url: server.url, registrationCode: null, passphrase: PASSPHRASE });
  await settled();
});
afterAll(async () => {
  await laptop?.close();
  await server?.close();
});

const settled = () =>
  until(
    () => laptop.must('sync.now', {}),
    ({ pending }) => pending === 0,
    'everything is answered',
    60_000,
  );
const dayIn = (days: number) => clinicDay(new Date(laptop.ports.clock.now().getTime() + days * DAY).toISOString());
const locum = (validUntil: string) => ({
  name: 'Vikar Vik',
  email: `vikar${(next += 1)}@bakken.example`,
  roles: ['PRACTITIONER' as const],
  profession: 'KI',
  hprNumber: '7654321',
  validUntil,
  passphrase: OWN,
});
const asChief = () => laptop.must('session.unlock', { clinicId, userId: chiefId, passphrase: PASSPHRASE });
const row = async (id: string) => (await laptop.must('user.list', {})).users.find((user) => user.id === id);

async function chart(text: string): Promise<string> {
  const patient = await laptop.must('patient.create', { givenName: 'Kari', familyName: 'Nord', missingNationalIdReason: 'not_stated' });
  const { id } = await laptop.must('encounter.start', { patientId: patient.id, visitType: 'follow_up' });
  await laptop.must('section.write', { encounterId: id, key: 'subjective', text });
  return id;
}

test('is added without network, charts at once, and is confirmed by the server with what was written', async () => {
  await asChief();
  online = false;
  const { id } = await laptop.must('user.add', locum(dayIn(2)));
  expect(await row(id)).toMatchObject({ seq: 0, validUntil: dayIn(2), hprNumber: '7654321' });
  const session = await laptop.must('session.unlock', { clinicId, userId: id, passphrase: OWN });
  expect(session.user).toMatchObject({ roles: ['PRACTITIONER'], lastDay: dayIn(2), hprNumber: '7654321' });
  const encounterId = await chart('Vikarens notat uten nett');
  await laptop.must('session.close', {});
  online = true;
  await asChief();
  await settled();
  await until(
    () => row(id),
    (user) => (user?.seq ?? 0) > 0,
    'the server has confirmed the locum',
    30_000,
  );
  expect((await laptop.must('sync.outbox', { show: 'quarantined' })).items).toEqual([]);
  expect((await laptop.must('encounter.get', { id: encounterId })).sections.map(({ text }) => text)).toContain('Vikarens notat uten nett');
  expect((await laptop.must('encounter.get', { id: encounterId })).encounter).toMatchObject({ practitionerId: id });
});

test('is told at the door after the last day, may do nothing, and a clock set back gives no day more', async () => {
  await asChief();
  const { id } = await laptop.must('user.add', locum(dayIn(1)));
  await settled();
  // Without the server, whose answer says what time it is.
  online = false;
  laptop.pass(2 * DAY);
  const late = await laptop.must('session.unlock', { clinicId, userId: id, passphrase: OWN });
  expect(late.user).toMatchObject({ roles: [], lastDay: dayIn(-1) });
  expect(await laptop.call('clinic.get', {})).toMatchObject({ code: 'permission/denied' });
  laptop.pass(-2 * DAY);
  expect(await laptop.call('clinic.get', {})).toMatchObject({ code: 'permission/denied' });
  expect((await laptop.must('session.unlock', { clinicId, userId: id, passphrase: OWN })).user.roles).toEqual([]);
  online = true;
  // More time from the administrator opens again.
  await asChief();
  await laptop.must('user.update', { userId: id, set: { validUntil: dayIn(10) } });
  expect((await laptop.must('session.unlock', { clinicId, userId: id, passphrase: OWN })).user.roles).toEqual(['PRACTITIONER']);
});

test('needs a number, days left, and is no administrator; the last administrator gets no last day', async () => {
  await asChief();
  const base = locum(dayIn(1));
  expect(await laptop.call('user.add', { ...base, hprNumber: null })).toMatchObject({ code: 'user/locum-hpr' });
  expect(await laptop.call('user.add', { ...base, validUntil: dayIn(-1) })).toMatchObject({ code: 'user/locum-over' });
  expect(await laptop.call('user.add', { ...base, roles: ['ADMIN'] })).toMatchObject({ code: 'user/locum-admin' });
  expect(await laptop.call('user.update', { userId: chiefId, set: { validUntil: dayIn(5) } })).toMatchObject({ code: 'user/last-admin' });
});

test('whom the server does not confirm is out again, and what they wrote is kept with its text', async () => {
  await asChief();
  await settled();
  await laptop.must('session.close', {});
  online = false;
  // Meanwhile somebody else has taken the administrator's role away, on the server.
  await server.tamper(`update "user" set roles = '["PRACTITIONER"]' where id = '${chiefId}'`);
  await asChief();
  const { id } = await laptop.must('user.add', locum(dayIn(2)));
  await laptop.must('session.unlock', { clinicId, userId: id, passphrase: OWN });
  await chart('Skrevet av en som ikke ble bekreftet');
  online = true;
  await until(
    () => laptop.must('sync.status', {}),
    ({ pending }) => pending === 0,
    'everything is answered',
    60_000,
  );
  expect(await laptop.call('clinic.get', {})).toMatchObject({ code: 'permission/denied' });
  await laptop.must('session.unlock', { clinicId, userId: chiefId, passphrase: PASSPHRASE });
  const refused = await laptop.must('refused.list', {});
  expect(JSON.stringify(refused)).toContain('Skrevet av en som ikke ble bekreftet');
});

test('a clinic without a server takes a locum as well', async () => {
  const alone = testLaptop();
  try {
    const born = await bornClinic(alone);
    await alone.must('session.unlock', { clinicId: born.clinicId, userId: born.userId, passphrase: PASSPHRASE });
    const { id } = await alone.must('user.add', { ...locum('2026-11-24') });
    expect((await alone.must('session.unlock', { clinicId: born.clinicId, userId: id, passphrase: OWN })).user.roles).toEqual([
      'PRACTITIONER',
    ]);
  } finally {
    await alone.close();
  }
});
