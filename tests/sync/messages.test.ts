/**
 * Two laptops offline, one server with a vendor: a reminder that both asked for goes out once, at the clinic's time across a change of the
 * clocks; the patient's STOP blocks the next; both laptops have the thread.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClinic, PASSPHRASE, testLaptop, type TestLaptop } from '#electron/core/testing.ts';
import type { Fetch } from '#electron/sync/ports.ts';
import { openTestDatabase, type TestDatabase } from '#sync-server/testing/test-database.ts';
import { openTestMessages, type TestMessages } from '#sync-server/testing/test-messages.ts';
import { until } from './laptop.ts';

let database: TestDatabase;
let server: TestMessages;
let kim: TestLaptop;
let bo: TestLaptop;
let online = true;
const cable: Fetch = (input, init) => (online ? fetch(input, init) : Promise.reject(new TypeError('no network')));

beforeAll(async () => {
  database = await openTestDatabase();
  server = await openTestMessages(database);
  kim = testLaptop({ fetch: cable });
  bo = testLaptop({ fetch: cable });
});
afterAll(async () => {
  await kim?.close();
  await bo?.close();
  await server?.close();
  await database?.close();
});

const inSync = (laptop: TestLaptop) =>
  until(
    () => laptop.must('sync.now', {}),
    ({ pending, state }) => pending === 0 && (state === 'in_sync' || state === 'attention'),
    'in sync',
    60_000,
  );
const thread = async (laptop: TestLaptop, patientId: string) =>
  (await laptop.must('message.thread', { patientId })).items.map(
    ({ direction, templateId, state, reason }) => `${direction} ${templateId} ${state}${reason === null ? '' : ` ${reason}`}`,
  );

test('asked for twice offline, sent once at the right time; STOP is obeyed and both have the thread', async () => {
  const { userId } = await openClinic(kim);
  const url = await server.url();
  await kim.must('server.connect', { url, registrationCode: null, passphrase: PASSPHRASE });
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
    code: code.includes('#') ? code : `${url}#${code}`,
    deviceName: 'Loftet',
    passphrase: PASSPHRASE,
  });
  await bo.must('session.unlock', { ...joined, passphrase: PASSPHRASE });
  await kim.must('integration.set', { name: 'sms', enabled: true, options: {} });
  const { id: patientId } = await kim.must('patient.create', {
    givenName: 'Kari',
    familyName: 'Norli',
    missingNationalIdReason: 'not_stated',
    phone: '912 34 567',
  });
  const slot = { practitionerId: userId, durationMinutes: 20, visitType: 'follow_up' as const, reason: null };
  // Sunday 28 March 2027, 10:30 in Oslo; that night the clocks went forward.
  const first = await kim.must('appointment.book', { patientId, startsAt: '2027-03-28T08:30:00.000Z', ...slot });
  await inSync(kim);
  await inSync(bo);
  await until(
    () => bo.call('patient.get', { id: patientId }),
    ({ ok }) => ok,
    'Bo has the patient',
    60_000,
  );
  expect(await kim.must('reminder.offer', { patientId })).toMatchObject({
    on: true,
    consent: null,
    problem: null,
    proposed: ['reminder-24h'],
  });

  online = false;
  await kim.must('reminder.set', { appointmentId: first.id, templates: ['reminder-24h'], agreed: true });
  await bo.must('reminder.set', { appointmentId: first.id, templates: ['reminder-24h'], agreed: true });
  const second = await bo.must('appointment.book', { patientId, startsAt: '2027-04-06T08:30:00.000Z', ...slot });
  await bo.must('reminder.set', { appointmentId: second.id, templates: ['reminder-24h'] });
  const [booked] = (await kim.must('day.list', { day: '2027-03-28' })).items;
  expect(booked?.reminders).toMatchObject([
    { templateId: 'reminder-24h', state: 'planned', at: '2027-03-27T09:30:00.000Z', waiting: true },
  ]);
  online = true;
  await inSync(kim);
  await inSync(bo);

  server.time.now = new Date('2027-03-27T09:29:00.000Z');
  await server.sweep();
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(server.vendors.sent).toEqual([]);
  server.time.now = new Date('2027-03-27T09:30:30.000Z');
  await server.sweep();
  await until(
    () => thread(bo, patientId),
    (items) => items.includes('out reminder-24h sent'),
    'it is sent, and Bo sees it',
    60_000,
  );
  await server.sweep();
  expect(server.vendors.sent.map(({ to }) => to)).toEqual(['+4791234567']);
  expect(server.vendors.sent[0]?.text).toContain('søndag 28. mars kl. 10:30');

  await server.call(server.vendors.answer('twilio', '+4791234567', 'STOPP'));
  server.time.now = new Date('2027-04-05T08:30:30.000Z');
  await server.sweep();
  const told = ['in reply received answer/stop', 'out reminder-24h blocked consent/withdrawn', 'out reminder-24h sent'];
  for (const laptop of [kim, bo]) {
    await until(
      () => thread(laptop, patientId),
      (items) => JSON.stringify(items.toSorted()) === JSON.stringify(told),
      'both have the thread',
      60_000,
    );
    const { consents } = await laptop.must('patient.get', { id: patientId });
    expect(consents.find(({ channel }) => channel === 'sms')).toMatchObject({ state: 'no' });
    expect(await laptop.must('reminder.offer', { patientId })).toMatchObject({ consent: 'no' });
  }
  expect(server.vendors.sent).toHaveLength(1);
  expect(await kim.call('message.ask', { patientId, templateId: 'answer', appointmentId: null, body: 'Hei.' })).toMatchObject({
    ok: false,
    code: 'message/refused',
    details: { problem: 'consent/withdrawn' },
  });
});
