/** Setting up by the core's own verbs against the real server: born alone, connected, joined, restored. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClinic, PASSPHRASE, testLaptop } from '#electron/core/testing.ts';
import type { TestLaptop } from '#electron/core/testing.ts';
import { until } from './laptop.ts';
import { startTestServer } from './server.ts';
import type { TestServer } from './server.ts';

const JOINING = 'gran humle kvist odde';
let server: TestServer;
const laptops: TestLaptop[] = [];

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  for (const laptop of laptops) await laptop.close();
  await server.close();
});

/** Accounts that a laptop has handed in. */
const accounts = new Set<string>();
const watched: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  const account = /\/v1\/accounts\/(.+)$/.exec(String(input))?.[1];
  if (account !== undefined && response.ok) accounts.add(account);
  return response;
};

function laptop(): TestLaptop {
  const made = testLaptop({ fetch: watched });
  laptops.push(made);
  return made;
}
const settled = (which: TestLaptop) =>
  until(
    () => which.must('sync.now', {}),
    (status) => status.state === 'in_sync' && status.pending === 0,
    'in sync',
  );
const names = async (which: TestLaptop): Promise<string[]> =>
  (await which.must('patient.search', { query: 'nordmann' })).hits.map((hit) => hit.givenName);

test('a session that is opened as soon as the clinic is connected stands when its passphrase has been handed in too', async () => {
  let go = (): void => {};
  const held = new Promise<void>((resolve) => (go = resolve));
  const only = testLaptop({
    fetch: async (input, init) => {
      if (String(input).includes('/v1/accounts/')) await held;
      return watched(input, init);
    },
  });
  laptops.push(only);
  const born = await openClinic(only);
  await only.must('server.connect', { url: server.url, registrationCode: null, passphrase: PASSPHRASE });
  const signedIn = await fetch(`${server.url}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'kim@bakken.example', passphrase: PASSPHRASE }),
  });
  const { accessToken } = (await signedIn.json()) as { accessToken: string };
  const ask = async () => (await fetch(`${server.url}/v1/apps`, { headers: { authorization: `Bearer ${accessToken}` } })).status;
  expect(await ask()).toBe(200);
  go();
  await until(
    async () => accounts,
    (handedIn) => handedIn.has(born.userId),
    'the passphrase is handed in',
  );
  expect(await ask()).toBe(200);
  accounts.clear();
});

test('a clinic born alone connects with its ids, a colleague joins by code, a restored laptop comes back', async () => {
  const first = laptop();
  const born = await openClinic(first);
  await first.must('patient.create', { givenName: 'Kari', familyName: 'Nordmann', missingNationalIdReason: 'not_stated' });
  expect(await first.call('device.invite', { userId: born.userId })).toEqual({ ok: false, code: 'server/not-connected' });
  expect(await first.call('server.connect', { url: 'http://127.0.0.1:9', registrationCode: null, passphrase: PASSPHRASE })).toEqual({
    ok: false,
    code: 'net/unreachable',
  });
  expect(await first.call('server.connect', { url: server.url, registrationCode: null, passphrase: 'feil' })).toEqual({
    ok: false,
    code: 'unlock/wrong-passphrase',
  });
  expect(await first.must('server.connect', { url: `${server.url}/`, registrationCode: null, passphrase: PASSPHRASE })).toEqual({
    serverUrl: server.url,
  });
  const colleague = await first.must('user.add', {
    name: 'Ane',
    email: 'ane@bakken.example',
    roles: ['PRACTITIONER'],
    profession: 'KI',
    hprNumber: null,
    validUntil: null,
    passphrase: null,
  });
  await settled(first);
  expect(await first.must('sync.outbox', { show: 'quarantined' })).toMatchObject({ total: 0 });

  const { code } = await first.must('device.invite', { userId: colleague.id });
  const second = laptop();
  expect(await second.call('clinic.join', { code: `${server.url}#AAAA-AAAA`, deviceName: 'Kjeller', passphrase: JOINING })).toMatchObject({
    ok: false,
    code: 'join/code-unknown',
  });
  expect(await second.call('clinic.join', { code: 'http://127.0.0.1:9#AAAA', deviceName: 'Kjeller', passphrase: JOINING })).toEqual({
    ok: false,
    code: 'net/unreachable',
  });
  const joined = await second.must('clinic.join', { code, deviceName: 'Kjeller', passphrase: JOINING });
  expect(joined).toMatchObject({ clinicId: born.clinicId, userId: colleague.id });
  await second.must('session.unlock', { clinicId: joined.clinicId, userId: joined.userId, passphrase: JOINING });
  expect((await second.must('clinic.get', {})).name).toBe('Bakken kiropraktikk');
  await until(
    () => names(second),
    (found) => found.includes('Kari'),
    'the patient',
  );
  await second.must('patient.create', { givenName: 'Ola', familyName: 'Nordmann', missingNationalIdReason: 'not_stated' });
  await settled(second);
  await until(
    () => names(first),
    (found) => found.includes('Ola'),
    'the other patient',
  );

  const signIn = async (): Promise<number> =>
    (
      await fetch(`${server.url}/v1/sessions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'ane@bakken.example', passphrase: JOINING }),
      })
    ).status;
  await until(
    async () => accounts.size,
    (handedIn) => handedIn === 2,
    'both accounts are on the server',
  );
  expect(await signIn()).toBe(200);

  accounts.clear();
  await settled(second);
  await second.must('session.changePassphrase', { current: JOINING, next: 'odde kvist humle gran' });
  await until(
    async () => accounts,
    (handedIn) => handedIn.has(colleague.id),
    'the changed passphrase is on the server',
  );
  await second.must('session.changePassphrase', { current: 'odde kvist humle gran', next: JOINING });

  // A second code for a clinic that is here already must not cost the clinic.
  const again = await first.must('device.invite', { userId: colleague.id });
  await second.must('session.close', {});
  expect(await second.call('clinic.join', { code: again.code, deviceName: 'Kjeller', passphrase: JOINING })).toEqual({
    ok: false,
    code: 'join/clinic-on-device',
  });
  await second.must('session.unlock', { clinicId: joined.clinicId, userId: joined.userId, passphrase: JOINING });
  expect((await names(second)).toSorted()).toEqual(['Kari', 'Ola']);

  const own = await first.must('device.invite', { userId: born.userId });
  // Written while the server is away: only the backup knows of it.
  await server.stop();
  await first.must('patient.create', { givenName: 'Øystein', familyName: 'Nordmann', missingNationalIdReason: 'not_stated' });
  const usb = join(first.home, 'usb');
  mkdirSync(usb);
  const { file } = await first.must('backup.create', { folder: usb });
  await first.must('session.close', {});
  await server.start();
  const third = laptop();
  await third.must('backup.restore', { file, recoveryCode: born.recoveryCode, userId: born.userId, passphrase: JOINING });
  await third.must('session.unlock', { clinicId: born.clinicId, userId: born.userId, passphrase: JOINING });
  expect((await third.must('sync.status', {})).state).toBe('local');
  const invitation = await second.call('device.invite', { userId: born.userId });
  expect(invitation).toMatchObject({ ok: false });
  await third.must('server.connect', { url: own.code, registrationCode: null, passphrase: JOINING });
  await third.must('patient.create', { givenName: 'Åse', familyName: 'Nordmann', missingNationalIdReason: 'not_stated' });
  await settled(third);
  expect(await third.must('sync.outbox', { show: 'quarantined' })).toMatchObject({ total: 0 });
  await until(
    () => names(second),
    (found) => found.includes('Åse') && found.includes('Øystein'),
    'what the restored laptop had, and what it wrote',
  );
});

test('the demo finds its server by itself when that comes up later', async () => {
  const { ensureDemo } = await import('#electron/core/clinic/demo.ts');
  const { fillDemo } = await import('#electron/core/clinic/demo-patients.ts');
  const demo = testLaptop({ fetch });
  laptops.push(demo);
  const made = await ensureDemo(demo.ports, fillDemo(demo.ports));
  demo.ports.defaultServerUrl = server.url;
  await demo.must('session.unlock', { clinicId: made.clinicId, userId: made.userId, passphrase: made.passphrase });
  await until(
    () => demo.must('sync.status', {}),
    (status) => status.state !== 'local',
    'connected',
  );
  await settled(demo);
  expect(await demo.must('sync.outbox', { show: 'quarantined' })).toMatchObject({ total: 0 });
  expect((await demo.must('sync.outbox', { show: 'sent' })).total).toBeGreaterThan(300);
});
