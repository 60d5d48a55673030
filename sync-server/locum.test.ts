/** Who works here until a day: let in until then, and afterwards only to hand in what was written before. */
import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clinicDay } from '#db/rules/appointments.ts';
import {
  addColleague,
  changeOf,
  foundClinic,
  newPatient,
  PASSPHRASE,
  push,
  request,
  verifierOf,
  write,
  type Laptop,
} from './testing/test-clinic.ts';
import { quarantined } from './testing/opened.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, type TestServer } from './testing/test-server.ts';

let database: TestDatabase;
let server: TestServer;
let boss: Laptop;
beforeAll(async () => {
  database = await openTestDatabase();
  server = await openTestServer(database);
  boss = await foundClinic(server.app);
});
afterAll(async () => {
  await server?.close();
  await database?.close();
});

const DAY = 86_400_000;
const day = (offset: number) => clinicDay(new Date(Date.now() + offset * DAY).toISOString());
const until = (who: Laptop, validUntil: string) => write(server.app, boss, { entity: 'user', rowId: who.userId, set: { validUntil } });
const signIn = (who: Laptop) => request(server.app, undefined, 'POST', '/v1/sessions', { email: who.email, passphrase: PASSPHRASE });

it('a locum is let in on the last day, by session and by device, and not the day after', async () => {
  const locum = await addColleague(server.app, boss, ['PRACTITIONER']);
  await request(server.app, locum, 'PUT', `/v1/accounts/${locum.userId}`, { verifier: await verifierOf(PASSPHRASE) });
  await until(locum, day(0));
  const token = (await signIn(locum)).json<{ accessToken: string }>().accessToken;
  expect((await request(server.app, locum, 'GET', '/v1/lease')).statusCode).toBe(200);
  await until(locum, day(-1));
  expect((await signIn(locum)).json()).toMatchObject({ code: 'session/refused' });
  expect((await request(server.app, { credential: token }, 'GET', '/v1/devices')).json()).toMatchObject({ code: 'auth/invalid' });
  for (const url of ['/v1/lease', '/v1/bootstrap', '/v1/shape?table=feed&offset=-1'])
    expect((await request(server.app, locum, 'GET', url)).json()).toMatchObject({ code: 'device/revoked' });
  expect((await request(server.app, boss, 'POST', '/v1/devices/invitations', { userId: locum.userId })).json()).toMatchObject({
    code: 'user/unknown',
  });
});

it('on a colleague’s laptop: written before the end is taken with a flag, after it is kept aside with its text', async () => {
  const locum = await addColleague(server.app, boss, ['PRACTITIONER']);
  // The locum's key on the boss' laptop, vouched for by the boss.
  await write(server.app, boss, {
    entity: 'signing_key',
    rowId: v7(),
    set: { userId: locum.userId, deviceId: boss.deviceId, publicKey: locum.publicKey },
  });
  await until(locum, day(-2));
  const here: Laptop = { ...locum, deviceId: boss.deviceId, credential: boss.credential, next: boss.next };
  const onDay = (offset: number, familyName: string) => {
    const at = `${day(offset)}T11:00:00.000Z`;
    return changeOf(here, { ...newPatient(familyName), at });
  };
  const { outcomes } = await push(server.app, here, [onDay(-2, 'Før'), onDay(-1, 'Etter')]);
  boss.next = here.next;
  expect(outcomes.map(({ outcome, code, flags }) => [outcome, code ?? null, flags ?? []])).toEqual([
    ['applied', null, ['actor/inactive']],
    ['rejected', 'actor/forbidden', []],
  ]);
  const kept = await quarantined(server.pool, boss.clinicId);
  expect(kept.map(({ change }) => change).join('\n')).toContain('Etter');
});
