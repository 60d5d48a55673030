/** What one caller, one statement or one forgotten transaction may cost the others: each limit reached, and said in its own words. */
import { once } from 'node:events';
import { connect } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPool, withClinic, type Pool } from '#db/postgres/open.ts';
import { postgresStore } from './core/record-store.ts';
import { failureOf } from './plugins/errors.ts';
import { changeOf, foundClinic, newPatient, pushRaw, request, type Laptop } from './testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, TEST_LIMITS, TEST_SEALING, type TestServer } from './testing/test-server.ts';

let database: TestDatabase;
let server: TestServer;
let pool: Pool;
let laptop: Laptop;

beforeAll(async () => {
  database = await openTestDatabase();
  pool = openPool(database.appUrl, { max: 4, statementTimeoutMs: 400, lockTimeoutMs: 150, idleTimeoutMs: 150, sealing: TEST_SEALING });
  const limits = { ...TEST_LIMITS, bodyBytes: 20_000, connections: 2, pollsPerDevice: 2, pollsPerClinic: 3 };
  server = await openTestServer(database, { store: postgresStore(pool), limits, shape: { rows: 40, bytes: 100_000, longPollMs: 20_000 } });
  laptop = await foundClinic(server.app);
});
afterAll(async () => {
  await server.close();
  await pool.end();
  await database.close();
});

const code = (run: Promise<unknown>) =>
  run.then(
    () => 'went through',
    (error: unknown) => failureOf(error).code,
  );

it('a push that waits too long for the clinic is told to come again, and goes through when it does', async () => {
  const admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  await admin.query('begin');
  await admin.query('select from clinic_clock where clinic_id = $1 for update', [laptop.clinicId]);
  const change = changeOf(laptop, newPatient());
  const refused = await pushRaw(server.app, laptop, [change]);
  expect(refused.json()).toMatchObject({ status: 503, code: 'server/busy' });
  expect(refused.headers['retry-after']).toBe('1');
  await admin.query('rollback');
  await admin.end();
  expect((await pushRaw(server.app, laptop, [change])).json()).toMatchObject({ outcomes: [{ outcome: 'applied' }] });
});

it('a statement beyond its time is ended', async () => {
  expect(await code(withClinic(pool, laptop.clinicId, (tx) => tx.query('select pg_sleep(5)')))).toBe('server/busy');
});

it('a transaction that rests is ended, and the clinic is free again', async () => {
  const forgotten = withClinic(pool, laptop.clinicId, async (tx) => {
    await tx.query('select from clinic_clock where clinic_id = $1 for update', [laptop.clinicId]);
    await new Promise((resolve) => setTimeout(resolve, 600));
    await tx.query('select 1');
  });
  expect(await code(forgotten)).toBe('server/busy');
  const locked = withClinic(pool, laptop.clinicId, (tx) =>
    tx.query('select from clinic_clock where clinic_id = $1 for update', [laptop.clinicId]),
  );
  expect(await code(locked)).toBe('went through');
});

it('when no connection to Postgres comes free the caller hears that the server is busy', () => {
  expect(failureOf(new Error('timeout exceeded when trying to connect')).code).toBe('server/busy');
  expect(failureOf(new Error('timeout of something else')).code).toBe('server/error');
});

it('a body beyond its size is refused', async () => {
  const big = await pushRaw(server.app, laptop, [changeOf(laptop, { ...newPatient(), set: { givenName: 'x'.repeat(30_000) } })]);
  expect(big.json()).toMatchObject({ status: 413, code: 'request/too-large' });
  laptop.next -= 1;
});

it('so many parked readers of a device and of a clinic, and no more; a place is free when one leaves', async () => {
  const start = await request(server.app, laptop, 'GET', '/v1/shape?table=feed&offset=-1');
  const place = `offset=${String(start.headers['electric-offset'])}&handle=${String(start.headers['electric-handle'])}`;
  const poll = () => request(server.app, laptop, 'GET', `/v1/shape?table=feed&${place}&live=true`);
  const waiting = [poll(), poll()];
  while (server.deps.wakeUps.waiting() < 2) await new Promise(setImmediate);
  const third = await poll();
  expect(third.json()).toMatchObject({ status: 429, code: 'polls/too-many' });
  expect(third.headers['retry-after']).toBe('5');
  await pushRaw(server.app, laptop, [changeOf(laptop, newPatient())]);
  for (const answer of await Promise.all(waiting)) expect(answer.statusCode).toBe(200);
  expect((await poll()).statusCode).toBe(200);
});

it('connections beyond their number are closed', async () => {
  const { port } = new URL(await server.url());
  const sockets = [1, 2, 3].map(() => connect({ host: '127.0.0.1', port: Number(port) }));
  const closed = await Promise.race(sockets.map(async (socket, n) => once(socket, 'close').then(() => n)));
  expect([0, 1, 2]).toContain(closed);
  for (const socket of sockets) socket.destroy();
});
