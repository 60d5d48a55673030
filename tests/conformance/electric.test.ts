/**
 * `/v1/shape` with ELECTRIC_URL. An upstream that stands for Electric says what it was asked, word for word, and answers as the test
 * wants. (Not a real Electric: none can be installed where these tests run. What it would answer is known from its source.)
 */
import http from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withClinic } from '#db/postgres/open.ts';
import { addColleague, foundClinic, newPatient, PASSPHRASE, request, write, type Laptop } from '#sync-server/testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from '#sync-server/testing/test-database.ts';
import { headersFor } from '#sync-server/plugins/headers.ts';
import { openTestServer, type TestServer } from '#sync-server/testing/test-server.ts';
import { follow } from './reader.ts';

interface Asked {
  method: string;
  path: string;
  query: [string, string][];
  headers: Record<string, string>;
  body: string;
}
interface Said {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** Longer than what happens meanwhile in these tests takes on a busy machine; those who hang wait for it. */
const TIMEOUT_MS = 2000;
const PRIVATE = 'private, no-store';
/** What Electric says to a first request, with all that it would let a cache do. */
const SNAPSHOT: Said = {
  status: 200,
  headers: {
    'cache-control': 'public, max-age=604800, s-maxage=3600, stale-while-revalidate=2629746',
    'content-type': 'text/html',
    'electric-handle': 'h1',
    'electric-offset': '0_0',
    'electric-schema': '{}',
    etag: '"h1:-1:0_0"',
    'set-cookie': 'x=y',
    'access-control-allow-origin': '*',
    'access-control-expose-headers': '*',
    'x-powered-by': 'x',
    server: 'electric',
    age: '100',
    expires: 'Thu, 01 Dec 2099 16:00:00 GMT',
    vary: '*',
    'surrogate-control': 'max-age=1',
    'x-request-id': 'x',
    location: 'http://example.test/',
  },
  body: '[]',
};

describe('in front of Electric', () => {
  let database: TestDatabase;
  let server: TestServer;
  let upstream: http.Server;
  let url: string;
  let laptop: Laptop;
  let desk: Laptop;
  const asked: Asked[] = [];
  /** What the upstream does with a request. */
  let answer: (asked: Asked, outgoing: http.ServerResponse) => void | Promise<void>;
  const say = (said: Said) => {
    answer = (_, outgoing) => void outgoing.writeHead(said.status, said.headers).end(said.body);
  };
  beforeAll(async () => {
    upstream = http.createServer((incoming, outgoing) => {
      let body = '';
      incoming.on('data', (data: Buffer) => (body += data.toString()));
      incoming.on('end', () => {
        const address = new URL(incoming.url ?? '', 'http://upstream');
        const one = {
          method: incoming.method ?? '',
          path: address.pathname,
          query: [...address.searchParams],
          headers: { ...incoming.headers } as Record<string, string>,
          body,
        };
        asked.push(one);
        void answer(one, outgoing);
      });
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    const address = upstream.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    database = await openTestDatabase();
    // A path and a query in ELECTRIC_URL are not passed on either.
    server = await openTestServer(database, {
      electric: { url: `http://127.0.0.1:${port}/x?table=patient&where=true`, secret: 'hemmelig', timeoutMs: TIMEOUT_MS },
    });
    url = await server.url();
    laptop = await foundClinic(server.app);
    desk = await addColleague(server.app, laptop, ['ASSISTANT']);
  });
  afterAll(async () => {
    await server?.close();
    await database?.close();
    upstream?.closeAllConnections();
    upstream?.close();
  });
  beforeEach(() => {
    asked.length = 0;
    say(SNAPSHOT);
  });
  const get = (query: string, who: Pick<Laptop, 'credential'> = laptop, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${url}/v1/shape${query}`, { method, headers: { authorization: `Bearer ${who.credential}`, ...headers } });
  /** Every parameter of the last request, as the proxy must have put it. */
  const own = (who: Laptop) => [
    ['table', 'feed'],
    ['columns', 'clinic_id,audience,entity,id,seq,created_seq,deleted,body'],
    ['replica', 'full'],
    ['where', who === desk ? 'clinic_id = $1 and audience in ($2)' : 'clinic_id = $1 and audience in ($2, $3)'],
    ['params[1]', laptop.clinicId],
    ['params[2]', 'desk'],
    ...(who === desk ? [] : [['params[3]', 'clinical']]),
    ['secret', 'hemmelig'],
  ];

  describe('up', () => {
    it('goes a GET to /v1/shape with the protocol’s own parameters and the proxy’s, each once', async () => {
      const protocol = [
        ['offset', '5_2'],
        ['handle', 'h-1'],
        ['live', 'true'],
        ['cursor', '120'],
        ['expired_handle', 'h-0'],
        ['cache-buster', 'abc'],
      ] as const;
      await get(`?table=feed&${protocol.map(([name, value]) => `${name}=${value}`).join('&')}`);
      await get('?table=feed&offset=-1', desk);
      expect(asked.map(({ method, path, query, body }) => ({ method, path, query, body }))).toEqual([
        { method: 'GET', path: '/v1/shape', query: [...protocol, ...own(laptop)], body: '' },
        { method: 'GET', path: '/v1/shape', query: [['offset', '-1'], ...own(desk)], body: '' },
      ]);
    });

    it.each([
      'table=patient',
      'where=true',
      'where=1%3D1',
      'columns=body',
      'params[1]=x',
      'params%5B1%5D=x',
      'params[4]=x',
      'params={"1":"x"}',
      'secret=gjett',
      'api_secret=gjett',
      'replica=default',
      'log=changes_only',
      'queryable_columns=id',
      'live_sse=true',
      'experimental_live_sse=true',
      'source_id=x',
      'database_id=x',
      'subset__where=true',
      'subset__limit=1',
      'subset__offset=1',
      'subset__order_by=id',
      'subset__params=%7B%7D',
      'subset__where_expr=x',
      'subset__order_by_expr=x',
      'TABLE=patient',
      'Where=true',
      'PARAMS[1]=x',
      'Secret=gjett',
      '%74able=patient',
      'wher%65=true',
      'table%00=patient',
      'table%20=patient',
      '%20table=patient',
      'table[]=patient',
      'where[]=true',
      'offset[]=1',
      '__proto__=x',
      'constructor=x',
      'hasOwnProperty=x',
      ';table=patient',
      'x=1;table=patient',
    ])('%s of the client’s does not', async (forged) => {
      const answered = await get(`?${forged}&offset=-1`, desk);
      expect([answered.status, asked.length]).toEqual([200, 1]);
      expect(asked[0]?.query).toEqual([['offset', '-1'], ...own(desk)]);
    });

    it.each([
      ['offset', '-1%26table%3Dpatient%26where%3Dtrue', '-1&table=patient&where=true'],
      ['offset', '-1%23', '-1#'],
      ['handle', 'x%26secret%3D', 'x&secret='],
      ['cursor', '1%0d%0aX-Evil:%201', '1\r\nX-Evil: 1'],
      ['live', '%F0%9F%92%89', '💉'],
      ['cache-buster', '%2526where%253Dtrue', '%26where%3Dtrue'],
    ])('a %s that would be more stays one value', async (name, encoded, value) => {
      await get(`?table=feed&${name}=${encoded}`);
      expect(asked[0]?.query).toEqual([[name, value], ...own(laptop)]);
      expect(asked[0]?.headers).not.toHaveProperty('x-evil');
    });

    it.each(['table=feed&table=patient', 'offset=-1&offset=5_0', 'handle=a&handle=b', '%6fffset=now', 'where=a&where=b'])(
      'a parameter given twice is asked nobody (%s)',
      async (twice) => {
        const answered = await get(`?${twice}&offset=-1`);
        expect([answered.status, await answered.json(), asked.length]).toMatchObject([400, { code: 'shape/invalid' }, 0]);
      },
    );

    it('no header of the client’s but If-None-Match', async () => {
      const headers = {
        'if-none-match': '"h1:-1:0_0"',
        cookie: 'a=b',
        'x-forwarded-for': '10.0.0.1',
        'x-forwarded-host': 'example.test',
        'x-forwarded-proto': 'https',
        forwarded: 'for=10.0.0.1',
        'x-real-ip': '10.0.0.1',
        'x-original-url': '/v1/shape?table=patient',
        'x-rewrite-url': '/v1/shape?table=patient',
        'x-http-method-override': 'DELETE',
        'electric-handle': 'h',
        'if-modified-since': 'Thu, 01 Dec 2016 16:00:00 GMT',
        range: 'bytes=0-1',
        origin: 'https://example.test',
        referer: 'https://example.test/',
        'user-agent': 'Evil/1',
        'x-anything': 'x',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      };
      await get('?table=feed&offset=-1', laptop, headers);
      const sent = asked[0]?.headers ?? {};
      const always = [
        'accept',
        'accept-encoding',
        'accept-language',
        'cache-control',
        'connection',
        'host',
        'pragma',
        'sec-fetch-mode',
        'user-agent',
      ];
      expect(Object.keys(sent).toSorted()).toEqual([...always, 'if-none-match'].toSorted());
      expect(sent['if-none-match']).toBe('"h1:-1:0_0"');
      for (const value of Object.values(sent)) expect(value).not.toMatch(/Evil|example\.test|10\.0\.0\.1|rdc_/);
      await get('?table=feed&offset=-1');
      expect(Object.keys(asked[1]?.headers ?? {}).toSorted()).toEqual(always);
      expect(JSON.stringify(asked)).not.toContain(laptop.credential);
    });

    it('another method, or nobody who may, is asked nobody', async () => {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        const refused = await get('?table=feed&offset=-1', laptop, {}, method);
        expect([method, refused.status, refused.headers.get('cache-control')]).toEqual([method, 405, PRIVATE]);
      }
      const head = await get('?table=feed&offset=-1', laptop, {}, 'HEAD');
      expect([head.status, await head.text()]).toEqual([200, '']);
      expect(asked.map(({ method }) => method)).toEqual(['GET']);
      expect((await fetch(`${url}/v1/shape?table=feed&offset=-1`)).status).toBe(401);
      expect((await get('?table=feed&offset=-1', { credential: 'x' })).status).toBe(401);
      expect(asked).toHaveLength(1);
    });
  });

  describe('down', () => {
    it('come the protocol’s headers alone, and nothing that a cache could take for leave', async () => {
      const answered = await get('?table=feed&offset=-1');
      const headers = Object.fromEntries(answered.headers);
      for (const name of ['date', 'connection', 'keep-alive', 'content-length']) Reflect.deleteProperty(headers, name);
      expect(headers).toEqual({
        // Ours, for asking after this very answer.
        'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
        'content-type': 'application/json; charset=utf-8',
        'electric-handle': 'h1',
        'electric-offset': '0_0',
        'electric-schema': '{}',
        etag: '"h1:-1:0_0"',
        ...headersFor(false),
      });
    });

    it('a chunk, a 304, and a 409 with its handle pass', async () => {
      const live = {
        'electric-handle': 'h1',
        'electric-offset': '7_0',
        'electric-cursor': '40',
        'electric-up-to-date': '',
        'cache-control': 'public, max-age=5',
      };
      say({ status: 200, headers: live, body: '[{"headers":{"control":"up-to-date"}}]' });
      const chunk = await get('?table=feed&offset=5_0&handle=h1&live=true');
      expect([chunk.headers.get('electric-cursor'), chunk.headers.get('electric-up-to-date'), chunk.headers.get('cache-control')]).toEqual([
        '40',
        '',
        PRIVATE,
      ]);
      expect(await chunk.text()).toBe('[{"headers":{"control":"up-to-date"}}]');
      say({ status: 304, headers: { etag: '"e"', 'cache-control': 'public, max-age=60' } });
      const same = await get('?table=feed&offset=5_0&handle=h1', laptop, { 'if-none-match': '"e"' });
      expect([same.status, await same.text(), same.headers.get('etag'), same.headers.get('cache-control')]).toEqual([
        304,
        '',
        '"e"',
        PRIVATE,
      ]);
      say({
        status: 409,
        headers: { 'electric-handle': 'h2', 'cache-control': 'public, max-age=60' },
        body: '[{"headers":{"control":"must-refetch"}}]',
      });
      const gone = await get('?table=feed&offset=5_0&handle=h1');
      expect([gone.status, await gone.text()]).toEqual([409, '[{"headers":{"control":"must-refetch"}}]']);
      expect([gone.headers.get('electric-handle'), gone.headers.get('cache-control')]).toEqual(['h2', PRIVATE]);
    });

    it('rows come with their envelopes opened, old values and what holds none as they are; a row that was tampered with not at all', async () => {
      const [one, two] = [newPatient('Gjennom Electric'), newPatient('Endret underveis')];
      for (const patient of [one, two]) await write(server.app, laptop, patient);
      const { rows } = await withClinic(server.pool, laptop.clinicId, (tx) =>
        tx.query<Record<string, string>>(
          'select clinic_id, audience, entity, id, seq::text, created_seq::text, deleted::text, body from feed where id = any($1) order by seq',
          [[one.rowId, two.rowId]],
        ),
      );
      expect(rows.map(({ body }) => body?.slice(0, 5))).toEqual(['v2.1.', 'v2.1.']);
      const [first, second] = rows;
      const messages = [
        { key: 'a', value: first, old_value: { body: first?.['body'] }, headers: { operation: 'update' } },
        { key: 'b', value: { ...second, body: second?.['body']?.replace('{', 'x{') }, headers: { operation: 'insert' } },
        { key: 'c', value: { ...second, body: null, deleted: 'true' }, headers: { operation: 'update' } },
        { headers: { control: 'up-to-date' } },
      ];
      say({ ...SNAPSHOT, body: JSON.stringify(messages) });
      for (const query of ['?table=feed&offset=-1', '?table=feed&offset=0_0&handle=h1&live=true']) {
        const said = (await (await get(query)).json()) as { key?: string; value?: { body: string | null }; old_value?: unknown }[];
        expect(said.map(({ key }) => key)).toEqual(['a', 'c', undefined]);
        expect(JSON.parse(said[0]?.value?.body ?? '')).toMatchObject({ family_name: 'Gjennom Electric', status: 'active' });
        expect(said[0]?.old_value).toEqual(messages[0]?.old_value);
        expect(said[1]).toEqual(messages[2]);
      }
      say({ ...SNAPSHOT, body: '[{"value":{"body":"v2.1.' });
      expect((await get('?table=feed&offset=-1')).status).toBe(502);
    });

    it('a 400 about the reader’s place passes; one about our own words does not', async () => {
      say({ status: 400, body: '{"message":"Invalid request","errors":{"offset":["out of bounds for this shape"]}}' });
      const place = await get('?table=feed&offset=999_0&handle=h1');
      expect([place.status, place.headers.get('cache-control'), await place.json()]).toEqual([
        400,
        PRIVATE,
        { message: 'Invalid request', code: 'shape/invalid', errors: { offset: ['out of bounds for this shape'] } },
      ]);
      for (const body of [
        '{"message":"Invalid request","errors":{"where":["hemmelig clinic_id = $1"]}}',
        '{"message":"Invalid request","errors":{"offset":["x"],"table":["hemmelig"]}}',
        '{"message":"hemmelig"}',
        '{"errors":{}}',
        'hemmelig',
        '',
      ]) {
        say({ status: 400, body });
        const ours = await get('?table=feed&offset=-1');
        const text = await ours.text();
        expect([ours.status, JSON.parse(text)]).toMatchObject([502, { code: 'upstream/refused' }]);
        expect(text).not.toContain('hemmelig');
      }
    });

    it.each([
      [401, 502, 'upstream/refused'],
      [403, 502, 'upstream/refused'],
      [404, 502, 'upstream/refused'],
      [405, 502, 'upstream/refused'],
      [429, 503, 'upstream/busy'],
      [500, 502, 'upstream/unreachable'],
      [502, 502, 'upstream/unreachable'],
      [503, 503, 'upstream/busy'],
      [202, 502, 'upstream/refused'],
      [302, 502, 'upstream/unreachable'],
    ])('Electric’s %s is a %s with our own code, and none of its words', async (status, ours, code) => {
      say({ status, headers: { ...SNAPSHOT.headers, 'retry-after': '7', 'www-authenticate': 'Basic' }, body: 'hemmelig' });
      const answered = await get('?table=feed&offset=-1');
      const text = await answered.text();
      expect([answered.status, answered.headers.get('cache-control'), answered.headers.get('content-type')]).toEqual([
        ours,
        PRIVATE,
        'application/problem+json; charset=utf-8',
      ]);
      expect(JSON.parse(text)).toMatchObject({ status: ours, code });
      expect([
        answered.headers.get('retry-after'),
        answered.headers.get('www-authenticate'),
        answered.headers.get('electric-handle'),
      ]).toEqual([ours === 503 ? '7' : null, null, null]);
      expect(text).not.toContain('hemmelig');
    });

    it('an Electric that hangs, before or in its answer, is a 504; one that breaks off a 502', async () => {
      answer = () => {};
      const silent = await get('?table=feed&offset=-1');
      expect([silent.status, silent.headers.get('cache-control'), await silent.json()]).toMatchObject([
        504,
        PRIVATE,
        { code: 'upstream/timeout' },
      ]);
      answer = (_, outgoing) => void outgoing.writeHead(200, { 'content-length': '100' }).write('[');
      expect(await (await get('?table=feed&offset=-1')).json()).toMatchObject({ status: 504, code: 'upstream/timeout' });
      answer = (_, outgoing) => void outgoing.writeHead(200, { 'content-length': '100' }).write('[', () => outgoing.destroy());
      expect(await (await get('?table=feed&offset=-1')).json()).toMatchObject({ status: 502, code: 'upstream/unreachable' });
    });

    it('who hangs up is hung up on upstream too', async () => {
      const closed = new Promise<void>((resolve) => {
        answer = (_, outgoing) => void outgoing.on('close', resolve);
      });
      const aborter = new AbortController();
      const waiting = fetch(`${url}/v1/shape?table=feed&offset=5_0&handle=h&live=true`, {
        headers: { authorization: `Bearer ${laptop.credential}` },
        signal: aborter.signal,
      });
      while (asked.length === 0) await new Promise(setImmediate);
      aborter.abort();
      await expect(waiting).rejects.toThrow('aborted');
      await closed;
      expect(asked).toHaveLength(1);
    });

    it('a device revoked, a role lost or a session ended while Electric waited: nothing of its answer', async () => {
      const lost = await addColleague(server.app, laptop, ['PRACTITIONER']);
      const was = await addColleague(server.app, laptop, ['PRACTITIONER']);
      const session = await request(server.app, undefined, 'POST', '/v1/sessions', { email: laptop.email, passphrase: PASSPHRASE });
      const meanwhile = async (who: Pick<Laptop, 'credential'>, happens: () => Promise<unknown>) => {
        answer = async (_, outgoing) => {
          await happens();
          outgoing.writeHead(200, SNAPSHOT.headers).end('["kanarinotat"]');
        };
        const answered = await get('?table=feed&offset=5_0&handle=h&live=true', who);
        const text = await answered.text();
        expect(text).not.toContain('kanarinotat');
        return [answered.status, text] as const;
      };
      const revoked = await meanwhile(lost, () => request(server.app, laptop, 'POST', `/v1/devices/${lost.deviceId}/revoke`));
      expect([revoked[0], revoked[1]]).toMatchObject([403, expect.stringContaining('device/revoked') as unknown]);
      const changed = await meanwhile(was, () =>
        write(server.app, laptop, { entity: 'user', rowId: was.userId, set: { roles: ['ASSISTANT'] } }),
      );
      expect(changed).toEqual([409, '[{"headers":{"control":"must-refetch"}}]']);
      const token = session.json<{ accessToken: string }>().accessToken;
      const expired = await meanwhile({ credential: token }, async () => (server.time.now = new Date(Date.now() + 901_000)));
      server.time.now = new Date();
      expect([expired[0], expired[1]]).toMatchObject([401, expect.stringContaining('auth/expired') as unknown]);
    });
  });

  it('the stock client reads through it: a snapshot, a must-refetch, another snapshot', async () => {
    const row = (id: string, seq: number) =>
      `{"key":"${id}","value":{"entity":"patient","id":"${id}","seq":"${seq}","deleted":"f","body":"{}"},"headers":{"operation":"insert"}}`;
    const schema = '{"seq":{"type":"int8"},"deleted":{"type":"bool"}}';
    const turns: Said[] = [
      { status: 200, headers: { 'electric-handle': 'h1', 'electric-offset': '0_0', 'electric-schema': schema }, body: `[${row('a', 1)}]` },
      { status: 503, headers: { 'retry-after': '1' } },
      { status: 409, headers: { 'electric-handle': 'h2' }, body: '[{"headers":{"control":"must-refetch"}}]' },
      { status: 200, headers: { 'electric-handle': 'h2', 'electric-offset': '0_0', 'electric-schema': schema }, body: `[${row('b', 2)}]` },
      {
        status: 200,
        headers: { 'electric-handle': 'h2', 'electric-offset': '9_0', 'electric-schema': schema, 'electric-up-to-date': '' },
        body: `[${row('c', 3)},{"headers":{"control":"up-to-date"}}]`,
      },
    ];
    answer = (_, outgoing) => {
      const turn = turns.shift();
      if (turn !== undefined) outgoing.writeHead(turn.status, turn.headers).end(turn.body);
    };
    const reader = follow(url, laptop);
    await reader.until(() => reader.stream.isUpToDate);
    expect(reader.messages.map((message) => ('value' in message ? message.value.id : message.headers.control))).toEqual([
      'a',
      'must-refetch',
      'b',
      'c',
      'up-to-date',
    ]);
    expect([reader.stream.shapeHandle, reader.stream.lastOffset]).toEqual(['h2', '9_0']);
    reader.stop();
  });
});
