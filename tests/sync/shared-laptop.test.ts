/** Several people on one laptop, against the real server: whose word counts for what. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClinic, PASSPHRASE, testLaptop, type TestLaptop } from '#electron/core/testing.ts';
import { startTestServer, type TestServer } from './server.ts';
import { until } from './laptop.ts';

let server: TestServer;
let chief: TestLaptop;
let clinicId: string;
let chiefId: string;
/** What lies on the laptop for everybody who works there. */
let credential = '';
const OWN = 'bjørk torsk holme seil';

beforeAll(async () => {
  server = await startTestServer();
  chief = testLaptop({
    fetch: async (input, init) => {
      credential = /^Bearer (rdc_.+)$/.exec(new Headers(init?.headers).get('authorization') ?? '')?.[1] ?? credential;
      return await fetch(input, init);
    },
  });
  ({ clinicId, userId: chiefId } = await openClinic(chief));
  await chief.must('server.connect', { url: server.url, registrationCode: null, passphrase: PASSPHRASE });
});
afterAll(async () => {
  await chief?.close();
  await server?.close();
});

const settled = () =>
  until(
    () => chief.must('sync.now', {}),
    ({ pending }) => pending === 0,
    'everything is answered',
    60_000,
  );
const person = (name: string, roles: ('PRACTITIONER' | 'ASSISTANT')[]) => ({
  name,
  email: `${name.toLowerCase()}@bakken.example`,
  roles,
  profession: roles.includes('PRACTITIONER') ? ('KI' as const) : null,
  hprNumber: null,
  validUntil: null,
  passphrase: OWN,
});

test('what a colleague writes on a shared laptop reaches the server, and stays in the chart', async () => {
  const patient = await chief.must('patient.create', { givenName: 'Kari', familyName: 'Nord', missingNationalIdReason: 'not_stated' });
  const colleague = await chief.must('user.add', person('Kollega', ['PRACTITIONER']));
  await chief.must('session.unlock', { clinicId, userId: colleague.id, passphrase: OWN });
  const { id } = await chief.must('encounter.start', { patientId: patient.id, visitType: 'follow_up' });
  await chief.must('section.write', { encounterId: id, key: 'subjective', text: 'Alt kollegaen skrev' });
  await settled();
  expect((await chief.must('sync.outbox', { show: 'quarantined' })).items).toEqual([]);
  const chart = await chief.must('encounter.get', { id });
  expect(chart.sections.map(({ text }) => text)).toContain('Alt kollegaen skrev');
});

test("an assistant at the chief's laptop makes no way in as the chief, not even past the core", async () => {
  await chief.must('session.unlock', { clinicId, userId: chiefId, passphrase: PASSPHRASE });
  const assistant = await chief.must('user.add', person('Assistent', ['ASSISTANT']));
  await settled();
  await chief.must('session.unlock', { clinicId, userId: assistant.id, passphrase: OWN });
  expect(await chief.call('device.invite', { userId: chiefId })).toMatchObject({ ok: false, code: 'permission/denied' });
  // The laptop's own credential, without a person's signature under the request.
  expect(credential).not.toBe('');
  const bare = (path: string, method: string, body: unknown) =>
    fetch(`${server.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  expect((await bare('/v1/devices/invitations', 'POST', { userId: chiefId })).status).toBe(403);
  const verifier = '$argon2id$v=19$m=65536,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$H2GkA3cRKs4Y0rkNdcAtH3KnKVbBDmPgSgbOWaWzgQ8';
  expect((await bare(`/v1/accounts/${chiefId}`, 'PUT', { verifier })).status).toBe(403);
});

test('a code made for a person does not replace the passphrase they have on the server', async () => {
  await chief.must('session.unlock', { clinicId, userId: chiefId, passphrase: PASSPHRASE });
  await settled();
  const { code } = await chief.must('device.invite', { userId: chiefId });
  const second = testLaptop({ fetch });
  try {
    const joined = await second.must('clinic.join', { code, deviceName: 'Hjemme', passphrase: OWN });
    await second.must('session.unlock', { ...joined, passphrase: OWN });
    await until(
      () => second.must('sync.now', {}),
      ({ pending }) => pending === 0,
      'the second laptop has sent its key',
      60_000,
    );
    const signIn = (passphrase: string) =>
      fetch(`${server.url}/v1/sessions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'kim@bakken.example', passphrase }),
      });
    expect((await signIn(PASSPHRASE)).status).toBe(200);
    expect((await signIn(OWN)).status).toBe(401);
  } finally {
    await second.close();
  }
});
