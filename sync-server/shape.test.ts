import { postgresStore } from './core/record-store.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { ShapeStream, isChangeMessage, isControlMessage, type Message, type Offset } from '@electric-sql/client';
import { v7 } from 'uuid';
import type { Pool } from '#db/postgres/open.ts';
import {
  addColleague,
  changeOf,
  foundClinic,
  newEncounter,
  newPatient,
  newSection,
  push,
  request,
  write,
  type Laptop,
} from './testing/test-clinic.ts';
import { openTestDatabase, PLACES, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, type TestServer } from './testing/test-server.ts';

type FeedValue = { entity: string; id: string; seq: bigint; deleted: boolean; body: string | null };

/** The stock client on the feed, collecting what it is given. */
function follow(url: string, laptop: Laptop, from: { offset?: Offset; handle?: string } = {}) {
  const messages: Message<FeedValue & Record<string, never>>[] = [];
  const waiting = new Set<() => void>();
  const aborter = new AbortController();
  let failure: unknown;
  const stream = new ShapeStream<FeedValue & Record<string, never>>({
    url: `${url}/v1/shape`,
    // The client remembers places per address for the life of the process: each stream gets an address of its own.
    params: { table: 'feed', replica: 'full', stream: v7() },
    fetchClient: (input, init) => {
      const address = new URL(String(input));
      address.searchParams.delete('stream');
      return fetch(address, init);
    },
    headers: { authorization: `Bearer ${laptop.credential}` },
    signal: aborter.signal,
    onError: (error) => {
      failure = error;
    },
    ...from,
  });
  const wake = () => [...waiting].forEach((fn) => fn());
  stream.subscribe(
    (batch) => {
      messages.push(...batch);
      wake();
    },
    (error) => {
      failure = error;
      wake();
    },
  );
  const values = () => messages.filter(isChangeMessage).map(({ value }) => value);
  return {
    stream,
    messages,
    values,
    stop: () => aborter.abort(),
    async until(holds: () => boolean): Promise<void> {
      while (!holds()) {
        if (failure !== undefined) throw failure;
        await new Promise<void>((resolve) => {
          const once = () => {
            waiting.delete(once);
            resolve();
          };
          waiting.add(once);
        });
      }
    },
  };
}

describe.each(PLACES)('the feed comes down (%s)', (place) => {
  let database: TestDatabase;
  let server: TestServer;
  let url: string;
  beforeAll(async () => {
    database = await openTestDatabase(place);
    server = await openTestServer(database, { shape: { rows: 40, bytes: 100_000, longPollMs: 400 } });
    url = await server.url();
  });
  afterAll(async () => {
    await server?.close();
    await database?.close();
  });
  const raw = (laptop: Laptop, query: string, headers: Record<string, string> = {}) =>
    fetch(`${url}/v1/shape?table=feed${query}`, { headers: { authorization: `Bearer ${laptop.credential}`, ...headers } });

  it('the stock client reads all in chunks, then live, then resumes where it was', async () => {
    const laptop = await foundClinic(server.app);
    const patients = Array.from({ length: 150 }, () => newPatient('Ærlig Øst "Å"'));
    await push(
      server.app,
      laptop,
      patients.map((draft) => changeOf(laptop, draft)),
    );
    const first = follow(url, laptop);
    await first.until(() => first.stream.isUpToDate);
    expect(
      first
        .values()
        .filter(({ entity }) => entity === 'patient')
        .map(({ id }) => id),
    ).toEqual(patients.map(({ rowId }) => rowId));
    expect(JSON.parse(first.values().find(({ entity }) => entity === 'patient')?.body ?? '')).toMatchObject({
      family_name: 'Ærlig Øst "Å"',
    });
    expect(first.values()[0]?.seq).toBe(1n);

    const live = newPatient('Live');
    await write(server.app, laptop, live);
    await first.until(() => first.values().some(({ id }) => id === live.rowId));
    first.stop();
    const { lastOffset, shapeHandle } = first.stream;

    const missed = newPatient('Mens borte');
    await write(server.app, laptop, missed);
    const second = follow(url, laptop, { offset: lastOffset, ...(shapeHandle === undefined ? {} : { handle: shapeHandle }) });
    await second.until(() => second.stream.isUpToDate);
    expect(second.values().map(({ id }) => id)).toEqual([missed.rowId]);
    second.stop();
  });

  it('each row comes in its newest state; a deletion comes without a body', async () => {
    const laptop = await foundClinic(server.app);
    const patient = newPatient();
    const { seq = 0 } = await write(server.app, laptop, patient);
    await write(server.app, laptop, { entity: 'patient', rowId: patient.rowId, set: { deleted: true }, base: { deleted: seq } });
    const reader = follow(url, laptop);
    await reader.until(() => reader.stream.isUpToDate);
    expect(reader.values().filter(({ id }) => id === patient.rowId)).toMatchObject([{ deleted: true, body: null }]);
    reader.stop();
  });

  it('two audiences: the desk never receives clinical rows, and still follows', async () => {
    const clinician = await foundClinic(server.app);
    const desk = await addColleague(server.app, clinician, ['ASSISTANT']);
    const patient = newPatient();
    const encounter = newEncounter(clinician, patient.rowId);
    await push(
      server.app,
      clinician,
      [patient, encounter, newSection(encounter.rowId, 'fortrolig')].map((draft) => changeOf(clinician, draft)),
    );
    const [all, some] = [follow(url, clinician), follow(url, desk)];
    await Promise.all([all, some].map((one) => one.until(() => one.stream.isUpToDate)));
    expect(all.values().map(({ entity }) => entity)).toContain('note_section');
    const seen = () => new Set(some.values().map(({ entity }) => entity));
    expect([...seen()].sort()).toEqual(['clinic', 'device', 'patient', 'signing_key', 'user']);
    await write(server.app, clinician, newSection(encounter.rowId, 'enda mer'));
    const later = newPatient();
    await write(server.app, clinician, later);
    await some.until(() => some.values().some(({ id }) => id === later.rowId));
    expect(seen().has('note_section')).toBe(false);
    expect(JSON.stringify(some.messages, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).not.toContain(
      'fortrolig',
    );
    all.stop();
    some.stop();
  });

  it('answers as Electric does: headers, etag, never up to date at -1, private and unstored', async () => {
    const laptop = await foundClinic(server.app);
    const start = await raw(laptop, '&offset=-1');
    expect(start.status).toBe(200);
    expect(start.headers.get('cache-control')).toBe('private, no-store');
    expect(start.headers.has('electric-up-to-date')).toBe(false);
    expect(JSON.parse(start.headers.get('electric-schema') ?? '')).toMatchObject({
      clinic_id: { type: 'uuid', pk_index: 0 },
      seq: { type: 'int8' },
    });
    const handle = start.headers.get('electric-handle') ?? '';
    const offset = start.headers.get('electric-offset') ?? '';
    expect(offset).toBe('4_0');
    const messages = (await start.json()) as { key: string; headers: { operation: string } }[];
    expect(messages[0]?.key).toBe(`"public"."feed"/"${laptop.clinicId}"/"clinic"/"${laptop.clinicId}"`);
    const next = await raw(laptop, `&offset=${offset}&handle=${handle}`);
    expect(next.headers.has('electric-up-to-date')).toBe(true);
    expect((await next.json()) as unknown[]).toMatchObject([{ headers: { control: 'up-to-date' } }]);
    const etag = next.headers.get('etag') ?? '';
    expect((await raw(laptop, `&offset=${offset}&handle=${handle}`, { 'if-none-match': etag })).status).toBe(304);
    const now = await raw(laptop, '&offset=now');
    expect([now.headers.get('electric-offset'), now.headers.has('electric-up-to-date')]).toEqual(['4_0', true]);
    const live = await raw(laptop, `&offset=${offset}&handle=${handle}&live=true`);
    const cursor = live.headers.get('electric-cursor') ?? '';
    const again = await raw(laptop, `&offset=${offset}&handle=${handle}&live=true&cursor=${cursor}`);
    expect(again.headers.get('electric-cursor')).not.toBe(cursor);
    expect(again.headers.has('electric-schema')).toBe(false);
  });

  it.each([
    ['', 'offset'],
    ['&offset=x', 'offset'],
    ['&offset=5_0', 'handle'],
    ['&offset=-1&live=true', 'live'],
    ['&offset=-1&where=true', 'where'],
    ['&offset=-1&columns=body', 'columns'],
    ['&offset=-1&subset__limit=1', 'subset__limit'],
    ['&offset=-1&live_sse=true', 'live_sse'],
  ])('refuses %s with 400', async (query, field) => {
    const laptop = await foundClinic(server.app);
    const answer = await raw(laptop, query);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ message: 'Invalid request', errors: { [field]: expect.anything() as unknown } });
  });

  it('refuses another table and an offset beyond the end', async () => {
    const laptop = await foundClinic(server.app);
    expect((await request(server.app, laptop, 'GET', '/v1/shape?table=patient&offset=-1')).statusCode).toBe(400);
    const handle = (await raw(laptop, '&offset=-1')).headers.get('electric-handle') ?? '';
    expect(await (await raw(laptop, `&offset=999_0&handle=${handle}`)).json()).toMatchObject({
      errors: { offset: ['out of bounds for this shape'] },
    });
  });

  it("another clinic's handle, another audience's, or an older epoch's starts over with a new handle", async () => {
    const [a, b] = [await foundClinic(server.app), await foundClinic(server.app)];
    const desk = await addColleague(server.app, a, ['ASSISTANT']);
    const handleOfB = (await raw(b, '&offset=-1')).headers.get('electric-handle') ?? '';
    const own = (await raw(a, '&offset=-1')).headers.get('electric-handle') ?? '';
    for (const [laptop, handle] of [
      [a, handleOfB],
      [desk, own],
      [a, own.replace(server.deps.epoch, v7())],
      [a, 'nonsense'],
    ] as const) {
      const answer = await raw(laptop, `&offset=0_0&handle=${handle}`);
      expect(answer.status).toBe(409);
      expect(await answer.text()).toBe('[{"headers":{"control":"must-refetch"}}]');
      expect(answer.headers.get('electric-handle')).not.toBe(handle);
    }
  });

  it('a compacted feed sends back who has not seen what went, and nobody else', async () => {
    const laptop = await foundClinic(server.app);
    const reader = follow(url, laptop);
    await reader.until(() => reader.stream.isUpToDate);
    const old = (await raw(laptop, '&offset=-1')).headers.get('electric-handle') ?? '';
    await write(server.app, laptop, newPatient());
    const admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    await admin.query('update clinic_clock set floor = 5 where clinic_id = $1', [laptop.clinicId]);
    await admin.end();
    expect((await raw(laptop, `&offset=5_0&handle=${old}`)).status).toBe(200);
    const below = await raw(laptop, `&offset=2_0&handle=${old}`);
    expect(below.status).toBe(409);
    const fresh = below.headers.get('electric-handle') ?? '';
    // With the new handle a first load may pass through places below the floor.
    expect((await raw(laptop, `&offset=2_0&handle=${fresh}`)).status).toBe(200);
    reader.stop();
    const refetching = follow(url, laptop, { offset: '2_0', handle: old });
    await refetching.until(
      () =>
        refetching.messages.some((message) => isControlMessage(message) && message.headers.control === 'must-refetch') &&
        refetching.stream.isUpToDate,
    );
    expect(refetching.values().filter(({ entity }) => entity === 'patient')).toHaveLength(1);
    refetching.stop();
  });

  it('a change between reading and waiting wakes the reader at once', async () => {
    const laptop = await foundClinic(server.app);
    const start = await raw(laptop, '&offset=-1');
    let armed = true;
    // Exactly there: the reader has read, and before it can wait the change is made and its notification heard.
    const watched = async () => {
      const client = await server.pool.connect();
      const query = client.query.bind(client) as (asked: unknown, values?: unknown) => Promise<unknown>;
      const release = client.release.bind(client);
      client.query = (async (asked: { name?: string }, values?: unknown) => {
        const answer = await query(asked, values);
        if (armed && asked.name?.startsWith('feed-page') === true) {
          armed = false;
          const heard = new Promise<void>((resolve) => slow.deps.wakeUps.wait(laptop.clinicId, resolve));
          await write(server.app, laptop, newPatient());
          await heard;
        }
        return answer;
      }) as typeof client.query;
      client.release = (broken) => {
        Reflect.deleteProperty(client, 'query');
        Reflect.deleteProperty(client, 'release');
        release(broken);
      };
      return client;
    };
    // Pool.query asks with a callback; only transactions are of interest.
    const connect = {
      value: (callback?: Parameters<Pool['connect']>[0]) => (callback === undefined ? watched() : server.pool.connect(callback)),
    };
    const pool = Object.create(server.pool, { connect }) as Pool;
    const slow = await openTestServer(database, { shape: { rows: 40, bytes: 100_000, longPollMs: 60_000 }, store: postgresStore(pool) });
    const place = `&offset=${start.headers.get('electric-offset')}&handle=${start.headers.get('electric-handle')}`;
    const answer = await request(slow.app, laptop, 'GET', `/v1/shape?table=feed${place}&live=true`);
    expect(armed).toBe(false);
    expect(answer.json<unknown[]>()).toHaveLength(2);
    await slow.close();
  });

  it('the listener lost for a moment: readers are woken when it is back', async () => {
    const slow = await openTestServer(database, { shape: { rows: 40, bytes: 100_000, longPollMs: 60_000 } });
    const laptop = await foundClinic(slow.app);
    const start = await request(slow.app, laptop, 'GET', '/v1/shape?table=feed&offset=-1');
    const parked = request(
      slow.app,
      laptop,
      'GET',
      `/v1/shape?table=feed&offset=${String(start.headers['electric-offset'])}&handle=${String(start.headers['electric-handle'])}&live=true`,
    );
    while (slow.deps.wakeUps.waiting() === 0) await new Promise(setImmediate);
    const admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'ryggrad-listen' and datname = current_database()`,
    );
    await admin.end();
    await write(slow.app, laptop, newPatient());
    expect((await parked).json<unknown[]>()).toHaveLength(2);
    await slow.close();
  });

  it('a device revoked while it waits gets no more', async () => {
    const slow = await openTestServer(database, { shape: { rows: 40, bytes: 100_000, longPollMs: 60_000 } });
    const admin = await foundClinic(slow.app);
    const lost = await addColleague(slow.app, admin, ['PRACTITIONER']);
    const start = await request(slow.app, lost, 'GET', '/v1/shape?table=feed&offset=-1');
    const parked = request(
      slow.app,
      lost,
      'GET',
      `/v1/shape?table=feed&offset=${String(start.headers['electric-offset'])}&handle=${String(start.headers['electric-handle'])}&live=true`,
    );
    while (slow.deps.wakeUps.waiting() === 0) await new Promise(setImmediate);
    await request(slow.app, admin, 'POST', `/v1/devices/${lost.deviceId}/revoke`);
    expect((await parked).json()).toMatchObject({ status: 403, code: 'device/revoked' });
    await slow.close();
  });

  it('bootstrap brings today and its patients, and clinical rows to clinicians alone', async () => {
    const clinician = await foundClinic(server.app);
    const desk = await addColleague(server.app, clinician, ['ASSISTANT']);
    const [today, other] = [newPatient('Idag'), newPatient('Ikke')];
    const encounter = newEncounter(clinician, today.rowId);
    const booking = {
      entity: 'appointment' as const,
      rowId: v7(),
      set: {
        patientId: today.rowId,
        practitionerId: clinician.userId,
        startsAt: new Date().toISOString(),
        durationMinutes: 30,
        visitType: 'follow_up',
      },
    };
    await push(
      server.app,
      clinician,
      [today, other, encounter, newSection(encounter.rowId, 'sist'), booking].map((draft) => changeOf(clinician, draft)),
    );
    const rowsFor = async (laptop: Laptop) =>
      (await request(server.app, laptop, 'GET', '/v1/bootstrap')).json<{
        seq: number;
        rows: { entity: string; id: string; seq: string }[];
      }>();
    const full = await rowsFor(clinician);
    expect(full.rows.filter(({ entity }) => entity === 'patient').map(({ id }) => id)).toEqual([today.rowId]);
    expect(full.rows.map(({ entity }) => entity)).toEqual(
      expect.arrayContaining(['appointment', 'note_section', 'encounter', 'user', 'clinic']),
    );
    expect((await rowsFor(desk)).rows.map(({ entity }) => entity)).not.toEqual(expect.arrayContaining(['encounter']));
  });
});
