/** Whose work a line of the log is about: from the request to the answer, and to the job it leaves behind. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { derivedId } from '#db/model/ids.ts';
import { v7 } from 'uuid';
import { changeOf, foundClinic, newPatient, pushRaw } from '../testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { openTestMessages } from '../testing/test-messages.ts';
import { openTestServer, type TestServer } from '../testing/test-server.ts';
import { trustOf } from './request-id.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => {
  await database?.close();
});

const GIVEN = '4bf92f3577b34da6a3ce929d0e0e4736';
const MINTED = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('an id said by whoever asks', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await openTestServer(database, { http: { trustedProxies: ['192.0.2.1', '2001:db8::/32'] } });
  });
  afterAll(async () => {
    await server?.close();
  });
  const idOf = async (from: string, said: string) =>
    String((await server.app.inject({ url: '/health', remoteAddress: from, headers: { 'x-request-id': said } })).headers['x-request-id']);

  it('is taken of a trusted proxy, well-formed', async () => {
    for (const from of ['192.0.2.1', '::ffff:192.0.2.1', '2001:db8::7']) expect(await idOf(from, GIVEN), from).toBe(GIVEN);
    const uuid = v7();
    expect(await idOf('192.0.2.1', uuid.toUpperCase())).toBe(uuid);
  });

  it.each([
    ['198.51.100.7', GIVEN],
    ['127.0.0.1', GIVEN],
    ['2001:db9::1', GIVEN],
    ['192.0.2.1', 'Kari Nordmann'],
    ['192.0.2.1', '01819912345'],
    ['192.0.2.1', `${GIVEN}${GIVEN}`],
    ['192.0.2.1', `${GIVEN.slice(1)}\t`],
    ['192.0.2.1', ''],
  ])('and minted anew for %s who says "%s"', async (from, said) => {
    const id = await idOf(from, said);
    expect(id).toMatch(MINTED);
    expect(await idOf(from, said)).not.toBe(id);
  });

  it('stands in the header of every answer and in a problem’s instance, and is the same', async () => {
    for (const url of ['/v1/devices', '/nothing', '/v1/devices/%zz/revoke']) {
      const answer = await server.app.inject({ url });
      expect(answer.statusCode).toBeGreaterThanOrEqual(400);
      expect(answer.json<{ instance: string }>().instance).toBe(`urn:ryggrad:request:${String(answer.headers['x-request-id'])}`);
    }
  });
});

it('names of networks mean what they mean to whoever reads X-Forwarded-For', () => {
  const isTrusted = trustOf(['loopback', 'uniquelocal']);
  for (const yes of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '10.1.2.3', '172.31.0.1', '192.168.1.1', 'fd00::1'])
    expect(isTrusted(yes), yes).toBe(true);
  for (const no of ['172.32.0.1', '8.8.8.8', '2001:db8::1', '', 'x', '169.254.0.1', 'fe80::1%eth0']) expect(isTrusted(no), no).toBe(false);
  expect(trustOf([])('127.0.0.1')).toBe(false);
});

it('a job that failed says which request was its cause; several in one batch each their own; the dead job’s data are as they were', async () => {
  const server = await openTestMessages(database);
  try {
    const laptop = await foundClinic(server.app);
    await pushRaw(server.app, laptop, [
      changeOf(laptop, {
        entity: 'integration_setting',
        rowId: derivedId(laptop.clinicId, 'integration:sms'),
        set: { name: 'sms', enabled: true, options: {}, setById: laptop.userId, setAt: '2026-11-30T09:00:00.000Z' },
      }),
    ]);
    const asked = async () => {
      const person = newPatient();
      const id = v7();
      const message = {
        entity: 'message' as const,
        rowId: id,
        set: {
          patientId: person.rowId,
          appointmentId: null,
          channel: 'sms',
          templateId: 'recall',
          requestedById: laptop.userId,
          requestedAt: '2026-11-30T09:00:00.000Z',
          plannedAt: '2026-11-30T09:00:00.000Z',
        },
      };
      const answer = await pushRaw(server.app, laptop, [changeOf(laptop, person), changeOf(laptop, message)]);
      expect(answer.statusCode).toBe(200);
      return String(answer.headers['x-request-id']);
    };
    const requests = [await asked(), await asked(), await asked()];
    const done = () =>
      server.logged
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter(({ msg, queue }) => msg === 'job done' && queue === 'message-send')
        .map(({ request }) => request);
    await vi.waitFor(() => expect(new Set(done())).toEqual(new Set(requests)), { timeout: 20_000 });
  } finally {
    await server.close();
  }
});
