/** What stands above every answer, whatever it answers; which pages may ask; and that a fault says nothing of itself. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from './app.ts';
import { routes } from './routes/index.ts';
import type { Route } from './routes/route.ts';
import { refusalIn } from './testing/probes.ts';
import { foundClinic, type Laptop } from './testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, type TestServer } from './testing/test-server.ts';

/** The whole list, as it goes out: a header that is added, lost or weakened is seen here (ASVS 3.4.1–3.4.6). */
const ALWAYS = {
  'cache-control': 'private, no-store',
  'content-security-policy': "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};
const PROBLEM = { 'content-type': 'application/problem+json; charset=utf-8' };
const HSTS = { 'strict-transport-security': 'max-age=63072000; includeSubDomains' };
const ORIGIN = 'https://app.example.no';
const nameOf = ({ method, path }: Route) => `${method} ${path}`;

let database: TestDatabase;
let server: TestServer;
let production: TestServer;
let laptop: Laptop;
beforeAll(async () => {
  database = await openTestDatabase();
  server = await openTestServer(database);
  production = await openTestServer(database, { http: { strictTransport: true, origins: [ORIGIN, 'https://to.example.no'] } });
  laptop = await foundClinic(server.app);
});
afterAll(async () => {
  await server?.close();
  await production?.close();
  await database?.close();
});

/** Without what says how long it is, when it was and which. */
function headersOf(answer: { headers: Record<string, unknown> }): Record<string, unknown> {
  const { date: _date, connection: _connection, 'content-length': _length, 'x-request-id': _request, ...headers } = answer.headers;
  return headers;
}

describe.each(routes.map((route) => [nameOf(route), route] as const))('%s', (_, route) => {
  const url = route.path.replaceAll(/:\w+/g, '0');
  const body = route.method === 'GET' ? {} : { payload: '{', headers: { 'content-type': 'application/json' } };

  const problem = route.fhir === undefined ? PROBLEM : { 'content-type': 'application/fhir+json; charset=utf-8' };

  it('refused: these headers, and what says that it is a problem', async () => {
    const answer = await server.app.inject({ method: route.method, url, ...body });
    const own = route.auth === 'open' && answer.statusCode === 200 ? { 'content-type': answer.headers['content-type'] } : problem;
    expect(headersOf(answer)).toEqual({ ...ALWAYS, ...own, ...(answer.statusCode === 401 ? { 'www-authenticate': 'Bearer' } : {}) });
  });

  it('in production: only by TLS from now on', async () => {
    expect((await production.app.inject({ method: route.method, url, ...body })).headers).toMatchObject({ ...ALWAYS, ...HSTS });
  });

  it('a fault: its code and nothing of itself', async () => {
    const { body: _schema, query: _query, params: _params, takesBytes: _bytes, takesRaw: _raw, ...plain } = route;
    const run = () => Promise.reject(new Error('Kari Nordmann at /srv/app.ts:12 select'));
    const answer = await buildApp(server.deps, [{ ...plain, auth: 'open', run }]).inject({ method: route.method, url });
    expect(answer.headers).toMatchObject({ ...ALWAYS, ...problem });
    expect(refusalIn(answer)).toEqual({ status: 500, code: 'server/error' });
    expect(answer.body).not.toMatch(/Kari|app\.ts|select/);
    const said = {
      type: 'urn:ryggrad:problem:server/error',
      title: 'Internal Server Error',
      status: 500,
      code: 'server/error',
      instance: `urn:ryggrad:request:${String(answer.headers['x-request-id'])}`,
    };
    expect(route.fhir === undefined ? answer.json() : said).toEqual(said);
  });
});

it('an answer with a laptop’s data has them too', async () => {
  const answer = await server.app.inject({
    url: '/v1/shape?table=feed&offset=-1',
    headers: { authorization: `Bearer ${laptop.credential}` },
  });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers).toMatchObject(ALWAYS);
});

it.each([
  ['no such address', 'GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
  ['an address that cannot be read', 'GET /v1/devices/%zz/revoke HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
  ['no HTTP', 'hallo\r\n\r\n'],
  ['an expectation', 'GET /health HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\nConnection: close\r\n\r\n'],
])('%s: the same, in production', async (_, text) => {
  const { port } = new URL(await production.url());
  const heard = await new Promise<string>((resolve) => {
    let all = '';
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
    socket.on('data', (data) => (all += data.toString('latin1')));
    socket.on('close', () => resolve(all));
  });
  for (const [name, value] of Object.entries({ ...ALWAYS, ...HSTS, ...PROBLEM }))
    expect(heard.toLowerCase()).toContain(`${name}: ${value}`.toLowerCase());
  expect(heard.toLowerCase()).not.toMatch(/x-powered-by|\nserver:/);
});

describe('pages of other origins', () => {
  const preflight = (to: TestServer, origin: string) =>
    to.app.inject({
      method: 'OPTIONS',
      url: '/v1/devices',
      headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
    });
  const allowed = (answer: { headers: Record<string, unknown> }) =>
    Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'));

  it('may not ask unless CORS_ORIGIN names them', async () => {
    for (const answer of [
      await preflight(server, ORIGIN),
      await preflight(production, 'https://evil.example'),
      await preflight(production, 'null'),
      await preflight(production, `${ORIGIN}.evil.example`),
      await preflight(production, ORIGIN.replace('https', 'http')),
    ]) {
      expect(answer.json()).toMatchObject({ status: 405, code: 'route/method' });
      expect(allowed(answer)).toEqual([]);
    }
    const asked = await production.app.inject({ url: '/health', headers: { origin: 'https://evil.example' } });
    expect([asked.statusCode, allowed(asked)]).toEqual([200, []]);
  });

  it('that it names may, with a token and never with cookies; refusals can be read too', async () => {
    const answer = await preflight(production, ORIGIN);
    expect(answer.statusCode).toBe(204);
    expect(answer.headers).toMatchObject({ ...ALWAYS, 'access-control-allow-origin': ORIGIN, vary: 'Origin' });
    expect(String(answer.headers['access-control-allow-headers'])).toContain('authorization');
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
    const refused = await production.app.inject({ url: '/v1/devices', headers: { origin: ORIGIN } });
    expect(refused.statusCode).toBe(401);
    expect(refused.headers).toMatchObject({ ...ALWAYS, 'access-control-allow-origin': ORIGIN });
    const plain = await production.app.inject({ url: '/v1/devices', headers: { authorization: `Bearer ${laptop.credential}` } });
    expect(allowed(plain)).toEqual([]);
  });

  it('every route is still there, and no other', async () => {
    expect(
      (await production.app.inject({ method: 'OPTIONS', url: '/nothing', headers: { origin: 'https://evil.example' } })).json(),
    ).toMatchObject({
      code: 'route/unknown',
    });
  });
});
