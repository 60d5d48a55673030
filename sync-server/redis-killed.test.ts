/**
 * Redis killed, hung and started again under load, eight times: no change is lost or made twice, no laptop is refused, no reader waits for the end of its
 * poll, and whoever guesses at a door or reads the log out gets not one try more than without.
 */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { listenForChanges } from '#db/postgres/listen.ts';
import { openedRows } from './testing/opened.ts';
import { withRedis, type RedisWakeUps } from './redis-wake-ups.ts';
import { addColleague, changeOf, foundClinic, newPatient, PASSPHRASE, pushRaw, request, type Laptop } from './testing/test-clinic.ts';
import { PROBES } from './testing/probes.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { openTestRedis, type TestRedis } from './testing/test-redis.ts';
import { openTestServer, TEST_LIMITS, type TestServer } from './testing/test-server.ts';

const PREFIX = 'killed:';
const DOOR_MAX = 8;
const EXPORT_MAX = 10;
const LAPTOPS = 3;
const CALM_PUSHES = 4;

let database: TestDatabase;
let redis: TestRedis;
const heard: RedisWakeUps[] = [];
const copies: TestServer[] = [];
const laptops: Laptop[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  redis = await openTestRedis();
  const sessionKey = new Uint8Array(32).fill(5);
  for (let n = 0; n < 2; n += 1) {
    const wakeUps = await withRedis(await listenForChanges(database.appUrl, () => {}), { url: redis.url, prefix: PREFIX, log: () => {} });
    heard.push(wakeUps);
    const limits = { ...TEST_LIMITS, doorMax: DOOR_MAX, exportMax: EXPORT_MAX };
    const shape = { rows: 5000, bytes: 8_000_000, longPollMs: 60_000 };
    copies.push(
      await openTestServer(database, {
        sessionKey,
        wakeUps,
        limits,
        shape,
        redis: { client: wakeUps.client, prefix: PREFIX, cache: wakeUps.cache },
      }),
    );
  }
  const admin = await foundClinic(copyOf(0).app);
  laptops.push(admin);
  for (let n = 1; n < LAPTOPS; n += 1) laptops.push(await addColleague(copyOf(n).app, admin, ['PRACTITIONER']));
});
afterAll(async () => {
  for (const copy of copies) await copy.close();
  for (const one of heard) await one.close();
  redis?.resume();
  await redis?.kill();
  await database?.close();
});

const copyOf = (n: number) => copies[n % copies.length] as TestServer;

it('killed, hung and started again under load: nothing is lost, nothing is refused that should pass, nothing passes that should not', async () => {
  let over = false;
  const sent: string[] = [];
  const refused: string[] = [];

  /** A laptop that pushes three patients at a time, by the next copy each time, for as long as Redis is being tormented. */
  const writes = async (laptop: Laptop, at: number) => {
    for (let n = 0; !over || n < CALM_PUSHES; n += 1) {
      const drafts = Array.from({ length: 3 }, () => newPatient(`Last ${at}`));
      const answer = await pushRaw(
        copyOf(n + at).app,
        laptop,
        drafts.map((draft) => changeOf(laptop, draft)),
      );
      const outcomes = answer.statusCode === 200 ? answer.json<{ outcomes: { outcome: string }[] }>().outcomes : [];
      if (outcomes.length === 3 && outcomes.every(({ outcome }) => outcome === 'applied')) sent.push(...drafts.map(({ rowId }) => rowId));
      else refused.push(`push ${answer.statusCode} ${answer.body}`);
    }
  };
  /** A reader that follows the feed at one copy. */
  const seen = new Set<string>();
  const reads = async (laptop: Laptop) => {
    let place = 'offset=-1';
    for (;;) {
      const live = place === 'offset=-1' ? '' : '&live=true';
      const answer = await request(copyOf(1).app, laptop, 'GET', `/v1/shape?table=feed&${place}${live}`);
      if (answer.statusCode !== 200) return void refused.push(`shape ${answer.statusCode} ${answer.body}`);
      for (const one of answer.json<{ value?: { id?: string } }[]>()) if (one.value?.id !== undefined) seen.add(one.value.id);
      place = `offset=${String(answer.headers['electric-offset'])}&handle=${String(answer.headers['electric-handle'])}`;
      if (over && sent.every((id) => seen.has(id))) return;
    }
  };
  let guesses = 0;
  const guessed: number[] = [];
  const guess = async () => {
    for (; !over || guesses < 20; guesses += 1) {
      const answer = await copyOf(guesses).app.inject({
        method: 'POST',
        url: '/v1/sessions',
        remoteAddress: '192.0.2.66',
        payload: { email: `ukjent-${guesses}@example.test`, passphrase: 'feil' },
      });
      guessed.push(answer.statusCode);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  let asked = 0;
  const exported: number[] = [];
  const signedIn = await copyOf(0).app.inject({
    method: 'POST',
    url: '/v1/sessions',
    payload: { email: laptops[0]?.email, passphrase: PASSPHRASE },
  });
  const session = { credential: signedIn.json<{ accessToken: string }>().accessToken };
  const readLog = async () => {
    for (; !over || asked < 20; asked += 1) {
      exported.push(
        (
          await request(
            copyOf(asked).app,
            session,
            'POST',
            '/v1/audit',
            PROBES['POST /v1/audit']?.({ userId: laptops[0]?.userId ?? '', deviceId: '' }).payload,
          )
        ).statusCode,
      );
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  const load = [...laptops.map((laptop, at) => writes(laptop, at)), reads(laptops[0] as Laptop), guess(), readLog()];
  for (let n = 0; n < 8; n += 1) {
    const before = sent.length;
    if (n % 2 === 0) await redis.kill();
    else redis.pause();
    // The work goes on without it.
    await expect.poll(() => sent.length, { timeout: 20_000 }).toBeGreaterThan(before + 9);
    if (n % 2 === 0) await redis.start();
    else redis.resume();
    const back = sent.length;
    await expect.poll(() => sent.length, { timeout: 20_000 }).toBeGreaterThan(back + 9);
  }
  over = true;
  const begun = performance.now();
  // The reader has everything long before its poll would have ended by itself.
  await Promise.all([Promise.all(load), request(copyOf(0).app, laptops[1] as Laptop, 'GET', '/v1/bootstrap')]);
  expect(performance.now() - begun).toBeLessThan(30_000);

  expect(refused).toEqual([]);
  const rows = await openedRows(copyOf(0).pool, (laptops[0] as Laptop).clinicId, 'patient');
  const held = rows.map(({ id }) => id).toSorted();
  expect(held).toEqual(sent.toSorted());
  expect(new Set(held).size).toBe(held.length);
  expect(sent.length).toBeGreaterThan(150);
  // Its eight tries and no more, whatever became of Redis.
  expect(guessed.filter((status) => status === 401)).toHaveLength(DOOR_MAX);
  expect(new Set(guessed)).toEqual(new Set([401, 429]));
  expect(exported.filter((status) => status === 200)).toHaveLength(EXPORT_MAX);
  expect(new Set(exported)).toEqual(new Set([200, 429]));
}, 240_000);

it('dead, the server is ready and laptops are answered', async () => {
  await redis.kill();
  for (const copy of copies) expect((await request(copy.app, laptops[1] as Laptop, 'GET', '/v1/devices')).statusCode).toBe(200);
  const ready = (await copyOf(0).app.inject({ url: '/ready' })).json<{ status: string }>();
  expect(ready.status).toBe('ready');
  await redis.start();
});

it('what Redis holds begins with the prefix, goes by itself, and says nobody’s name, number, address or token', async () => {
  // It was started again a moment ago: the copies find their way back by themselves, and count in memory until then.
  const content = await vi.waitFor(
    async () => {
      for (const laptop of laptops) await request(copyOf(0).app, laptop, 'GET', '/v1/devices');
      const all = await redis.content();
      expect(all.length).toBeGreaterThan(0);
      return all;
    },
    { timeout: 20_000, interval: 200 },
  );
  expect(content.filter((one) => !one.startsWith(PREFIX) || one.includes('ttl=-1'))).toEqual([]);
  const text = content.join('\n');
  for (const { credential, email, clinicId } of laptops)
    for (const secret of [credential, email, clinicId]) expect(text).not.toContain(secret);
  expect(text).not.toMatch(/127\.0\.0\.1|192\.0\.2|Last/);
});
