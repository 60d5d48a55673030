import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withClinic } from '#db/postgres/open.ts';
import { changeOf, foundClinic, newPatient, push, request, type Laptop } from '../testing/test-clinic.ts';
import { openTestDatabase, PLACES, type TestDatabase } from '../testing/test-database.ts';
import { openTestServer, type TestServer } from '../testing/test-server.ts';
import { compactFeeds } from './compaction.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 5, 12);

describe.each(PLACES)('retention of the feed (%s)', (place) => {
  let database: TestDatabase;
  let server: TestServer;
  beforeAll(async () => {
    database = await openTestDatabase(place);
    server = await openTestServer(database);
  });
  afterAll(async () => {
    await server?.close();
    await database?.close();
  });

  const onDay = (days: number) => compactFeeds({ pool: server.pool, now: () => new Date(START + days * DAY), retentionDays: 400 });
  const rows = <T extends object>(laptop: Laptop, sql: string) =>
    withClinic(server.pool, laptop.clinicId, async (tx) => (await tx.query<T>(sql)).rows);
  const read = (laptop: Laptop, query: string) => request(server.app, laptop, 'GET', `/v1/shape?table=feed&replica=full&${query}`);
  const remove = (laptop: Laptop, rowId: string, seq: number) =>
    changeOf(laptop, { entity: 'patient', rowId, set: { deleted: true }, base: { deleted: seq } });

  it('deletions older than the retention leave, later ones and every living row stay; the record keeps its rows', async () => {
    const laptop = await foundClinic(server.app);
    const patients = Array.from({ length: 1200 }, () => newPatient());
    for (let from = 0; from < patients.length; from += 400)
      await push(
        server.app,
        laptop,
        patients.slice(from, from + 400).map((draft) => changeOf(laptop, draft)),
      );
    const [{ seq } = { seq: 0 }] = await rows<{ seq: number }>(laptop, 'select seq from clinic_clock');
    const early = await read(laptop, 'offset=-1');
    const handle = String(early.headers['electric-handle']);
    for (let from = 0; from < 1100; from += 400)
      await push(
        server.app,
        laptop,
        patients.slice(from, Math.min(1100, from + 400)).map(({ rowId }) => remove(laptop, rowId, seq)),
      );
    expect(await onDay(0)).toBe(0);
    await push(server.app, laptop, [remove(laptop, patients[1150]?.rowId ?? '', seq)]);
    expect(await onDay(399)).toBe(0);

    // More than two batches, each a transaction of its own.
    expect(await onDay(401)).toBe(1100);
    expect(await onDay(402)).toBe(0);
    expect(
      await rows(laptop, "select count(*)::int as n, count(*) filter (where deleted)::int as gone from feed where entity = 'patient'"),
    ).toEqual([{ n: 100, gone: 1 }]);
    expect(await rows(laptop, 'select count(*)::int as n from patient where deleted')).toEqual([{ n: 1101 }]);
    const [clock] = await rows<{ seq: number; floor: number }>(laptop, 'select seq, floor from clinic_clock');
    expect(clock?.floor).toBeLessThan(clock?.seq ?? 0);
    expect(clock?.floor).toBeGreaterThan(seq);

    // Who has read less than that begins anew, with another handle; who has read more goes on with the one they have.
    const behind = await read(laptop, `offset=${seq}_0&handle=${handle}`);
    expect(behind.statusCode).toBe(409);
    expect(behind.headers['electric-handle']).not.toBe(handle);
    const ahead = await read(laptop, `offset=${clock?.seq}_0&handle=${handle}`);
    expect([ahead.statusCode, ahead.headers['electric-handle']]).toEqual([200, handle]);
    expect((await read(laptop, `offset=${clock?.floor}_0&handle=${handle}`)).statusCode).toBe(200);
  });

  it('a living row never leaves the feed, whatever is asked; nor another clinic’s deletion', async () => {
    const laptop = await foundClinic(server.app);
    const stranger = await foundClinic(server.app);
    await push(server.app, laptop, [changeOf(laptop, newPatient())]);
    const before = await rows(laptop, 'select count(*)::int as n from feed');
    await withClinic(server.pool, laptop.clinicId, (tx) => tx.query('delete from feed'));
    await withClinic(server.pool, stranger.clinicId, (tx) => tx.query('delete from feed where deleted'));
    expect(await rows(laptop, 'select count(*)::int as n from feed')).toEqual(before);
  });

  it('two copies at once do not hinder each other, and a save goes on meanwhile', async () => {
    const laptop = await foundClinic(server.app);
    const gone = Array.from({ length: 400 }, () => newPatient());
    await push(
      server.app,
      laptop,
      gone.map((draft) => changeOf(laptop, draft)),
    );
    const [{ seq } = { seq: 0 }] = await rows<{ seq: number }>(laptop, 'select seq from clinic_clock');
    await push(
      server.app,
      laptop,
      gone.map(({ rowId }) => remove(laptop, rowId, seq)),
    );
    await onDay(500);
    const deletions = 'select count(*)::int as n from feed where deleted';
    expect(await rows(laptop, deletions)).toEqual([{ n: 400 }]);
    const [, , saved] = await Promise.all([onDay(901), onDay(901), push(server.app, laptop, [changeOf(laptop, newPatient())])]);
    expect(saved.outcomes).toMatchObject([{ outcome: 'applied' }]);
    expect(await rows(laptop, deletions)).toEqual([{ n: 0 }]);
    expect(await rows(laptop, "select count(*)::int as n from feed where entity = 'patient'")).toEqual([{ n: 1 }]);
  });
});
