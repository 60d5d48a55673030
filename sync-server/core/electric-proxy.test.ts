import http from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addColleague, foundClinic, request } from '../testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { openTestServer, type TestServer } from '../testing/test-server.ts';

let database: TestDatabase;
let server: TestServer;
let upstream: http.Server;
const asked: URL[] = [];
beforeAll(async () => {
  // Stands for a real Electric: says what it was asked, and marks its answer as publicly cacheable as Electric does.
  upstream = http.createServer((incoming, outgoing) => {
    asked.push(new URL(incoming.url ?? '', 'http://upstream'));
    outgoing.setHeader('cache-control', 'public, max-age=604800');
    outgoing.setHeader('electric-handle', 'h1');
    outgoing.setHeader('electric-offset', '0_0');
    outgoing.setHeader('set-cookie', 'x=y');
    outgoing.end('[]');
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const address = upstream.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  database = await openTestDatabase();
  server = await openTestServer(database, { electric: { url: `http://127.0.0.1:${port}`, secret: 'hemmelig' } });
});
afterAll(async () => {
  await server?.close();
  await database?.close();
  upstream?.close();
});

it('table, where, columns and secret are the proxy’s own; only the protocol’s parameters go through', async () => {
  const laptop = await foundClinic(server.app);
  const desk = await addColleague(server.app, laptop, ['ASSISTANT']);
  const forged =
    '/v1/shape?table=patient&where=true&columns=body&params[1]=x&secret=gjett&offset=-1&handle=h&replica=default&log=full&subset__where=true';
  const answer = await request(server.app, laptop, 'GET', forged);
  expect(answer.headers['cache-control']).toBe('private, no-store');
  expect(answer.headers['electric-handle']).toBe('h1');
  expect(answer.headers['set-cookie']).toBeUndefined();
  await request(server.app, desk, 'GET', forged);
  const sent = asked.map((url) => Object.fromEntries(url.searchParams));
  const common = {
    offset: '-1',
    handle: 'h',
    table: 'feed',
    columns: 'clinic_id,audience,entity,id,seq,created_seq,deleted,body',
    replica: 'full',
    secret: 'hemmelig',
    'params[1]': laptop.clinicId,
    'params[2]': 'desk',
  };
  expect(sent).toEqual([
    { ...common, where: 'clinic_id = $1 and audience in ($2, $3)', 'params[3]': 'clinical' },
    { ...common, where: 'clinic_id = $1 and audience in ($2)' },
  ]);
});

it('an Electric that is gone is a 502 with a code', async () => {
  const laptop = await foundClinic(server.app);
  await new Promise((resolve) => upstream.close(resolve));
  expect((await request(server.app, laptop, 'GET', '/v1/shape?table=feed&offset=-1')).json()).toMatchObject({
    status: 502,
    code: 'upstream/unreachable',
  });
});
