/** Readers who wait: what wakes them, what does not, and what may have changed about them meanwhile. */
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { postgresStore, type RecordStore } from '#sync-server/core/record-store.ts';
import {
  addColleague,
  changeOf,
  foundClinic,
  newEncounter,
  newPatient,
  PASSPHRASE,
  push,
  request,
  write,
  type Laptop,
} from '#sync-server/testing/test-clinic.ts';
import { openTestCopies, type TestCopies } from '#sync-server/testing/test-copies.ts';
import { openTestDatabase, type TestDatabase } from '#sync-server/testing/test-database.ts';
import { openTestServer } from '#sync-server/testing/test-server.ts';
import { DEPLOYMENTS } from './places.ts';
import { ask, placeOf, readThrough, type WireMessage } from './reader.ts';

/** So long that whoever is woken late fails by the test's own limit. */
const shape = { rows: 40, bytes: 100_000, longPollMs: 60_000 };

describe.each(DEPLOYMENTS)('$name', ({ place, count }) => {
  let database: TestDatabase;
  let servers: TestCopies;
  let laptop: Laptop;
  beforeAll(async () => {
    database = await openTestDatabase(place);
  });
  afterAll(async () => {
    await database?.close();
  });
  beforeEach(async () => {
    servers = await openTestCopies(database, count, { shape });
    laptop = await foundClinic(servers.app);
  });
  afterEach(async () => {
    await servers.close();
  });
  const waiting = () => servers.copies.reduce((sum, { deps }) => sum + deps.wakeUps.waiting(), 0);
  /** A live request from the end of the feed that is known to be waiting. */
  const park = async (who: Pick<Laptop, 'credential'>, init?: RequestInit) => {
    const before = waiting();
    const { place: end } = await readThrough(servers.url, who);
    let over = false;
    const answer = ask(servers.url, who, `${end}&live=true`, init).finally(() => (over = true));
    while (waiting() === before) await new Promise(setImmediate);
    return { answer, over: () => over, end };
  };
  const operations = async (answer: Response) =>
    ((await answer.json()) as WireMessage[]).map(({ headers }) => headers.operation ?? headers.control);

  it('a change answers everybody of its clinic who waits, at whatever copy, and nobody of another', async () => {
    const other = await foundClinic(servers.app);
    const bystander = await park(other);
    const readers = [await park(laptop), await park(laptop), await park(laptop), await park(laptop)];
    const { seq } = await write(servers.app, laptop, newPatient());
    for (const { answer } of readers) {
      const got = await answer;
      expect([got.headers.get('electric-offset'), await operations(got)]).toEqual([`${seq}_0`, ['insert', 'up-to-date']]);
    }
    expect([bystander.over(), waiting()]).toEqual([false, 1]);
    await write(servers.app, other, newPatient());
    await bystander.answer;
  });

  it('a transaction of many rows answers with all of them', async () => {
    const parked = await park(laptop);
    await push(
      servers.app,
      laptop,
      Array.from({ length: 30 }, () => changeOf(laptop, newPatient())),
    );
    expect(await operations(await parked.answer)).toEqual([...Array.from({ length: 30 }, () => 'insert'), 'up-to-date']);
  });

  it('what the desk may not see does not end its wait, and the next place lies past it', async () => {
    const desk = await addColleague(servers.app, laptop, ['ASSISTANT']);
    const patient = newPatient();
    await write(servers.app, laptop, patient);
    const parked = await park(desk);
    await write(servers.app, laptop, newEncounter(laptop, patient.rowId));
    expect(parked.over()).toBe(false);
    const { seq } = await write(servers.app, laptop, newPatient());
    const answer = await parked.answer;
    expect([answer.headers.get('electric-offset'), await operations(answer)]).toEqual([`${seq}_0`, ['insert', 'up-to-date']]);
  });

  it('a change between reading and waiting wakes the reader at once: the lost wake-up, step by step', async () => {
    const { place: end } = await readThrough(servers.url, laptop);
    let armed = true;
    const steps: string[] = [];
    // Exactly there: the reader has read nothing new, and before it can wait the change is committed and its notification heard.
    const between = (real: RecordStore, heard: () => Promise<void>): RecordStore => ({
      inClinic: (clinicId, run) =>
        real.inClinic(clinicId, (tx) =>
          run({
            ...tx,
            feedPage: async (...asked) => {
              const page = await tx.feedPage(...asked);
              steps.push(`read ${page?.rows}`);
              if (!armed) return page;
              armed = false;
              const told = heard();
              await write(servers.app, laptop, newPatient());
              await told;
              steps.push('heard');
              return page;
            },
          }),
        ),
    });
    const reader = await openTestServer(database, {
      shape,
      store: between(
        postgresStore(servers.next().pool),
        () => new Promise<void>((resolve) => reader.deps.wakeUps.wait(laptop.clinicId, resolve)),
      ),
    });
    try {
      const answer = await request(reader.app, laptop, 'GET', `/v1/shape?table=feed${end}&live=true`);
      expect(answer.json<WireMessage[]>().map(({ headers }) => headers.operation ?? headers.control)).toEqual(['insert', 'up-to-date']);
      expect(steps).toEqual(['read 0', 'heard', 'read 1']);
    } finally {
      await reader.close();
    }
  });

  it('the listener lost for a moment: readers are woken when it is back', async () => {
    const parked = await park(laptop);
    const admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'ryggrad-listen' and datname = current_database()`,
    );
    await admin.end();
    await write(servers.app, laptop, newPatient());
    expect(await operations(await parked.answer)).toEqual(['insert', 'up-to-date']);
  });

  it('who hangs up is forgotten', async () => {
    const aborter = new AbortController();
    const parked = await park(laptop, { signal: aborter.signal });
    aborter.abort();
    await expect(parked.answer).rejects.toThrow('aborted');
    await expect.poll(waiting).toBe(0);
  });

  it('a server that shuts down answers who waits', async () => {
    const { answer } = await park(laptop);
    const closed = Promise.all(servers.copies.map(({ app }) => app.close()));
    expect(await operations(await answer)).toEqual(['up-to-date']);
    await closed;
  });

  it('the floor raised while waiting: who has seen everything goes on', async () => {
    const parked = await park(laptop);
    const admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    await admin.query('update clinic_clock set floor = 4 where clinic_id = $1', [laptop.clinicId]);
    await admin.end();
    await write(servers.app, laptop, newPatient());
    const answer = await parked.answer;
    expect([answer.status, await operations(answer)]).toEqual([200, ['insert', 'up-to-date']]);
    expect((await ask(servers.url, laptop, placeOf(answer))).status).toBe(200);
  });

  it('a device revoked while it waits gets no more, and hears why', async () => {
    const lost = await addColleague(servers.app, laptop, ['PRACTITIONER']);
    const parked = await park(lost);
    await request(servers.app, laptop, 'POST', `/v1/devices/${lost.deviceId}/revoke`);
    const answer = await parked.answer;
    expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'device/revoked' }]);
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
  });

  it('a session that ends while it waits is expired, not revoked', async () => {
    const session = await request(servers.app, undefined, 'POST', '/v1/sessions', { email: laptop.email, passphrase: PASSPHRASE });
    const parked = await park({ credential: session.json<{ accessToken: string }>().accessToken });
    servers.moveClock(new Date(Date.now() + 901_000));
    await write(servers.app, laptop, newPatient());
    const answer = await parked.answer;
    expect([answer.status, await answer.json()]).toMatchObject([401, { code: 'auth/expired' }]);
  });

  it('a person who loses the clinical role while their device waits starts over, with the other audience’s handle', async () => {
    const was = await addColleague(servers.app, laptop, ['PRACTITIONER']);
    const parked = await park(was);
    await write(servers.app, laptop, { entity: 'user', rowId: was.userId, set: { roles: ['ASSISTANT'] } });
    const answer = await parked.answer;
    expect([answer.status, await answer.text()]).toEqual([409, '[{"headers":{"control":"must-refetch"}}]']);
    expect((await ask(servers.url, was, `&offset=0_0&handle=${answer.headers.get('electric-handle') ?? ''}`)).status).toBe(200);
  });
});
