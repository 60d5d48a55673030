/**
 * A laptop from before its clinic asked for level 4 (decision 0101): it opens and writes as ever, the server gives it nothing new, and says why; after
 * its person has signed in by HelseID at it, what was withheld comes down. Nothing was lost or erased meanwhile.
 */
import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSPHRASE, testLaptop, type TestLaptop } from '#electron/core/testing.ts';
import {
  codeOf,
  invitationFor,
  KARI,
  openHelseIdWorld,
  signIn as signInThere,
  type HelseIdWorld,
} from '#sync-server/testing/helseid-world.ts';
import { newPatient, request, write } from '#sync-server/testing/test-clinic.ts';
import { testBrowser } from '#sync-server/testing/test-helseid.ts';
import { until } from './laptop.ts';

let world: HelseIdWorld;
let laptop: TestLaptop;
beforeAll(async () => {
  world = await openHelseIdWorld();
  world.helseId.people.set('boss', { ...KARI, pid: '13897500901', hprNumber: '1234567' });
  laptop = testLaptop({ fetch });
});
afterAll(async () => {
  await laptop?.close();
  await world?.close();
});

/** What somebody does in the browser that the laptop asks to be opened. */
async function inTheBrowser(address: string, who: string): Promise<void> {
  const browser = testBrowser();
  const page = await browser.follow(address, () => false);
  await browser.follow(`${page.address}?who=${who}`, () => false);
}

async function signIn(who: string): Promise<string> {
  const { url } = await laptop.must('signIn.begin', { serverUrl: null, by: 'helseId' });
  const [came] = await Promise.all([laptop.must('signIn.wait', {}), inTheBrowser(url, who)]);
  return came.code;
}

test('withheld and said why, written on meanwhile, and let through by the sign-in of its person', async () => {
  const userId = v7();
  const set = { name: 'Kari', email: 'kari@example.test', roles: ['PRACTITIONER'] };
  await write(world.server.app, world.boss, { entity: 'user', rowId: userId, set });
  const code = `${world.url}#${await invitationFor(world.server, world.boss, userId)}`;
  const joined = await laptop.must('clinic.join', { code, deviceName: 'Karis', passphrase: PASSPHRASE });
  await laptop.must('session.unlock', { ...joined, passphrase: PASSPHRASE });
  const now = () => laptop.must('sync.now', {});
  await until(now, ({ state, pending }) => state === 'in_sync' && pending === 0, 'all is known', 30_000);
  expect(await laptop.must('helseId.state', {})).toMatchObject({ on: true, required: false, own: null, shownAt: null });

  // The administrator asks, having shown it at their own laptop.
  const shown = await signInThere(world, 'boss');
  const body = { code: shown.code, verifier: shown.verifier };
  expect(codeOf(await request(world.server.app, world.boss, 'POST', '/v1/helseid/binding', body))).toBe(204);
  expect(codeOf(await request(world.server.app, world.boss, 'PUT', '/v1/helseid/required', { required: true }))).toBe(204);
  expect(await laptop.call('helseId.require', { required: false })).toMatchObject({ code: 'permission/denied' });

  await write(world.server.app, world.boss, newPatient('Etterpå'));
  const status = () => laptop.must('sync.status', {});
  expect(await until(status, ({ problem }) => problem !== null, 'the server says why', 60_000)).toMatchObject({
    problem: 'auth/level-needed',
  });
  await laptop.must('patient.create', {
    givenName: 'Ola',
    familyName: 'Imens',
    birthDate: '1979-01-01',
    missingNationalIdReason: 'foreign',
  });
  const found = async (query: string) => (await laptop.must('patient.search', { query, limit: 20 })).hits.length;
  expect([await found('Imens'), await found('Etterpå')]).toEqual([1, 0]);

  // Somebody else's HelseID is not theirs.
  expect(await laptop.call('helseId.bind', { code: await signIn('boss') })).toMatchObject({ code: 'helseid/other-person' });
  expect(await laptop.call('helseId.bind', { code: 'AAAA-BBBB' })).toMatchObject({ code: 'join/code-unknown' });
  await laptop.must('helseId.bind', { code: await signIn('kari') });
  await until(
    () => found('Etterpå'),
    (n) => n === 1,
    'what was withheld is here',
    30_000,
  );
  await until(now, ({ state, pending }) => state === 'in_sync' && pending === 0, 'all was handed in', 30_000);
  expect(await found('Imens')).toBe(1);
  expect(await laptop.must('helseId.state', {})).toMatchObject({ required: true, own: { userId, level: 4, hprNumber: KARI.hprNumber } });
}, 120_000);
