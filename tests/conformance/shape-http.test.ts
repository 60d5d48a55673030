/** The protocol as any HTTP client sees it, request by request: Electric's, for the one table `feed` (sync.md §1 of the design). */
import pg from 'pg';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withClinic } from '#db/postgres/open.ts';
import { FEED_COLUMNS } from '#db/sync/shape.ts';
import {
  addColleague,
  changeOf,
  enrolLaptop,
  foundClinic,
  newPatient,
  push,
  write,
  type Laptop,
} from '#sync-server/testing/test-clinic.ts';
import { openTestCopies, type TestCopies } from '#sync-server/testing/test-copies.ts';
import { openTestDatabase, type TestDatabase } from '#sync-server/testing/test-database.ts';
import { DEPLOYMENTS } from './places.ts';
import { ask, placeOf, readThrough, type WireMessage } from './reader.ts';

const ROWS = 40;
const BYTES = 100_000;
const PRIVATE = 'private, no-store';

describe.each(DEPLOYMENTS)('$name', ({ place, count }) => {
  let database: TestDatabase;
  let servers: TestCopies;
  let laptop: Laptop;
  beforeAll(async () => {
    database = await openTestDatabase(place);
    servers = await openTestCopies(database, count, { shape: { rows: ROWS, bytes: BYTES, longPollMs: 60 } });
    laptop = await foundClinic(servers.app);
  });
  afterAll(async () => {
    await servers?.close();
    await database?.close();
  });
  const get = (query: string, headers: Record<string, string> = {}, who: Pick<Laptop, 'credential'> = laptop) =>
    ask(servers.url, who, query, { headers });
  const patients = (n: number, name = 'Nordmann') => Array.from({ length: n }, (_, i) => newPatient(`${name} ${i}`));
  const feedOf = (clinicId: string) =>
    withClinic(
      servers.next().pool,
      clinicId,
      async (tx) => (await tx.query<{ id: string; seq: string }>('select id, seq::text from feed order by feed.seq')).rows,
    );
  const setFloor = async (clinicId: string, floor: number) => {
    const admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    await admin.query('update clinic_clock set floor = $2 where clinic_id = $1', [clinicId, floor]);
    await admin.end();
  };

  describe('the beginning', () => {
    it('has a handle, an offset, the schema and rows, and is never up to date', async () => {
      const start = await get('&offset=-1');
      expect(start.status).toBe(200);
      expect(start.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(start.headers.get('cache-control')).toBe(PRIVATE);
      expect(start.headers.get('electric-offset')).toBe('4_0');
      expect(start.headers.get('electric-handle')).toMatch(/^[\w-]+$/);
      expect(start.headers.get('electric-has-data')).toBe('true');
      expect(start.headers.has('electric-up-to-date')).toBe(false);
      expect(start.headers.has('electric-cursor')).toBe(false);
      const schema = JSON.parse(start.headers.get('electric-schema') ?? '') as Record<string, { pk_index?: number }>;
      expect(Object.keys(schema)).toEqual(FEED_COLUMNS);
      expect(schema).toMatchObject({ clinic_id: { type: 'uuid', pk_index: 0 }, seq: { type: 'int8' }, deleted: { type: 'bool' } });
      const messages = (await start.json()) as WireMessage[];
      expect(messages.some(({ headers }) => headers.control !== undefined)).toBe(false);
      for (const { key, value, headers } of messages) {
        expect(key).toBe(`"public"."feed"/"${laptop.clinicId}"/"${value?.['entity']}"/"${value?.['id']}"`);
        expect(Object.keys(value ?? {})).toEqual(FEED_COLUMNS);
        for (const one of Object.values(value ?? {})) expect(['string', 'object']).toContain(one === null ? 'object' : typeof one);
        expect(headers).toMatchObject({ operation: 'insert', relation: ['public', 'feed'], lsn: value?.['seq'], op_position: 0 });
      }
    });

    it('is found under every way of writing the table, and under no other', async () => {
      for (const table of ['feed', 'public.feed', '"public"."feed"']) {
        const address = `${servers.url}/v1/shape?table=${encodeURIComponent(table)}&offset=-1`;
        expect((await fetch(address, { headers: { authorization: `Bearer ${laptop.credential}` } })).status).toBe(200);
      }
    });

    it('`now` skips the rows and is up to date at the end', async () => {
      const now = await get('&offset=now');
      expect([now.headers.get('electric-offset'), now.headers.get('electric-up-to-date')]).toEqual(['4_0', '']);
      expect(((await now.json()) as WireMessage[]).map(({ headers }) => headers.control)).toEqual(['up-to-date']);
      expect((await get(placeOf(now))).status).toBe(200);
    });
  });

  describe('chunks', () => {
    it('bring the whole feed in its order, the last with up-to-date, each within its limit', async () => {
      const clinic = await foundClinic(servers.app);
      await push(
        servers.app,
        clinic,
        patients(130).map((draft) => changeOf(clinic, draft)),
      );
      const { chunks } = await readThrough(servers.url, clinic);
      const rows = chunks.flatMap(({ messages }) => messages.flatMap(({ value }) => (value === undefined ? [] : [value])));
      expect(rows.map(({ id, seq }) => ({ id, seq }))).toEqual(await feedOf(clinic.clinicId));
      expect(chunks.map(({ messages }) => messages.filter(({ value }) => value !== undefined).length)).toEqual([40, 40, 40, 14]);
      expect(chunks.map(({ messages }) => messages.at(-1)?.headers.control)).toEqual([undefined, undefined, undefined, 'up-to-date']);
      expect(chunks.at(-1)?.offset).toBe('134_0');
    });

    it('end before they grow too large, and one row that is larger comes alone', async () => {
      const clinic = await foundClinic(servers.app);
      const draft = newPatient();
      await write(servers.app, clinic, draft);
      const data = 'A'.repeat(BYTES * 2);
      const letter = (n: number) => ({
        entity: 'document' as const,
        rowId: v7(),
        set: { patientId: draft.rowId, kind: 'letter', title: `Brev ${n}`, mediaType: 'application/pdf', sha256: 'a', byteLength: 1, data },
      });
      await push(
        servers.app,
        clinic,
        [letter(1), letter(2), ...patients(20), letter(3)].map((one) => changeOf(clinic, one)),
      );
      const { chunks } = await readThrough(servers.url, clinic);
      for (const { bytes, messages } of chunks)
        expect(bytes < BYTES + 5000 || messages.filter(({ value }) => value !== undefined).length === 1).toBe(true);
      expect(chunks.flatMap(({ messages }) => messages.filter(({ value }) => value !== undefined))).toHaveLength(5 + 23);
    });

    it('lose no row while others write, and move rows on, between any two of them', async () => {
      const clinic = await foundClinic(servers.app);
      const others = [clinic, await enrolLaptop(servers.app, clinic, clinic)];
      const first = patients(200);
      const { outcomes } = await push(
        servers.app,
        clinic,
        first.map((draft) => changeOf(clinic, draft)),
      );
      const seqs = outcomes.map(({ seq = 0 }) => seq);
      let round = 0;
      const known = new Map<string, string>();
      // New rows behind the reader's end, and rows it has read, or has yet to read, moved to the end.
      const trouble = () => {
        round += 1;
        if (round > 12) return Promise.resolve();
        const moved = [round * 3, 199 - round * 5].map((i) => ({
          entity: 'patient' as const,
          rowId: first[i]?.rowId ?? '',
          set: { phone: `4000000${round}` },
          base: { phone: seqs[i] ?? 0 },
        }));
        return Promise.all(
          others.map((one) =>
            push(
              servers.app,
              one,
              [...patients(25, `Ny ${round}`), ...(one === clinic ? moved : [])].map((draft) => changeOf(one, draft)),
            ),
          ),
        );
      };
      // Some of it truly at the same moment as the reading, not only between two requests.
      let beside = Promise.resolve<unknown>(undefined);
      const { chunks, place: end } = await readThrough(servers.url, clinic, async () => {
        await beside;
        if (round % 2 === 0) await trouble();
        else beside = trouble();
      });
      await beside;
      for (const { messages } of chunks)
        for (const { value } of messages) if (value !== undefined) known.set(value['id'] ?? '', value['seq'] ?? '');
      let answer = await get(end, {}, clinic);
      for (;;) {
        for (const { value } of (await answer.json()) as WireMessage[])
          if (value !== undefined) known.set(value['id'] ?? '', value['seq'] ?? '');
        if (answer.headers.has('electric-up-to-date')) break;
        answer = await get(placeOf(answer), {}, clinic);
      }
      expect(round).toBeGreaterThan(8);
      const stored = await feedOf(clinic.clinicId);
      expect(known.size).toBe(stored.length);
      expect(stored.filter(({ id, seq }) => known.get(id) !== seq)).toEqual([]);
    });

    it('a row changed after the place asked from is an update, a deletion comes without its body', async () => {
      const clinic = await foundClinic(servers.app);
      const [kept, gone] = [newPatient(), newPatient()];
      const { seq = 0 } = await write(servers.app, clinic, kept);
      const second = await write(servers.app, clinic, gone);
      const { place: end } = await readThrough(servers.url, clinic);
      await write(servers.app, clinic, { entity: 'patient', rowId: kept.rowId, set: { phone: '1' }, base: { phone: seq } });
      await write(servers.app, clinic, {
        entity: 'patient',
        rowId: gone.rowId,
        set: { deleted: true },
        base: { deleted: second.seq ?? 0 },
      });
      const messages = (await (await get(end, {}, clinic)).json()) as WireMessage[];
      expect(
        messages.map(({ headers, value }) => [headers.operation ?? headers.control, value?.['deleted'], value?.['body'] === null]),
      ).toEqual([
        ['update', 'false', false],
        ['update', 'true', true],
        ['up-to-date', undefined, false],
      ]);
    });
  });

  describe('the etag', () => {
    it('answers 304 to whoever has it, in a list and weak too, and 200 when there is news', async () => {
      const clinic = await foundClinic(servers.app);
      const { place: end } = await readThrough(servers.url, clinic);
      const etag = (await get(end, {}, clinic)).headers.get('etag') ?? '';
      for (const value of [etag, `"annet", ${etag}`, `W/${etag}`]) {
        const same = await get(end, { 'if-none-match': value }, clinic);
        expect([same.status, await same.text(), same.headers.get('etag'), same.headers.get('cache-control')]).toEqual([
          304,
          '',
          etag,
          PRIVATE,
        ]);
        expect(same.headers.get('electric-offset')).not.toBeNull();
      }
      expect((await get(end, { 'if-none-match': '"annet"' }, clinic)).status).toBe(200);
      await write(servers.app, clinic, newPatient());
      const news = await get(end, { 'if-none-match': etag }, clinic);
      expect([news.status, news.headers.get('etag') === etag]).toEqual([200, false]);
    });

    it('of a live request is not compared: a long-poll that answers is read', async () => {
      const { place: end } = await readThrough(servers.url, laptop);
      const etag = (await get(`${end}&live=true`)).headers.get('etag') ?? '';
      expect((await get(`${end}&live=true`, { 'if-none-match': etag })).status).toBe(200);
    });
  });

  describe('live', () => {
    it('without news, after its time: up to date, with a cursor that always moves, without a schema', async () => {
      const { place: end } = await readThrough(servers.url, laptop);
      const first = await get(`${end}&live=true`);
      expect(first.headers.has('electric-schema')).toBe(false);
      expect(first.headers.get('electric-has-data')).toBe('false');
      expect(((await first.json()) as WireMessage[]).map(({ headers }) => headers.control)).toEqual(['up-to-date']);
      let cursor = first.headers.get('electric-cursor') ?? '';
      expect(Number(cursor) % 20).toBe(0);
      for (let i = 0; i < 2; i += 1) {
        const again = await get(`${end}&live=true&cursor=${cursor}`);
        expect(Number(again.headers.get('electric-cursor'))).toBeGreaterThan(Number(cursor));
        cursor = again.headers.get('electric-cursor') ?? '';
      }
      for (const odd of ['x', '', '-5', '1e308', '9'.repeat(40)])
        expect((await get(`${end}&live=true&cursor=${odd}`)).headers.get('electric-cursor')).toMatch(/^\d{1,16}$/);
    });

    it('with rows that wait already answers at once', async () => {
      const clinic = await foundClinic(servers.app);
      const { place: end } = await readThrough(servers.url, clinic);
      const { seq } = await write(servers.app, clinic, newPatient());
      const answer = await get(`${end}&live=true`, {}, clinic);
      expect([answer.headers.get('electric-offset'), answer.headers.get('electric-has-data')]).toEqual([`${seq}_0`, 'true']);
    });
  });

  describe('handles', () => {
    it("another clinic's, another audience's, an older epoch's and nonsense start over with a new one", async () => {
      const other = await foundClinic(servers.app);
      const desk = await addColleague(servers.app, laptop, ['ASSISTANT']);
      const own = (await get('&offset=-1')).headers.get('electric-handle') ?? '';
      const foreign = (await get('&offset=-1', {}, other)).headers.get('electric-handle') ?? '';
      const { epoch } = servers.next().deps;
      for (const [who, handle] of [
        [laptop, foreign],
        [desk, own],
        [laptop, own.replace(epoch, v7())],
        [laptop, 'nonsense'],
        [laptop, `${own}0`],
        [laptop, `${own.slice(0, -1)}-1`],
        [laptop, `${own.slice(0, -1)}999`],
        [laptop, 'x'.repeat(5000)],
      ] as const) {
        for (const live of ['', '&live=true']) {
          const answer = await get(`&offset=0_0&handle=${handle}${live}`, {}, who);
          expect([answer.status, await answer.text()]).toEqual([409, '[{"headers":{"control":"must-refetch"}}]']);
          expect(answer.headers.get('cache-control')).toBe(PRIVATE);
          const fresh = answer.headers.get('electric-handle') ?? '';
          expect([handle, '']).not.toContain(fresh);
          expect((await get(`&offset=0_0&handle=${fresh}`, {}, who)).status).toBe(200);
        }
      }
    });

    it('are not looked at where the feed is begun', async () => {
      expect((await get('&offset=-1&handle=nonsense')).status).toBe(200);
      expect((await get('&offset=now&handle=nonsense')).status).toBe(200);
    });

    it('after compaction send back who has not seen what went, and nobody else', async () => {
      const clinic = await foundClinic(servers.app);
      const old = (await get('&offset=-1', {}, clinic)).headers.get('electric-handle') ?? '';
      await write(servers.app, clinic, newPatient());
      await setFloor(clinic.clinicId, 5);
      expect((await get(`&offset=5_0&handle=${old}`, {}, clinic)).status).toBe(200);
      const below = await get(`&offset=2_0&handle=${old}`, {}, clinic);
      expect(below.status).toBe(409);
      const fresh = below.headers.get('electric-handle') ?? '';
      expect(fresh).not.toBe(old);
      // With the new handle a first load may pass through places below the floor.
      expect((await get(`&offset=2_0&handle=${fresh}`, {}, clinic)).status).toBe(200);
      expect((await get(`&offset=-1&expired_handle=${old}`, {}, clinic)).headers.get('electric-handle')).toBe(fresh);
    });
  });

  describe('what is refused', () => {
    it.each([
      ['', 'offset'],
      ['&offset=', 'offset'],
      ['&offset=x', 'offset'],
      ['&offset=-2', 'offset'],
      ['&offset=-1_0', 'offset'],
      ['&offset=5', 'offset'],
      ['&offset=5_', 'offset'],
      ['&offset=NaN_0', 'offset'],
      ['&offset=1e3_0', 'offset'],
      ['&offset=0x10_0', 'offset'],
      ['&offset=٣_0', 'offset'],
      ['&offset=%005_0', 'offset'],
      [`&offset=${'9'.repeat(16)}_0`, 'offset'],
      [`&offset=${'9'.repeat(7000)}_0`, 'offset'],
      ['&offset=5_0', 'handle'],
      ['&offset=-1&live=true', 'live'],
      ['&offset=now&live=true', 'live'],
      ['&offset=-1&live=yes', 'live'],
      ['&offset=-1&replica=half', 'replica'],
      ['&offset=-1&log=changes_only', 'log'],
      ['&offset=-1&live_sse=true', 'live_sse'],
      ['&offset=-1&where=true', 'where'],
      ['&offset=-1&columns=body', 'columns'],
      ['&offset=-1&params[1]=x', 'params[1]'],
      ['&offset=-1&secret=x', 'secret'],
      ['&offset=-1&subset__limit=1', 'subset__limit'],
      ['&offset=-1&OFFSET=-1', 'OFFSET'],
      ['&offset=-1&constructor=x', 'constructor'],
      ['&offset=-1&__proto__=x', '__proto__'],
      ['&offset=-1&offset=-1', 'offset'],
      ['&offset=-1&table=patient', 'table'],
      ['&offset=-1&%6fffset=now', 'offset'],
      ['&offset=0_0&handle=a&handle=b', 'handle'],
    ])('%s is a 400 that names the parameter', async (query, field) => {
      const answer = await get(query);
      expect(answer.status).toBe(400);
      expect(answer.headers.get('cache-control')).toBe(PRIVATE);
      expect(await answer.json()).toEqual({
        message: 'Invalid request',
        code: 'shape/invalid',
        errors: expect.objectContaining({ [field]: [expect.any(String)] }) as unknown,
      });
    });

    it('another table, an offset beyond the end, and the end of numbers', async () => {
      const other = await fetch(`${servers.url}/v1/shape?table=patient&offset=-1`, {
        headers: { authorization: `Bearer ${laptop.credential}` },
      });
      expect(await other.json()).toMatchObject({ errors: { table: ['does not exist'] } });
      const handle = (await get('&offset=-1')).headers.get('electric-handle') ?? '';
      for (const offset of ['999_0', '999999999999999_0', '999_inf']) {
        for (const live of ['', '&live=true']) {
          const beyond = await get(`&offset=${offset}&handle=${handle}${live}`);
          expect([beyond.status, await beyond.json()]).toMatchObject([400, { errors: { offset: ['out of bounds for this shape'] } }]);
        }
      }
    });

    it('no token, and a revoked device: problems with a code', async () => {
      const none = await fetch(`${servers.url}/v1/shape?table=feed&offset=-1`);
      expect([none.status, none.headers.get('www-authenticate'), none.headers.get('cache-control')]).toEqual([401, 'Bearer', PRIVATE]);
      expect(none.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(await none.json()).toMatchObject({ code: 'auth/missing' });
    });

    it('other methods: 405 with what is allowed; HEAD is a GET without its body', async () => {
      const head = await get('&offset=-1', {}).then(() => ask(servers.url, laptop, '&offset=-1', { method: 'HEAD' }));
      expect([head.status, await head.text(), head.headers.get('cache-control')]).toEqual([200, '', PRIVATE]);
      expect(head.headers.get('electric-handle')).not.toBeNull();
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        const answer = await ask(servers.url, laptop, '&offset=-1', { method });
        expect([method, answer.status, answer.headers.get('allow'), answer.headers.get('cache-control')]).toEqual([
          method,
          405,
          'GET, HEAD',
          PRIVATE,
        ]);
        expect(await answer.json()).toMatchObject({ code: 'route/method' });
      }
      expect((await fetch(`${servers.url}/v1/shapes`)).status).toBe(404);
    });

    it('no page of another origin may read: no answer says so, whatever origin it is told', async () => {
      for (const init of [{}, { method: 'OPTIONS' }]) {
        const answer = await ask(servers.url, laptop, '&offset=-1', { ...init, headers: { origin: 'https://example.test' } });
        expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
      }
    });
  });
});
