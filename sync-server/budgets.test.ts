/** Whose budget is spent by what, what several copies share, and what a dead Redis or Postgres gives away: nothing at a door. */
import { connect } from 'node:net';
import pg from 'pg';
import { v7 } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listenForChanges } from '#db/postgres/listen.ts';
import { networkOf } from './plugins/admission.ts';
import { withRedis, type RedisWakeUps } from './redis-wake-ups.ts';
import { foundClinic, PASSPHRASE, type Laptop } from './testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { openTestRedis, type TestRedis } from './testing/test-redis.ts';
import { openTestServer, TEST_LIMITS, type TestServer } from './testing/test-server.ts';

let database: TestDatabase;
let admin: pg.Client;
let laptop: Laptop;
let other: Laptop;
const opened: TestServer[] = [];
const sessionKey = new Uint8Array(32).fill(7);

/** A copy that lets through `rateMax` requests and `doorMax` tries, until the end of the test. */
async function copy(limits: { rateMax?: number; doorMax?: number }, changes: Parameters<typeof openTestServer>[1] = {}) {
  const server = await openTestServer(database, { sessionKey, ...changes, limits: { ...TEST_LIMITS, ...limits } });
  opened.push(server);
  return server;
}
const devices = (server: TestServer, credential: string, from = '127.0.0.1', headers: Record<string, string> = {}) =>
  server.app.inject({ url: '/v1/devices', remoteAddress: from, headers: { authorization: `Bearer ${credential}`, ...headers } });
const signIn = (server: TestServer, from = '127.0.0.1', passphrase = PASSPHRASE, email = laptop.email) =>
  server.app.inject({ method: 'POST', url: '/v1/sessions', remoteAddress: from, payload: { email, passphrase } });
const statuses = (answers: readonly { statusCode: number }[]) => answers.map(({ statusCode }) => statusCode);
const times = <T>(n: number, run: (i: number) => T) => Array.from({ length: n }, (_, i) => run(i));

beforeAll(async () => {
  database = await openTestDatabase();
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  const { app } = await copy({});
  [laptop, other] = [await foundClinic(app), await foundClinic(app)];
  for (const server of opened.splice(0)) await server.close();
});
beforeEach(async () => {
  await admin.query('delete from rate_budget; delete from attempt');
});
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});
afterAll(async () => {
  await admin?.end();
  await database?.close();
});

describe('ordinary requests', () => {
  it('so many per device and window; then when to come again, while others go on', async () => {
    const server = await copy({ rateMax: 4 });
    // The first is not known yet and is counted by its address.
    for (let n = 0; n < 5; n += 1) expect((await devices(server, laptop.credential)).statusCode).toBe(200);
    const over = await devices(server, laptop.credential);
    expect(over.json()).toMatchObject({ status: 429, code: 'request/too-many' });
    expect(Number(over.headers['retry-after'])).toBeGreaterThan(0);
    expect((await devices(server, other.credential)).statusCode).toBe(200);
  });

  it('a stranger who names a device spends his own budget and not that device’s', async () => {
    const server = await copy({ rateMax: 10 });
    await devices(server, laptop.credential, '192.0.2.1');
    const forged = `${laptop.credential.slice(0, -3)}abc`;
    expect(new Set(statuses(await Promise.all(times(30, () => devices(server, forged, '192.0.2.9')))))).toEqual(new Set([401, 429]));
    expect((await devices(server, laptop.credential, '192.0.2.1')).statusCode).toBe(200);
  });

  it('a device made up anew for every request does not give a new budget', async () => {
    const server = await copy({ rateMax: 10 });
    const answers = await Promise.all(times(30, () => devices(server, `rdc_${v7()}_${'a'.repeat(43)}`)));
    expect(statuses(answers).filter((status) => status === 401)).toHaveLength(10);
  });

  it('nobody’s X-Forwarded-For is believed', async () => {
    const server = await copy({ rateMax: 10 });
    const answers = await Promise.all(times(30, (i) => devices(server, 'x', '192.0.2.1', { 'x-forwarded-for': `198.51.100.${i}` })));
    expect(statuses(answers).filter((status) => status === 401)).toHaveLength(10);
  });

  it('behind a trusted proxy the address it saw counts, not what the client put before it; another’s word still counts for nothing', async () => {
    const server = await copy({ rateMax: 10 }, { http: { trustedProxies: ['192.0.2.1'] } });
    const through = (from: string, forwarded: string) => devices(server, 'x', from, { 'x-forwarded-for': forwarded });
    const spoofed = await Promise.all(times(30, (i) => through('192.0.2.1', `203.0.113.${i}, 198.51.100.7`)));
    expect(statuses(spoofed).filter((status) => status === 401)).toHaveLength(10);
    expect((await through('192.0.2.1', '198.51.100.8')).statusCode).toBe(401);
    const untrusted = await Promise.all(times(30, (i) => through('192.0.2.2', `198.51.100.${i + 20}`)));
    expect(statuses(untrusted).filter((status) => status === 401)).toHaveLength(10);
  });

  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::9', '2001:db8:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
    ['1::', '1:0:0:0'],
  ])('%s is counted as %s', (ip, network) => {
    expect(networkOf(ip)).toBe(network);
  });
});

describe('at a door', () => {
  it('the tries of an address are counted for all copies together, and a restart gives no new ones', async () => {
    const copies = [await copy({ doorMax: 6 }), await copy({ doorMax: 6 })];
    const answers = await Promise.all(
      times(20, (i) => signIn(copies[i % 2] as TestServer, '192.0.2.5', 'feil', `ukjent-${i}@example.test`)),
    );
    expect(statuses(answers).filter((status) => status === 401)).toHaveLength(6);
    expect(answers.find(({ statusCode }) => statusCode === 429)?.json()).toMatchObject({ code: 'request/too-many' });
    expect((await signIn(await copy({ doorMax: 6 }), '192.0.2.5')).statusCode).toBe(429);
    expect((await signIn(copies[0] as TestServer, '192.0.2.6')).statusCode).toBe(200);
  });

  it('every door: signing in, enrolling, founding a clinic', async () => {
    const server = await copy({ doorMax: 5 });
    const ask = (url: string) => server.app.inject({ method: 'POST', url, remoteAddress: '192.0.2.15', payload: {} });
    for (const url of ['/v1/sessions', '/v1/devices', '/v1/clinics', '/v1/sessions', '/v1/devices'])
      expect((await ask(url)).statusCode).toBe(400);
    for (const url of ['/v1/sessions', '/v1/devices', '/v1/clinics']) expect((await ask(url)).statusCode).toBe(429);
  });

  it('what cannot be counted does not pass', async () => {
    const server = await copy({});
    await admin.query('alter table rate_budget rename to rate_budget_gone');
    const refused = await signIn(server);
    await admin.query('alter table rate_budget_gone rename to rate_budget');
    expect(refused.statusCode).toBeGreaterThanOrEqual(500);
    expect(refused.body).not.toMatch(/rate_budget|accessToken|42P01/);
    expect((await signIn(server)).statusCode).toBe(200);
  });

  it('fifty guesses at once are fifty tries: five are judged', async () => {
    const server = await copy({});
    const answers = await Promise.all(times(50, () => signIn(server, '192.0.2.5', 'feil')));
    expect(answers.map((answer) => answer.json<{ code: string }>().code).sort()).toEqual([
      ...Array<string>(5).fill('session/refused'),
      ...Array<string>(45).fill('session/throttled'),
    ]);
  });

  it('the keys that are kept say nobody’s address', async () => {
    await signIn(await copy({}), '192.0.2.77');
    const { rows } = await admin.query<{ key: string }>('select key from rate_budget');
    expect(rows).toHaveLength(1);
    expect(rows[0]?.key).toMatch(/^door:[\w-]{22}$/);
  });
});

describe('with Redis', () => {
  let redis: TestRedis;
  const heard: RedisWakeUps[] = [];
  beforeAll(async () => {
    redis = await openTestRedis();
  });
  afterAll(async () => {
    for (const one of heard) await one.close();
    redis?.resume();
    await redis?.kill();
  });
  async function redisCopy(limits: { rateMax?: number; doorMax?: number }, prefix: string) {
    const wakeUps = await withRedis(await listenForChanges(database.appUrl, () => {}), { url: redis.url, prefix, log: () => {} });
    heard.push(wakeUps);
    return copy(limits, { wakeUps, redis: { client: wakeUps.client, prefix, cache: wakeUps.cache } });
  }

  it('copies give one budget together', async () => {
    const copies = [await redisCopy({ rateMax: 20 }, 'shared:'), await redisCopy({ rateMax: 20 }, 'shared:')];
    const answers = await Promise.all(times(60, (i) => devices(copies[i % 2] as TestServer, 'x', '192.0.2.1')));
    expect(statuses(answers).filter((status) => status === 401)).toHaveLength(20);
  });

  it('a laptop that one copy knows is counted by itself at the others from its first request', async () => {
    const copies = [await redisCopy({ rateMax: 12 }, 'known:'), await redisCopy({ rateMax: 12 }, 'known:')];
    expect((await devices(copies[0] as TestServer, laptop.credential, '192.0.2.40')).statusCode).toBe(200);
    // Whoever shares its address has spent the address's budget at both.
    for (let n = 0; n < 13; n += 1) await devices(copies[n % 2] as TestServer, 'x', '192.0.2.40');
    await expect.poll(async () => (await redis.content()).filter((one) => one.startsWith('known:caller:')).length).toBe(1);
    expect((await devices(copies[1] as TestServer, laptop.credential, '192.0.2.40')).statusCode).toBe(200);
    expect((await devices(copies[1] as TestServer, other.credential, '192.0.2.40')).statusCode).toBe(429);
    const content = (await redis.content()).join('\n');
    expect(content).not.toContain(laptop.credential);
    expect(content).not.toContain('192.0.2.40');
  });

  it('what the cache says of a token opens nothing', async () => {
    const server = await redisCopy({}, 'liar:');
    const lies = { get: () => Promise.resolve(laptop.deviceId), put: () => {} };
    const fooled = await copy({}, { redis: { client: server.deps.redis?.client ?? {}, prefix: 'liar:', cache: lies } });
    expect((await devices(fooled, 'x')).statusCode).toBe(401);
    expect((await devices(fooled, `${laptop.credential.slice(0, -3)}abc`)).statusCode).toBe(401);
  });

  it('killed mid-load: laptops go on, and no door opens again', async () => {
    const copies = [await redisCopy({ rateMax: 20, doorMax: 8 }, 'killed:'), await redisCopy({ rateMax: 20, doorMax: 8 }, 'killed:')];
    const guess = (i: number) => signIn(copies[i % 2] as TestServer, `2001:db8::${i}`, 'feil', `ukjent-${i}@example.test`);
    const load = [...times(10, guess), redis.kill(), ...times(30, (i) => guess(i + 10))];
    const answers = (await Promise.all(load)).filter((answer) => answer !== undefined);
    answers.push(...(await Promise.all(times(20, (i) => guess(i + 40)))));
    // One network, 2^64 addresses: its eight tries and no more, before and after.
    expect(statuses(answers).filter((status) => status === 401)).toHaveLength(8);
    expect(new Set(statuses(answers))).toEqual(new Set([401, 429]));
    for (const server of copies) expect((await devices(server, laptop.credential, '192.0.2.30')).statusCode).toBe(200);
    await redis.start();
  });

  it('hanging: a request is not held up by it', async () => {
    const server = await redisCopy({ rateMax: 1000 }, 'hanging:');
    await expect.poll(() => server.deps.wakeUps.redisConnected?.()).toBe(true);
    redis.pause();
    const started = performance.now();
    const answers = await Promise.all(times(50, () => devices(server, laptop.credential)));
    const took = performance.now() - started;
    redis.resume();
    expect(new Set(statuses(answers))).toEqual(new Set([200]));
    expect(took).toBeLessThan(3000);
  });
});

describe('what is read of a request', () => {
  it('of a stranger nothing: the body is refused before it came', async () => {
    const server = await copy({});
    const address = new URL(await server.url());
    const heard = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(Number(address.port), '127.0.0.1', () =>
        socket.write('POST /v1/changes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 16000000\r\n\r\n{"pro'),
      );
      socket.on('data', (data) => {
        text += data.toString('latin1');
        if (text.includes('auth/missing')) socket.destroy();
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(text));
    });
    expect(heard).toMatch(/^HTTP\/1\.1 401 /);
  });

  it.each([
    ['an open route 64 kB', 'POST', '/v1/sessions', 65_536],
    ['any other 1 MB', 'POST', '/v1/compare', 1_048_576],
    ['a push 16 MB', 'POST', '/v1/changes', 16_000_000],
  ] as const)('%s', async (_, method, url, most) => {
    const server = await copy({});
    const answer = async (size: number) =>
      (
        await server.app.inject({
          method,
          url,
          headers: { 'content-type': 'application/json', authorization: `Bearer ${laptop.credential}` },
          payload: `"${'x'.repeat(size - 2)}"`,
        })
      ).json<{ code: string }>().code;
    expect(await answer(most)).toBe('request/malformed');
    expect(await answer(most + 1_000_000)).toBe('request/too-large');
  });
});
