/** Wake-ups through a real Redis: beside NOTIFY, without it, and when Redis itself is gone. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listenForChanges } from '#db/postgres/listen.ts';
import { withRedis, type RedisWakeUps } from './redis-wake-ups.ts';
import { foundClinic, newPatient, request, write, type Laptop } from './testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { freePort, openTestRedis, type TestRedis } from './testing/test-redis.ts';
import { openTestServer, type TestServer } from './testing/test-server.ts';

let database: TestDatabase;
let redis: TestRedis;
const wakeUps: RedisWakeUps[] = [];
/** The first hears of changes by NOTIFY and Redis, the second by Redis alone. */
let copies: [TestServer, TestServer];
let laptop: Laptop;

beforeAll(async () => {
  database = await openTestDatabase();
  redis = await openTestRedis();
  const { url } = redis;
  const sessionKey = new Uint8Array(32).fill(9);
  const copy = async (listenUrl: string) => {
    const heard = await withRedis(await listenForChanges(listenUrl, () => {}), { url, prefix: 'test:', log: () => {} });
    wakeUps.push(heard);
    return openTestServer(database, { sessionKey, wakeUps: heard, shape: { rows: 40, bytes: 100_000, longPollMs: 60_000 } });
  };
  // Another database of the cluster: its NOTIFY says nothing of ours.
  const deaf = new URL(database.adminUrl);
  deaf.pathname = '/postgres';
  copies = [await copy(database.appUrl), await copy(deaf.href)];
  laptop = await foundClinic(copies[0].app);
});
afterAll(async () => {
  for (const copy of copies) await copy.close();
  for (const heard of wakeUps) await heard.close();
  await redis.kill();
  await database.close();
});

/** A reader parked at a copy, and what it is told. */
async function parked(copy: TestServer) {
  const start = await request(copy.app, laptop, 'GET', '/v1/shape?table=feed&offset=-1');
  const place = `offset=${String(start.headers['electric-offset'])}&handle=${String(start.headers['electric-handle'])}`;
  const answer = request(copy.app, laptop, 'GET', `/v1/shape?table=feed&${place}&live=true`);
  while (copy.deps.wakeUps.waiting() === 0) await new Promise(setImmediate);
  // In an object: a promise returned would be waited for.
  return { answer };
}
const ready = async (copy: TestServer) => (await copy.app.inject({ url: '/ready' })).json<{ status: string; redis: string }>();

it('a change at one copy wakes a reader at another that does not hear NOTIFY', async () => {
  const { answer } = await parked(copies[1]);
  await write(copies[0].app, laptop, newPatient());
  expect((await answer).json<unknown[]>()).toHaveLength(2);
});

it('Redis gone: NOTIFY goes on, the server stays ready; Redis back: readers are woken, and heard again', async () => {
  await redis.kill();
  await expect.poll(async () => (await ready(copies[0])).redis).toBe('reconnecting');
  expect((await ready(copies[0])).status).toBe('ready');
  const byNotify = await parked(copies[0]);
  await write(copies[0].app, laptop, newPatient());
  expect((await byNotify.answer).json<unknown[]>().length).toBeGreaterThan(1);

  // Written while nobody could say so: heard as soon as Redis is back, not at the end of the poll.
  const missed = await parked(copies[1]);
  await write(copies[0].app, laptop, newPatient());
  await redis.start();
  expect((await missed.answer).json<unknown[]>().length).toBeGreaterThan(1);
  const again = await parked(copies[1]);
  await write(copies[0].app, laptop, newPatient());
  expect((await again.answer).json<unknown[]>().length).toBeGreaterThan(1);
  await expect.poll(async () => (await ready(copies[0])).redis, { timeout: 10_000 }).toBe('ok');
});

it('a start with Redis unreachable goes on without it', async () => {
  const said: string[] = [];
  const lonely = await withRedis(await listenForChanges(database.appUrl, () => {}), {
    url: `redis://:hemmelig@127.0.0.1:${await freePort()}`,
    prefix: '',
    log: (message) => said.push(message),
  });
  expect(lonely.redisConnected()).toBe(false);
  expect(lonely.connected()).toBe(true);
  lonely.announce(laptop.clinicId);
  expect(said).toHaveLength(1);
  expect(said[0]).not.toContain('hemmelig');
  await lonely.close();
});
