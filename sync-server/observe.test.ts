/**
 * Sentry and OpenTelemetry with their own SDKs against receivers on this machine, alone and beside each other: what broke and how long it took
 * arrives, and a canary thrown about in every way an error can carry one does not.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { z } from 'zod';
import { openPool } from '#db/postgres/open.ts';
import { queryName, watchQueries } from '#db/postgres/watch-queries.ts';
import { buildApp } from './app.ts';
import type { Observe } from './core/observe.ts';
import { sieveEnvelope, sieveEvent, sieveTransaction } from './plugins/crash-report.ts';
import { toldFields } from './plugins/log-fields.ts';
import { openObserve, type ObserveConfig } from './plugins/observe.ts';
import { isKnownReceiver } from './plugins/sentry.ts';
import { routes } from './routes/index.ts';
import { health } from './routes/operating.ts';
import { route } from './routes/route.ts';
import { CANARY, CANARY_NUMBER } from './testing/canary-day.ts';
import { changeOf, foundClinic, newPatient, pushRaw } from './testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { openTestReceiver, type TestReceiver } from './testing/test-receiver.ts';
import { openTestServer, TEST_SEALING, type TestServer } from './testing/test-server.ts';

let database: TestDatabase;
let receiver: TestReceiver;
const opened: { close(): Promise<unknown> }[] = [];
beforeAll(async () => {
  database = await openTestDatabase();
  receiver = await openTestReceiver();
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  receiver.received.length = 0;
});
afterAll(async () => {
  await receiver?.close();
  await database?.close();
});

const sentry = (more: Partial<NonNullable<ObserveConfig['sentry']>> = {}): ObserveConfig => ({
  sentry: { dsn: receiver.dsn, environment: 'test', traces: 0, profiles: 0, ...more },
});
const traces = (): ObserveConfig => ({
  traces: { endpoint: receiver.url, headers: { 'api-key': 'k' }, service: 'ryggrad-sync', ratio: 1 },
});

/** A route that throws what a test gives it. */
let thrown: unknown;
const breaks = route({
  method: 'POST',
  path: '/v1/breaks/:id',
  summary: 'For this test.',
  auth: 'open',
  params: z.strictObject({ id: z.string() }),
  query: z.object({ q: z.string().optional() }),
  body: z.object({ text: z.string() }),
  responses: {},
  run: () => Promise.reject(thrown as Error),
});

async function serverWith(config: ObserveConfig): Promise<{ server: TestServer; observe: Observe }> {
  const observe = await openObserve(config, '0.1.0');
  if (observe === undefined) throw new Error('nothing to observe with');
  const server = await openTestServer(database, { observe });
  watchQueries(server.pool, (name) => observe.begin({ kind: 'query', name }));
  opened.push({ close: () => observe.close(2000) }, server);
  return { server, observe };
}
const atSentry = () => receiver.received.filter(({ path: at }) => at.startsWith('/api/42/envelope/'));
const atCollector = () => receiver.received.filter(({ path: at }) => at === '/v1/traces');
const CARRIED = [CANARY, CANARY_NUMBER, 'Kvitrine', encodeURIComponent(CANARY), Buffer.from(CANARY).toString('base64')];
const expectClean = () => {
  const text = receiver.text();
  for (const one of CARRIED) expect(text).not.toContain(one);
};

/** The ways a value gets into an error, in our code and in libraries'. */
function faults(): unknown[] {
  const patient = { name: CANARY, nationalId: CANARY_NUMBER };
  const named = { [CANARY]: () => null as unknown as { x: number } }[CANARY] as () => { x: number };
  class Kvitrine extends Error {}
  const all: unknown[] = [
    new Error(`no patient ${CANARY} (${CANARY_NUMBER})`),
    Object.assign(new TypeError(CANARY), { patient, sql: `insert … '${CANARY}'`, parameters: [CANARY_NUMBER] }),
    new Error('kept', { cause: new Error(CANARY, { cause: patient }) }),
    new AggregateError([new Error(CANARY), CANARY], CANARY),
    Object.assign(new Error(CANARY), { name: CANARY, code: CANARY_NUMBER }),
    Object.assign(new Error(CANARY), { code: CANARY }),
    new Error(`x\n    at ${CANARY} (/srv/sync-server/${CANARY}.ts:1:1)\n    at ${CANARY}:${CANARY_NUMBER}`),
    Object.assign(new Error('path'), { stack: `Error: path\n    at read (/home/${CANARY}/sync-server/core/x.ts:1:1)` }),
    new Kvitrine(CANARY),
    new pg.DatabaseError(`duplicate key (${CANARY})`, 10, 'error'),
    CANARY,
    { ...patient, toString: () => CANARY },
  ];
  try {
    named().x.toFixed();
  } catch (error) {
    all.push(error);
  }
  return all;
}

describe('faults', () => {
  it('reach Sentry by kind, code, route and lines of ours, and carry no patient however they are thrown', async () => {
    const { server, observe } = await serverWith(sentry());
    const app = buildApp(server.deps, [breaks]);
    const all = faults();
    for (const one of all) {
      thrown = one;
      const url = `/v1/breaks/${encodeURIComponent(CANARY)}?q=${CANARY_NUMBER}`;
      const headers = { 'user-agent': CANARY, referer: `https://x/${CANARY_NUMBER}`, cookie: `n=${encodeURIComponent(CANARY)}` };
      const answer = await app.inject({ method: 'POST', url, headers, payload: { text: CANARY } });
      expect(answer.statusCode).toBe(500);
    }
    observe.fault(new Error(CANARY), { route: `/v1/${CANARY}`, queue: CANARY });
    await observe.close(5000);
    await app.close();
    expect(atSentry()).toHaveLength(all.length);
    expectClean();
    const text = receiver.text();
    expect(text).toContain('"route":"/v1/breaks/:id"');
    expect(text).toContain('"type":"TypeError"');
    expect(text).toMatch(/"filename":"sync-server\/observe\.test\.ts","lineno":\d+/);
    expect(text).not.toMatch(/breadcrumb|server_name|"user"|"request"|"message"|"value"|"vars"|context_line|"modules"|home\//);
    expect(text).not.toContain('kvitrine');
  });

  it('of Postgres, with a row in its message', async () => {
    const { server, observe } = await serverWith(sentry());
    const laptop = await foundClinic(server.app);
    const admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    await admin.query(`create or replace function burst() returns trigger language plpgsql as $$ begin raise exception 'burst %', new using errcode = 'XX000'; end $$;
      create or replace trigger burst before insert on patient for each row execute function burst()`);
    try {
      expect((await pushRaw(server.app, laptop, [changeOf(laptop, newPatient(CANARY))])).statusCode).toBe(500);
    } finally {
      await admin.query('drop trigger burst on patient');
      await admin.end();
    }
    await observe.close(5000);
    expectClean();
    expect(receiver.text()).toContain('"code":"XX000"');
    expect(receiver.text()).toContain('"route":"/v1/changes"');
  });

  it('fifty an hour, and what is busy is no fault', async () => {
    const { server, observe } = await serverWith(sentry());
    const app = buildApp(server.deps, [breaks]);
    thrown = Object.assign(new Error('busy'), { code: '55P03' });
    await app.inject({ method: 'POST', url: '/v1/breaks/1', payload: { text: '' } });
    thrown = new Error('again');
    for (let n = 0; n < 70; n += 1) observe.fault(thrown, {});
    await observe.close(5000);
    await app.close();
    expect(atSentry()).toHaveLength(50);
  });
});

describe('times', () => {
  it('at Sentry: requests by pattern, queries by verb and table, jobs by queue; a profile in lines of ours', async () => {
    const { server, observe } = await serverWith(sentry({ traces: 1, profiles: 1 }));
    const laptop = await foundClinic(server.app);
    await pushRaw(server.app, laptop, [changeOf(laptop, newPatient(CANARY))]);
    await observe.within(
      { kind: 'job', name: 'message-send' },
      () => server.pool.query('select 1'),
      () => ({ ok: true }),
    );
    await observe.close(5000);
    expectClean();
    const text = receiver.text();
    for (const said of ['"transaction":"POST /v1/changes"', '"description":"insert patient"', '"transaction":"job message-send"'])
      expect(text).toContain(said);
    for (const secret of [laptop.clinicId, laptop.deviceId, laptop.credential]) expect(text).not.toContain(secret);
    expect(text).toContain('"type":"profile_chunk"');
    expect(text).toMatch(/"filename":"(?:sync-server|db)\/[a-z/-]+\.ts"/);
    expect(text).not.toMatch(/\/home\/|\/tmp\/|\/root\/|"server_name"|"os"|"device"/);
  });

  it('over OTLP: the same in OpenTelemetry’s words, with the operator’s headers', async () => {
    const { server, observe } = await serverWith(traces());
    const laptop = await foundClinic(server.app);
    await pushRaw(server.app, laptop, [changeOf(laptop, newPatient(CANARY))]);
    const app = buildApp(server.deps, [breaks]);
    thrown = new Error(CANARY);
    await app.inject({ method: 'POST', url: `/v1/breaks/${CANARY_NUMBER}?q=${CANARY_NUMBER}`, payload: { text: CANARY } });
    await app.close();
    await observe.close(5000);
    expectClean();
    const text = receiver.text();
    expect(atCollector().length).toBeGreaterThan(0);
    expect(atCollector()[0]?.headers['api-key']).toBe('k');
    const sent = atCollector().map(
      ({ body }) =>
        JSON.parse(body) as { resourceSpans: { resource: { attributes: { key: string }[] }; scopeSpans: { spans: Told[] }[] }[] },
    );
    const spans = sent.flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((one) => one.spans)));
    const changes = spans.find(({ name }) => name === 'POST /v1/changes');
    expect(changes?.attributes.map(({ key }) => key).sort()).toEqual(['http.request.method', 'http.response.status_code', 'http.route']);
    const queries = spans.filter(({ parentSpanId }) => parentSpanId === changes?.spanId);
    expect(queries.map(({ name }) => name)).toContain('insert patient');
    expect(new Set(queries.flatMap(({ attributes }) => attributes.map(({ key }) => key)))).toEqual(
      new Set(['db.system.name', 'db.query.summary']),
    );
    expect(spans.find(({ name }) => name === 'POST /v1/breaks/:id')).toMatchObject({ status: { code: 2 } });
    expect(spans.flatMap(({ events = [] }) => events)).toEqual([]);
    expect(sent[0]?.resourceSpans[0]?.resource.attributes.map(({ key }) => key)).toEqual(['service.name', 'service.version']);
    for (const secret of [laptop.clinicId, laptop.deviceId, laptop.credential]) expect(text).not.toContain(secret);
  });

  it('both at once: each gets its own, neither the other’s, and a request of ours carries a header of neither', async () => {
    const { server, observe } = await serverWith({ ...sentry({ traces: 1 }), ...traces() });
    const vendor = await openTestReceiver();
    const asks = route({
      method: 'POST',
      path: '/v1/asks',
      summary: 'For this test.',
      auth: 'open',
      responses: {},
      run: async () => ({ status: (await fetch(vendor.url)).status }),
    });
    const app = buildApp(server.deps, [asks, health]);
    expect((await app.inject({ method: 'POST', url: '/v1/asks', payload: {} })).statusCode).toBe(200);
    await app.close();
    await observe.close(5000);
    expect(atSentry().filter(({ body }) => body.includes('"transaction":"POST /v1/asks"'))).toHaveLength(1);
    expect(atCollector().filter(({ body }) => body.includes('POST /v1/asks'))).toHaveLength(1);
    expect(vendor.text()).not.toMatch(/sentry|baggage|traceparent|tracestate/i);
    await vendor.close();
  });
});

interface Told {
  name: string;
  spanId: string;
  parentSpanId?: string;
  attributes: { key: string }[];
  events?: unknown[];
  status?: { code: number };
}

it('what nobody caught ends the process: the log and Sentry know where, and nobody what it said', { timeout: 60_000 }, async () => {
  const home = mkdtempSync(path.join(tmpdir(), 'ryggrad-observe-'));
  // As soon as it says that it is ready.
  const fault = `const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = (text, ...more) => {
      if (String(text).includes('"ready"')) setTimeout(() => { throw new RangeError('${CANARY} ${CANARY_NUMBER}'); }, 10);
      return write(text, ...more);
    };`;
  const child = spawn(
    process.execPath,
    [`--import=data:text/javascript,${encodeURIComponent(fault)}`, path.join(import.meta.dirname, 'server.ts')],
    {
      env: {
        PATH: process.env['PATH'],
        RYGGRAD_HOME: home,
        RYGGRAD_SYNC_PORT: '0',
        DATABASE_URL: database.appUrl,
        DATABASE_OWNER_URL: database.ownerUrl,
        SENTRY_DSN: receiver.dsn,
      },
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'exit')) as [number];
  rmSync(home, { recursive: true, force: true });
  expect(code).toBe(1);
  expect(said).toContain('"msg":"the process ends by a fault"');
  expect(said).toContain('"kind":"RangeError"');
  expect(said).not.toMatch(/Kvitrine|at Timeout/);
  expect(said).not.toContain(CANARY_NUMBER);
  expectClean();
  expect(receiver.text()).toContain('"type":"RangeError"');
});

it('nothing of Sentry or OpenTelemetry is loaded without their addresses', () => {
  const script = `const { registerHooks } = await import('node:module');
    const seen = [];
    registerHooks({ resolve: (name, context, next) => (seen.push(name), next(name, context)) });
    const { openObserve } = await import('./sync-server/plugins/observe.ts');
    await import('./sync-server/config.ts');
    console.log(String(await openObserve({}, '0.1.0')), seen.filter((name) => /^@(sentry|opentelemetry)/.test(name)).length);`;
  const root = path.join(import.meta.dirname, '..');
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' });
  expect(done.stderr).toBe('');
  expect(done.stdout.trim()).toBe('undefined 0');
});

it('a query is told by verb and table, never by its text', async () => {
  expect(queryName(`select * from patient where name = '${CANARY}'`)).toBe('select patient');
  expect(queryName('insert into "message" values ($1)')).toBe('insert message');
  expect(queryName('with x as (select from feed) select 1')).toBe('with feed');
  expect(queryName(`select * from ${CANARY}`)).toBe('select');
  expect(queryName(CANARY)).toBe('other');
  const told: string[] = [];
  const pool = openPool(database.appUrl, { max: 1, sealing: TEST_SEALING });
  watchQueries(
    pool,
    (name) =>
      ({ ok }) =>
        void told.push(`${name} ${String(ok)}`),
  );
  await pool.query('select 1 from directory');
  await pool.query({ text: 'select $1::int', values: [1] });
  await expect(pool.query('select nonsense')).rejects.toThrow('nonsense');
  await new Promise<void>((resolve, reject) =>
    pool.query('select 2', (error) => (error === undefined || error === null ? resolve() : reject(error))),
  );
  const client = await pool.connect();
  await client.query('select 3');
  client.release();
  await pool.end();
  expect(told).toEqual(['select directory true', 'select true', 'select false', 'select true', 'select true']);
});

it('an envelope that somebody else fills goes out empty or not at all', () => {
  const stranger = { event_id: 'a'.repeat(32), level: 'error', message: CANARY, exception: { values: [{ type: 'Error', value: CANARY }] } };
  for (const type of [
    'event',
    'transaction',
    'attachment',
    'session',
    'log',
    'replay_event',
    'profile',
    'span',
    'constructor',
    '__proto__',
  ])
    expect(sieveEnvelope([{}, [[{ type }, stranger]]]), type).toBeUndefined();
  const good = {
    event_id: 'a'.repeat(32),
    level: 'error',
    server_name: CANARY,
    tags: { process: 'sync-server', patient: CANARY },
    exception: {
      values: [
        { type: 'Error', value: CANARY, stacktrace: { frames: [{ filename: 'sync-server/app.ts', lineno: 1, colno: 2, vars: CANARY }] } },
      ],
    },
  };
  const out = sieveEnvelope([
    { event_id: 'a'.repeat(32), trace: { user_id: CANARY } },
    [[{ type: 'event', filename: CANARY } as { type: string }, good]],
  ]);
  expect(out).toBeDefined();
  expect(JSON.stringify(out)).not.toContain('Kvitrine');
});

it('every route there is can be told by its pattern, and no address with an id', () => {
  const event = (route: string) => ({
    event_id: 'a'.repeat(32),
    level: 'error',
    tags: { process: 'sync-server', route },
    exception: { values: [{ type: 'Error', stacktrace: { frames: [] } }] },
  });
  const timed = (transaction: string) => ({
    event_id: 'a'.repeat(32),
    type: 'transaction',
    transaction,
    start_timestamp: 1,
    contexts: { trace: { span_id: 'a'.repeat(16), trace_id: 'a'.repeat(32), op: 'http.server' } },
    spans: [],
  });
  for (const { method, path: pattern } of routes) {
    expect(sieveEvent(event(pattern)), pattern).toBeDefined();
    expect(sieveTransaction(timed(`${method} ${pattern}`)), pattern).toBeDefined();
    expect(toldFields({ route: pattern }), pattern).toEqual({ route: pattern });
  }
  for (const bad of [
    `/v1/devices/${CANARY_NUMBER}`,
    `/v1/${CANARY}`,
    '/v1/devices/0193a1b2-0000-7000-8000-000000000000/revoke',
    '/v1/shape?x=y',
    '/v1/41',
  ]) {
    expect(sieveEvent(event(bad)), bad).toBeUndefined();
    expect(sieveTransaction(timed(`GET ${bad}`)), bad).toBeUndefined();
    expect(toldFields({ route: bad }), bad).toEqual({ unlisted: 1 });
  }
});

it('reports go to Sentry’s European region; in production nowhere else', () => {
  const key = '0123456789abcdef';
  expect(isKnownReceiver(`https://${key}@o42.ingest.de.sentry.io/1`, true)).toBe(true);
  expect(isKnownReceiver(`http://${key}@127.0.0.1:9/1`, false)).toBe(true);
  for (const bad of [
    `https://${key}@o42.ingest.us.sentry.io/1`,
    `https://${key}@o42.ingest.sentry.io/1`,
    `https://${key}@evil.example/1`,
    `https://${key}@o42.ingest.de.sentry.io.evil.example/1`,
    `https://o42.ingest.de.sentry.io@evil.example/1`,
    `http://${key}@o42.ingest.de.sentry.io/1`,
    `https://${key}:secret@o42.ingest.de.sentry.io/1`,
    `http://${key}@127.0.0.1:9/1`,
    'x',
  ])
    expect(isKnownReceiver(bad, true), bad).toBe(false);
});
