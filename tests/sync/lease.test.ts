/** A laptop that has not met its server for a fortnight: told in time, never thrown out of a session, opened again by a contact or the printed code. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClinic, PASSPHRASE, testLaptop, type TestLaptop } from '#electron/core/testing.ts';
import type { Fetch } from '#electron/sync/ports.ts';
import { leaseText } from '#db/sync/lease.ts';
import { inSync } from './colleague.ts';
import { until } from './laptop.ts';
import { startTestServer, type TestServer } from './server.ts';

const DAY = 86_400_000;
let server: TestServer;
let kim: TestLaptop;
let deviceId: string;
let born: Awaited<ReturnType<typeof openClinic>>;
const line = { online: true, impostor: false };
const fetching: Fetch = async (input, init) => {
  if (!line.online) throw new TypeError('no network');
  if (line.impostor) return Response.json(ownLease());
  return await fetch(input, init);
};
beforeAll(async () => {
  server = await startTestServer();
  kim = testLaptop({ fetch: fetching });
  born = await openClinic(kim);
  // The laptop's clock is the server's, or the lease would begin long ago.
  kim.setClock(new Date().toISOString());
  await kim.must('server.connect', { url: server.url, registrationCode: null, passphrase: PASSPHRASE });
  await inSync(kim);
  deviceId = (await kim.must('app.state', {})).session?.deviceId ?? '';
});
afterAll(async () => {
  await kim?.close();
  await server?.close();
});

/** A lease of a hundred years, well signed by nobody we know. */
function ownLease() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const lease = {
    clinicId: born.clinicId,
    deviceId,
    notAfter: '2126-01-01T00:00:00.000Z',
    at: '2026-01-01T00:00:00.000Z',
    publicKey: publicKey.export({ format: 'jwk' }).x ?? '',
  };
  return { ...lease, signature: sign(null, Buffer.from(leaseText(lease), 'utf8'), privateKey).toString('base64url') };
}

const unlock = (recoveryCode?: string) =>
  kim.call('session.unlock', {
    clinicId: born.clinicId,
    userId: born.userId,
    passphrase: PASSPHRASE,
    ...(recoveryCode === undefined ? {} : { recoveryCode }),
  });
const daysLeft = async () => (await kim.must('app.state', {})).session?.leaseDaysLeft;

test('told from the seventh day on, never thrown out, and afterwards opened by the printed code or a contact', async () => {
  await until(daysLeft, (days) => days === null, 'a lease is held');
  line.online = false;
  kim.pass(6 * DAY);
  expect(await daysLeft()).toBeNull();
  // A minute more: the lease was given some moments after this clock was set.
  kim.pass(2 * DAY + 60_000);
  expect(await daysLeft()).toBe(6);
  // The session that is open goes on, lease or not.
  kim.pass(10 * DAY);
  expect(await daysLeft()).toBe(0);
  expect((await kim.call('patient.create', { givenName: 'Uten', familyName: 'Nett', missingNationalIdReason: 'unknown' })).ok).toBe(true);

  await kim.must('session.close', {});
  expect(await unlock()).toEqual({ ok: false, code: 'lease/expired' });
  expect(await unlock('AAAA-BBBB-CCCC')).toEqual({ ok: false, code: 'backup/wrong-code' });
  // A clock set back buys no time.
  kim.pass(-15 * DAY);
  expect(await unlock()).toEqual({ ok: false, code: 'lease/expired' });
  kim.pass(15 * DAY);
  expect((await unlock(born.recoveryCode)).ok).toBe(true);
  expect((await kim.must('patient.search', { query: 'Nett' })).hits).toHaveLength(1);
  await kim.must('session.close', {});

  kim.pass(20 * DAY);
  expect(await unlock()).toEqual({ ok: false, code: 'lease/expired' });
  // Whoever has laptop and passphrase, and plays the server.
  Object.assign(line, { online: true, impostor: true });
  expect(await unlock()).toEqual({ ok: false, code: 'lease/expired' });
  line.impostor = false;
  line.online = true;
  kim.setClock(new Date(Date.now() + 39 * DAY).toISOString());
  expect((await unlock()).ok).toBe(true);
});

test('a clinic without a server has no lease', async () => {
  const alone = testLaptop();
  try {
    const own = await openClinic(alone);
    await alone.must('session.close', {});
    alone.pass(400 * DAY);
    expect((await alone.call('session.unlock', { clinicId: own.clinicId, userId: own.userId, passphrase: PASSPHRASE })).ok).toBe(true);
  } finally {
    await alone.close();
  }
});
