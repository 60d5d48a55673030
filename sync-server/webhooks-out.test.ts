/** Webhooks that go out: a real receiver verifies them with the library; down, slow, refusing, pointing elsewhere, speaking nonsense; killed; on two copies. */
import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { v7 } from 'uuid';
import { withClinic } from '#db/postgres/open.ts';
import { NOBODY } from '#db/model/message.ts';
import { WEBHOOK_EVENTS } from '#db/rules/webhook-events.ts';
import { announceBy } from './core/webhooks/announce.ts';
import { deliver, deliverAll, keepDeliveries, type DeliverDeps } from './core/webhooks/deliver.ts';
import { addWebhook, type WebhookDeps } from './core/webhooks/manage.ts';
import { intendBy } from './core/messages/intents.ts';
import { postgresStore } from './core/record-store.ts';
import { keysOf } from './core/second-factor.ts';
import { serverWrite } from './core/server-write.ts';
import { openHooks } from './integrations/webhooks/client.ts';
import { addressProblem, isPublicAddress } from './integrations/webhooks/public-address.ts';
import { installJobs, openJobs, type Jobs, type NewJob } from './jobs/queue.ts';
import { queues, WEBHOOKS } from './jobs/queues.ts';
import { addColleague, foundClinic, newPatient, request, write, type Draft, type Laptop } from './testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, type TestServer } from './testing/test-server.ts';
import { openPool } from '#db/postgres/open.ts';
import { TEST_SEALING } from './testing/test-server.ts';

const KEY = Buffer.alloc(32, 9);
let database: TestDatabase;
let server: TestServer;
let hooks: WebhookDeps;
let asked: NewJob[];
let owner: Laptop;
let patientId: string;
let settingId: string;

interface Received {
  id: string;
  type: string;
  data: Record<string, unknown>;
  raw: string;
}
/** A receiver; `answer` decides. */
let receiver: http.Server;
let port = 0;
let received: Received[];
let secret = '';
let answer: (response: http.ServerResponse, n: number) => void;

beforeAll(async () => {
  database = await openTestDatabase();
  await installJobs(database.ownerUrl, decodeURIComponent(new URL(database.appUrl).username), queues);
  receiver = http.createServer((incoming, response) => {
    void (async () => {
      let raw = '';
      for await (const part of incoming) raw += String(part);
      // Throws where it is not signed with the secret that was told once, or is too old.
      const said = new Webhook(secret).verify(raw, incoming.headers as Record<string, string>) as {
        type: string;
        data: Record<string, unknown>;
      };
      received.push({ id: String(incoming.headers['webhook-id']), type: said.type, data: said.data, raw });
      answer(response, received.length);
    })().catch(() => response.writeHead(401).end());
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  ({ port } = receiver.address() as AddressInfo);
});
afterAll(async () => {
  receiver?.closeAllConnections();
  receiver?.close();
  await database?.close();
});

const client = (changes: Partial<Parameters<typeof openHooks>[0]> = {}) =>
  openHooks({ allow: new Set([`127.0.0.1:${port}`]), timeoutMs: 800, disableAfterHours: 120, ...changes });

beforeEach(async () => {
  received = [];
  asked = [];
  answer = (response) => void response.writeHead(204).end();
  const pool = openPool(database.appUrl, { max: 4, sealing: TEST_SEALING });
  const enqueue: WebhookDeps['enqueue'] = async (_, jobs) => void asked.push(...jobs);
  const now = () => server.time.now;
  const announce = announceBy((tx, jobs) => enqueue(tx, jobs), now);
  hooks = { pool, hooks: client(), keys: keysOf({ sessionKey: KEY }), enqueue, now };
  server = await openTestServer(database, {
    store: postgresStore(
      pool,
      intendBy(async (tx, jobs) => enqueue(tx, jobs), { announce }),
    ),
    webhooks: hooks,
  });
  owner = await foundClinic(server.app, { roles: ['ADMIN', 'PRACTITIONER'] });
  const patient = newPatient('Kanarifugl');
  patientId = patient.rowId;
  await write(server.app, owner, patient);
  await switchOn();
});
afterEach(async () => {
  await server?.close();
  await hooks?.pool.end();
});

const switchOn = () =>
  write(server.app, owner, {
    entity: 'integration_setting',
    rowId: (settingId = v7()),
    set: { name: 'webhooks', enabled: true, options: {}, setById: owner.userId, setAt: '2026-11-23T08:00:00.000Z' },
  });
const principal = () => ({
  kind: 'device' as const,
  clinicId: owner.clinicId,
  deviceId: owner.deviceId,
  userId: owner.userId,
  roles: ['ADMIN' as const],
  audience: 'clinical' as const,
  revoked: false,
  levelMissing: false,
});
async function listen(events: readonly (typeof WEBHOOK_EVENTS)[number][] = WEBHOOK_EVENTS): Promise<string> {
  const added = await addWebhook(hooks, principal(), { url: `http://127.0.0.1:${port}/ryggrad`, events });
  if (!added.ok) throw new Error(added.code);
  ({ secret } = added.value);
  return added.value.id;
}
const booking = (): Draft => ({
  entity: 'appointment',
  rowId: v7(),
  set: {
    patientId,
    practitionerId: owner.userId,
    startsAt: '2026-12-01T08:00:00.000Z',
    durationMinutes: 30,
    visitType: 'follow_up',
    reason: 'Vondt i ryggen',
  },
});
const deps = (changes: Partial<DeliverDeps> = {}): DeliverDeps => ({ ...hooks, ...changes });
const jobsAsked = () => asked.filter(({ queue }) => queue === WEBHOOKS.name).map(({ data }, n) => ({ id: `job-${n}`, data }));
const log = async () => {
  const { rows } = await withClinic(server.pool, owner.clinicId, (tx) =>
    tx.query<{ type: string; state: string; attempts: number; status: number | null; code: string | null }>(
      'select type, state, attempts, status, code from webhook_delivery order by seq, id',
    ),
  );
  return rows;
};
const endpoint = async () => {
  const { rows } = await withClinic(server.pool, owner.clinicId, (tx) =>
    tx.query('select enabled, ended_by, failing_since from webhook_endpoint'),
  );
  return rows[0] as { enabled: boolean; ended_by: string | null; failing_since: Date | null };
};
const change = (draft: Draft, set: Record<string, unknown>) => write(server.app, owner, { entity: draft.entity, rowId: draft.rowId, set });

it('a booking that is made, moved, cancelled, and arrived: told in the transaction that took it in, signed, with ids and states alone', async () => {
  await listen();
  const one = booking();
  await write(server.app, owner, one);
  await change(one, { startsAt: '2026-12-01T09:00:00.000Z' });
  await change(one, { reason: 'Noe annet' });
  await change(one, { status: 'arrived', arrivedAt: '2026-12-01T09:00:00.000Z' });
  await change(one, { status: 'cancelled', cancelReason: 'Syk' });
  expect(await deliverAll(deps(), jobsAsked())).toEqual(new Map());
  expect(received.map(({ type }) => type).toSorted()).toEqual(['booking.arrived', 'booking.cancelled', 'booking.created', 'booking.moved']);
  const created = received.find(({ type }) => type === 'booking.created');
  expect(Object.keys(created?.data ?? {}).toSorted()).toEqual(['clinicId', 'id', 'patientId', 'practitionerId', 'seq', 'state']);
  expect(created?.data).toMatchObject({
    clinicId: owner.clinicId,
    id: one.rowId,
    patientId,
    practitionerId: owner.userId,
    state: 'booked',
  });
  for (const { raw } of received) expect(raw).not.toMatch(/Kanarifugl|Vondt|Syk|2026-12-01/);
  // The order of delivery is nobody's promise; the order of what happened is in each.
  const seqs = received.toSorted((a, b) => Number(a.data['seq']) - Number(b.data['seq'])).map(({ type }) => type);
  expect(seqs).toEqual(['booking.created', 'booking.moved', 'booking.arrived', 'booking.cancelled']);
  expect((await log()).map(({ state, attempts }) => `${state} ${attempts}`)).toEqual(Array.from({ length: 4 }, () => 'delivered 1'));
});

it('what became of a message is told where the server writes it', async () => {
  await listen(['message.sent', 'message.failed']);
  const announce = announceBy(async (_, jobs) => void asked.push(...jobs), hooks.now);
  const id = v7();
  const row = {
    patientId,
    channel: 'sms',
    templateId: 'answer',
    body: 'Hemmelig svar',
    requestedById: owner.userId,
    requestedAt: '2026-11-23T08:00:00.000Z',
    plannedAt: '2026-11-23T08:00:00.000Z',
  };
  await write(server.app, owner, { entity: 'message', rowId: id, set: row });
  await withClinic(server.pool, owner.clinicId, (tx) =>
    serverWrite(tx, owner.clinicId, NOBODY, [{ entity: 'message', id, birth: false, set: { state: 'sent' }, extra: {} }], announce),
  );
  await deliverAll(deps(), jobsAsked());
  expect(received.map(({ type, data }) => [type, data['id'], data['channel'], data['state']])).toEqual([
    ['message.sent', id, 'sms', 'sent'],
  ]);
  expect(received[0]?.raw).not.toContain('Hemmelig');
});

it('nothing is told where the clinic has not switched it on, nor of what was rolled back, nor what an address did not ask for', async () => {
  await listen(['booking.cancelled']);
  const one = booking();
  await write(server.app, owner, one);
  expect(await log()).toEqual([]);
  // A wrong parent: refused, and its transaction with it.
  const wrong = { ...booking(), set: { ...booking().set, patientId: v7() } };
  expect(await write(server.app, owner, wrong)).toMatchObject({ outcome: 'rejected' });
  await change(one, { status: 'cancelled' });
  expect((await log()).map(({ type }) => type)).toEqual(['booking.cancelled']);
  await write(server.app, owner, { entity: 'integration_setting', rowId: settingId, set: { enabled: false } });
  const other = booking();
  await write(server.app, owner, other);
  await change(other, { status: 'cancelled' });
  expect(await log()).toHaveLength(1);
});

const BROKEN: readonly [string, (response: http.ServerResponse) => void, number | null, string][] = [
  ['500', (response: http.ServerResponse) => void response.writeHead(500).end('x'), 500, 'webhook/status'],
  [
    'a redirect, which is not followed',
    (response: http.ServerResponse) => void response.writeHead(302, { location: `http://127.0.0.1:${port}/elsewhere` }).end(),
    302,
    'webhook/redirect',
  ],
  ['silence', () => {}, null, 'webhook/timeout'],
  ['an end without a word', (response: http.ServerResponse) => void response.destroy(), null, 'webhook/unreachable'],
  ['nonsense', (response: http.ServerResponse) => void response.socket?.end('HTTP/9 hei\r\n\r\n'), null, 'webhook/unreadable'],
];
it.each(BROKEN)('%s: it is tried again under the same id, and the log says how it went', async (_, broken, status, code) => {
  await listen(['booking.created']);
  await write(server.app, owner, booking());
  answer = broken;
  expect([...(await deliverAll(deps(), jobsAsked())).values()]).toEqual([code]);
  expect(await log()).toMatchObject([{ state: 'failed', attempts: 1, status, code }]);
  expect((await endpoint()).failing_since).not.toBeNull();
  answer = (response) => void response.writeHead(200).end('thanks');
  expect((await deliverAll(deps(), jobsAsked())).size).toBe(0);
  expect(await log()).toMatchObject([{ state: 'delivered', attempts: 2, status: 200, code: null }]);
  expect(new Set(received.map(({ id }) => id)).size).toBe(1);
  expect((await endpoint()).failing_since).toBeNull();
});

it('a receiver that is down does not hold up another clinic’s or another address', async () => {
  await listen(['booking.created']);
  await write(server.app, owner, booking());
  const closed = net.createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const gone = (closed.address() as AddressInfo).port;
  await new Promise((resolve) => closed.close(resolve));
  const down = { ...hooks, hooks: client({ allow: new Set([`127.0.0.1:${gone}`]) }) };
  await addWebhook(down, principal(), { url: `http://127.0.0.1:${gone}/`, events: ['booking.created'] });
  await write(server.app, owner, booking());
  const both = deps({ hooks: client({ allow: new Set([`127.0.0.1:${port}`, `127.0.0.1:${gone}`]) }) });
  expect([...(await deliverAll(both, jobsAsked())).values()]).toEqual(['webhook/unreachable']);
  expect(received).toHaveLength(2);
});

it('killed between the call and what is noted of it, it is told again under the same id; and never a third time', async () => {
  await listen(['booking.created']);
  await write(server.app, owner, booking());
  const [job] = jobsAsked();
  await expect(deliver(deps({ step: () => Promise.reject(new Error('killed')) }), owner.clinicId, String(job?.data['id']))).rejects.toThrow(
    'killed',
  );
  expect(await log()).toMatchObject([{ state: 'waiting', attempts: 0 }]);
  await deliverAll(deps(), jobsAsked());
  await deliverAll(deps(), jobsAsked());
  expect([received.length, new Set(received.map(({ id }) => id)).size]).toEqual([2, 1]);
});

it('what waits when the clinic switches webhooks off is not told, and is said to be dropped', async () => {
  await listen();
  await write(server.app, owner, booking());
  await write(server.app, owner, { entity: 'integration_setting', rowId: settingId, set: { enabled: false } });
  await deliverAll(deps(), jobsAsked());
  expect(received).toEqual([]);
  expect(await log()).toMatchObject([{ state: 'dropped', code: 'webhook/off' }]);
});

it('days of nothing but failure switch the address off, with a reason; 410 at once; switched on again it begins anew', async () => {
  const id = await listen(['booking.created']);
  await write(server.app, owner, booking());
  answer = (response) => void response.writeHead(503).end();
  await deliverAll(deps(), jobsAsked());
  server.time.now = new Date(server.time.now.getTime() + 119 * 3_600_000);
  await deliverAll(deps(), jobsAsked());
  expect((await endpoint()).enabled).toBe(true);
  server.time.now = new Date(server.time.now.getTime() + 2 * 3_600_000);
  await deliverAll(deps(), jobsAsked());
  expect(await endpoint()).toMatchObject({ enabled: false, ended_by: 'webhook/failing' });
  // What waits is not sent, and says so; what comes is not kept for it.
  await deliverAll(deps(), jobsAsked());
  expect(await log()).toMatchObject([{ state: 'dropped', code: 'webhook/off' }]);
  const calls = received.length;
  await write(server.app, owner, booking());
  expect([received.length, (await log()).length]).toEqual([calls, 1]);
  expect((await request(server.app, owner, 'POST', `/v1/webhooks/${id}`, { enabled: true })).statusCode).toBe(204);
  expect(await endpoint()).toMatchObject({ enabled: true, ended_by: null, failing_since: null });
  asked.length = 0;
  // The receiver believes no signature that is days away from its own clock.
  server.time.now = new Date();
  await write(server.app, owner, booking());
  answer = (response) => void response.writeHead(410).end();
  expect((await deliverAll(deps(), jobsAsked())).size).toBe(0);
  expect(await endpoint()).toMatchObject({ enabled: false, ended_by: 'webhook/gone' });
});

it('an administrator sees what went, has it sent again and tried; nobody else does, and no secret is told twice', async () => {
  const made = await request(server.app, owner, 'POST', '/v1/webhooks', {
    url: `http://127.0.0.1:${port}/ryggrad`,
    events: ['booking.created'],
  });
  expect(made.statusCode).toBe(201);
  const { id } = made.json<{ id: string; secret: string }>();
  ({ secret } = made.json<{ secret: string }>());
  await write(server.app, owner, booking());
  await deliverAll(deps(), jobsAsked());
  const list = await request(server.app, owner, 'GET', '/v1/webhooks');
  expect(list.body).not.toContain(secret);
  const { deliveries } = list.json<{ deliveries: { id: string; state: string; ms: number }[] }>();
  expect(deliveries).toMatchObject([{ state: 'delivered', attempts: 1, status: 204, code: null }]);
  expect(deliveries[0]?.ms).toBeGreaterThanOrEqual(0);
  asked.length = 0;
  await request(server.app, owner, 'POST', `/v1/webhooks/deliveries/${deliveries[0]?.id}/replay`);
  expect((await request(server.app, owner, 'POST', `/v1/webhooks/${id}/test`)).statusCode).toBe(204);
  await deliverAll(deps(), jobsAsked());
  expect(received.map(({ type }) => type)).toEqual(['booking.created', expect.any(String), expect.any(String)]);
  expect(new Set(received.slice(1).map(({ type }) => type))).toEqual(new Set(['booking.created', 'webhook.test']));
  expect(received.filter(({ id: one }) => one === received[0]?.id)).toHaveLength(2);
  const colleague = await addColleague(server.app, owner, ['PRACTITIONER']);
  for (const [method, path, body] of [
    ['GET', '/v1/webhooks'],
    ['POST', '/v1/webhooks', { url: 'https://erp.example.no/', events: ['booking.created'] }],
    ['DELETE', `/v1/webhooks/${id}`],
  ] as const)
    expect((await request(server.app, colleague, method, path, body)).statusCode).toBe(403);
  const foreign = await foundClinic(server.app);
  expect((await request(server.app, foreign, 'DELETE', `/v1/webhooks/${id}`)).statusCode).toBe(404);
  // Where to is in the log, by whom; the secret lies sealed.
  const { rows } = await withClinic(server.pool, owner.clinicId, (tx) =>
    tx.query<{ verb: string; details: unknown }>("select verb, details from audit_event where verb like 'webhook.%'"),
  );
  expect(rows).toMatchObject([{ verb: 'webhook.add', details: { host: `127.0.0.1:${port}` } }]);
  const kept = await withClinic(server.pool, owner.clinicId, (tx) => tx.query<{ secret: string }>('select secret from webhook_endpoint'));
  expect(kept.rows[0]?.secret).not.toContain(secret.slice(6));
  server.time.now = new Date(server.time.now.getTime() + 31 * 86_400_000);
  expect(await keepDeliveries(hooks)).toBeGreaterThan(0);
});

it('addresses that lead inside are refused: as written, by name, by redirect, and where a name leads inside only when it is called', async () => {
  const none = new Set<string>();
  for (const url of [
    'http://erp.example.no/',
    'ftp://erp.example.no/',
    'https://bruker:pw@erp.example.no/',
    'ikke en adresse',
    'https://erp.example.no/#x',
  ])
    expect(addressProblem(url, none), url).toMatch(/^webhook\/(address|not-https)$/);
  for (const url of [
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://10.0.0.5/',
    'https://192.168.1.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[64:ff9b::a00:1]/',
    'https://[2002:a00:1::]/',
    'https://localhost/',
    'https://server.internal/',
    'https://skriver.local/',
    'https://100.64.0.1/',
    'https://0.0.0.0/',
  ])
    expect(addressProblem(url, none), url).toBe('webhook/private');
  expect(addressProblem('https://erp.example.no:8443/hook?x=1', none)).toBeUndefined();
  expect([isPublicAddress('93.184.216.34'), isPublicAddress('2606:2800:220:1::1'), isPublicAddress('::ffff:93.184.216.34')]).toEqual([
    true,
    true,
    false,
  ]);
  // A name of this machine that is written like any other leads inside when it is looked up.
  const { lookupPublic } = await import('./integrations/webhooks/public-address.ts');
  const looked = await new Promise<string | undefined>((resolve) => {
    lookupPublic('localhost', {}, (error) => resolve(error === null ? undefined : (error as { code?: string }).code));
  });
  expect(looked).toBe('WEBHOOK_PRIVATE');
  for (const url of ['https://10.0.0.5/', 'http://127.0.0.1:1/'])
    expect((await request(server.app, owner, 'POST', '/v1/webhooks', { url, events: ['booking.created'] })).statusCode).toBe(422);
});

it('two copies of the server with the real queue: each event at least once, each under one id, and one that was refused comes again by itself', async () => {
  await listen(['booking.created']);
  const copies: Jobs[] = await Promise.all([
    openJobs(database.appUrl, { warn: () => {} } as never),
    openJobs(database.appUrl, { warn: () => {} } as never),
  ]);
  for (const jobs of copies) await jobs.work(WEBHOOKS, (batch) => deliverAll(deps(), batch));
  let refused = 0;
  answer = (response) => void response.writeHead((refused += 1) <= 3 ? 500 : 204).end();
  const bookings = Array.from({ length: 12 }, booking);
  for (const one of bookings) await write(server.app, owner, one);
  await withClinic(
    server.pool,
    owner.clinicId,
    (tx) =>
      copies[0]?.enqueue(
        tx,
        asked.filter(({ queue }) => queue === WEBHOOKS.name),
      ) ?? Promise.resolve(),
  );
  const done = async () => (await log()).filter(({ state }) => state === 'delivered').length;
  for (let tries = 0; tries < 300 && (await done()) < 12; tries += 1) await new Promise((resolve) => setTimeout(resolve, 100));
  for (const jobs of copies) await jobs.close();
  expect(await done()).toBe(12);
  const byBooking = Map.groupBy(received, ({ data }) => data['id']);
  expect(byBooking.size).toBe(12);
  for (const told of byBooking.values()) expect(new Set(told.map(({ id }) => id)).size).toBe(1);
}, 60_000);
