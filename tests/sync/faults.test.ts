/** What the network and the server do to a laptop on a bad day; nothing acknowledged is lost or done twice. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { v7 } from 'uuid';
import { openedFields } from '#sync-server/testing/opened.ts';
import { withClinic } from '#db/postgres/open.ts';
import { readRow, rowsWhere } from '#db/sqlite/store.ts';
import type { Change } from '#db/sync/change.ts';
import { readCursor } from '#electron/sync/cursor.ts';
import { freezeNext } from '#electron/sync/outbox.ts';
import type { Fetch } from '#electron/sync/ports.ts';
import { differing, replicaDigests } from '#tests/tools/digest-of.ts';
import type { EntityDigest } from '#db/sync/digest.ts';
import { call, drained, foundClinic, type TestClinic } from './clinic.ts';
import { until, type Laptop } from './laptop.ts';
import { startTestServer, type TestServer } from './server.ts';

let server: TestServer;
let clinic: TestClinic;
let anna: Laptop;
/** What stands between Anna's laptop and the server; tests put their fault here. */
let network: Fetch = fetch;

beforeAll(async () => {
  server = await startTestServer();
  clinic = await foundClinic(server.url, { fetch: (input, init) => network(input, init) });
  anna = clinic.first;
  await drained(anna);
});
afterAll(async () => {
  await anna?.close();
  await server?.close();
});

const addPatient = (laptop: Laptop, familyName: string) =>
  laptop.write('patient.create', (ctx) => ctx.insert('patient', { givenName: 'Kari', familyName }).id);
const isPush = (input: Parameters<Fetch>[0]) => String(input instanceof Request ? input.url : input).endsWith('/v1/changes');
const patientsOnServer = () => openedFields(server.open.deps.pool, clinic.id, 'patient', ['givenName', 'familyName']);
async function onServer(sql: string): Promise<Record<string, unknown>[]> {
  return withClinic(server.open.deps.pool, clinic.id, async (tx) => (await tx.query<Record<string, unknown>>(sql)).rows);
}

test('an answer that never arrives: the same changes go again and have one effect', async () => {
  let lost = 0;
  network = async (input, init) => {
    const response = await fetch(input, init);
    if (!isPush(input) || lost >= 2) return response;
    lost += 1;
    throw new TypeError('connection cut after the server had committed');
  };
  const id = addPatient(anna, 'Engang');
  await until(
    () => anna.engine().syncNow(),
    (status) => status.pending === 0,
    'delivered at last',
  );
  network = fetch;
  expect(lost).toBe(2);
  expect((await patientsOnServer()).filter(({ familyName }) => familyName === 'Engang')).toHaveLength(1);
  expect(await onServer(`select count(*)::int as n from ledger where outcome->>'outcome' = 'rejected'`)).toEqual([{ n: 0 }]);
  await until(
    () => readRow(anna.db, 'patient', id)?.seq ?? 0,
    (seq) => seq > 0,
    'the row came back with its place',
  );
});

test('the server is gone in the middle of a push: the queue goes on where it was, each change once', async () => {
  await anna.engine().stop();
  anna.write('import', (ctx) => {
    for (let i = 0; i < 1500; i += 1) ctx.insert('patient', { givenName: 'Import', familyName: `Nr ${i}` });
  });
  anna.engine().start();
  await until(
    () => anna.engine().status().pending,
    (pending) => pending < 1500 && pending > 0,
    'a part is delivered',
  );
  await server.stop();
  expect(anna.engine().status().pending).toBeGreaterThan(0);
  await until(
    () => anna.engine().syncNow(),
    (status) => status.state === 'offline',
    'it says that it is offline',
  );
  await server.start();
  // No further write and nobody who asks: the timer alone must find the server again.
  await until(
    () => anna.engine().status(),
    (status) => status.pending === 0 && status.state === 'in_sync',
    'the queue drains by itself',
    60_000,
  );
  const imported = (await patientsOnServer()).filter(({ givenName }) => givenName === 'Import').map(({ familyName }) => familyName);
  expect([imported.length, new Set(imported).size]).toEqual([1500, 1500]);
  expect(await onServer(`select max(n)::int - count(*)::int as gaps from ledger where device_id = '${anna.deviceId}'`)).toEqual([
    { gaps: 0 },
  ]);
});

test('the server comes back while nobody writes: the chip knows within seconds, not at the end of a long-poll', async () => {
  await drained(anna);
  await server.stop();
  await until(
    () => anna.engine().status().state,
    (state) => state === 'offline',
    'it says that it is offline',
  );
  await server.start();
  await until(
    () => anna.engine().status().state,
    (state) => state === 'in_sync',
    'it says that it is in sync',
    8_000,
  );
  expect(anna.engine().status()).toMatchObject({ pending: 0, problem: null });
});

test('the token is refused: the chip asks for a person, the text waits, and then goes', async () => {
  await anna.engine().stop();
  anna.connect(server.url, `rdc_${anna.deviceId}_${'x'.repeat(43)}`);
  const id = addPatient(anna, 'Venter');
  await until(
    () => anna.engine().status(),
    ({ state, problem }) => state === 'attention' && problem !== null && problem !== 'server/unreachable',
    'it says what is wrong',
  );
  expect(anna.engine().status().pending).toBe(1);
  expect(readRow(anna.db, 'patient', id)?.familyName).toBe('Venter');
  await anna.engine().stop();
  anna.connect(server.url, clinic.credential);
  await drained(anna);
  expect(anna.engine().status()).toMatchObject({ state: 'in_sync', pending: 0 });
});

test('the same push twice has one effect and one answer; the same place with other content is quarantined', async () => {
  await anna.engine().stop();
  addPatient(anna, 'Dobbel');
  const changes = freezeNext(anna.db, anna.deviceId, 500, 1e9).map(({ json }) => JSON.parse(json) as Change);
  const push = (sent: unknown[]) =>
    call(server.url, 'POST', '/v1/changes', clinic.credential, { protocol: 1, deviceId: anna.deviceId, changes: sent });
  const first = await push(changes);
  const seqBefore = await onServer('select seq from clinic_clock');
  expect(await push(changes)).toEqual({ ...(first as object), now: expect.any(String) as string });
  expect(await onServer('select seq from clinic_clock')).toEqual(seqBefore);
  const forged = { ...changes[0]!, set: { ...changes[0]!.set, familyName: 'Forfalsket' } };
  expect((await push([forged]))['outcomes']).toMatchObject([{ outcome: 'rejected', code: 'change/hash-mismatch' }]);
  expect((await patientsOnServer()).filter(({ familyName }) => familyName === 'Dobbel')).toHaveLength(1);
  anna.engine().start();
  await drained(anna);
});

test('rows and fields of a newer server are kept as they came', async () => {
  const id = addPatient(anna, 'Nyere');
  await drained(anna);
  // The poll that is parked now left before the network changed.
  await anna.engine().stop();
  const unknownId = v7();
  network = async (input, init) => {
    const response = await fetch(input, init);
    if (isPush(input) || response.status !== 200) return response;
    const messages = (await response.json()) as { key?: string; value?: Record<string, string>; headers: object }[];
    for (const message of messages) {
      const body = message.value?.['body'];
      if (message.value !== undefined && body !== undefined && message.value['id'] === id)
        message.value['body'] = JSON.stringify({ ...(JSON.parse(body) as object), shoe_size: 41 });
    }
    const known = messages.find(({ value }) => value?.['id'] === id);
    if (known?.value !== undefined)
      messages.unshift({ ...known, key: 'x', value: { ...known.value, entity: 'spaceship', id: unknownId, body: '{"name":"Rakett"}' } });
    return new Response(JSON.stringify(messages), { status: 200, headers: response.headers });
  };
  anna.write('patient.update', (ctx) => ctx.patch('patient', id, { city: 'Bodø' }));
  anna.engine().start();
  await until(
    () => readRow(anna.db, 'patient', id)?.extra,
    (extra) => JSON.stringify(extra) === '{"shoe_size":41}',
    'the unknown field is kept',
  );
  network = fetch;
  expect(anna.db.prepare('select entity, id, body from unknown_row').all()).toEqual([
    { entity: 'spaceship', id: unknownId, body: '{"name":"Rakett"}' },
  ]);
  await drained(anna);
});

describe('a laptop that starts over', () => {
  test('killed in the middle of its first load goes on where it was', async () => {
    const bent = await clinic.join(server.url, ['PRACTITIONER']);
    await until(
      () => readCursor(bent.db).offset,
      (offset) => offset !== '-1',
      'the first rows are here',
    );
    await bent.restart();
    await drained(bent);
    expect(rowsWhere(bent.db, 'patient', "given_name = 'Import'")).toHaveLength(1500);
    await bent.close();
  });

  test('a server restored from a backup gets again what it had acknowledged, and the window is never empty', async () => {
    await server.stop();
    await server.backUp();
    await server.start();
    const id = addPatient(anna, 'Etter sikkerhetskopien');
    await drained(anna);
    await until(
      () => readRow(anna.db, 'patient', id)?.seq ?? 0,
      (seq) => seq > 0,
      'acknowledged and passed',
    );
    await server.stop();
    await server.restore();
    await server.start();
    const shown = new Set<number>();
    await until(
      async () => {
        shown.add(rowsWhere(anna.db, 'patient', "given_name = 'Import'").length);
        expect(readRow(anna.db, 'patient', id)?.deleted).toBe(false);
        return (await onServer(`select count(*)::int as n from patient where id = '${id}'`))[0]?.['n'];
      },
      (n) => n === 1,
      'the row is on the server again',
      60_000,
    );
    expect([...shown]).toEqual([1500]);
    const { entities } = await call(server.url, 'GET', '/v1/digest', clinic.credential);
    await until(
      () => differing(entities as EntityDigest[], replicaDigests(anna.db)),
      (entitiesThatDiffer) => entitiesThatDiffer.length === 0,
      'equal digests',
    );
    expect(anna.engine().status()).toMatchObject({ pending: 0, quarantined: 0 });
  });
});
