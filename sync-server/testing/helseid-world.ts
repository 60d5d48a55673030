/** A clinic whose server has HelseID, and a laptop that waits: what the tests of signing in by it begin with. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { v7 } from 'uuid';
import { openHelseId } from '../core/helseid/client.ts';
import { challengeOf } from '../core/secrets.ts';
import type { ServerDeps } from '../core/deps.ts';
import { foundClinic, request, type Laptop } from './test-clinic.ts';
import { openTestDatabase, type TestDatabase } from './test-database.ts';
import { openTestHelseId, testBrowser, type TestHelseId } from './test-helseid.ts';
import { openTestServer, type TestServer } from './test-server.ts';

/** Month + 80: nobody has these. */
export const KARI = { pid: '13897512483', level: '4', hprNumber: '7654321', professions: ['KI'] };

export interface HelseIdWorld {
  database: TestDatabase;
  server: TestServer;
  /** Another copy of the server, on the same database. */
  copy: TestServer;
  helseId: TestHelseId;
  url: string;
  boss: Laptop;
  warnings: object[];
  close(): Promise<void>;
}

export async function openHelseIdWorld({ kids }: { kids?: readonly string[] } = {}): Promise<HelseIdWorld> {
  const database = await openTestDatabase();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const helseId = await openTestHelseId(`${url}/auth/helseid/callback`, kids === undefined ? {} : { kids });
  helseId.people.set('kari', { ...KARI });
  const warnings: object[] = [];
  const log = { warn: (fields: object) => void warnings.push(fields) };
  const shared: Partial<ServerDeps> = { sessionKey: randomBytes(32) };
  const open = () => openTestServer(database, { ...shared, helseId: openHelseId(helseId.settings, { log }) });
  const [server, copy] = [await open(), await open()];
  await server.app.listen({ host: '127.0.0.1', port });
  const boss = await foundClinic(server.app);
  return {
    database,
    server,
    copy,
    helseId,
    url,
    boss,
    warnings,
    async close() {
      await copy.close();
      await server.close();
      await helseId.close();
      await database.close();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export const newVerifier = (): string => randomBytes(32).toString('base64url');

/** What a laptop puts into the address of the login page. */
export function waiting(verifier: string, port = 40_123) {
  const state = randomBytes(32).toString('base64url');
  return { state, query: `port=${port}&state=${state}&challenge=${challengeOf(verifier)}` };
}

const onLoopback = (address: string) => new URL(address).port === '40123';

/** From the button to what the laptop hears: a code, or why not. */
export async function signIn(
  { url }: Pick<HelseIdWorld, 'url'>,
  who: string,
  { browser = testBrowser(), verifier = newVerifier() }: { browser?: ReturnType<typeof testBrowser>; verifier?: string } = {},
): Promise<{ code: string; verifier: string; error: string | null; heard: URL }> {
  const { state, query } = waiting(verifier);
  const page = await browser.follow(`${url}/auth/helseid/login?${query}`, onLoopback);
  const { address } = await browser.follow(`${page.address}?who=${who}`, onLoopback);
  const heard = new URL(address);
  if (heard.searchParams.get('state') !== state) throw new Error('the laptop’s own state did not come back');
  return { code: heard.searchParams.get('code') ?? '', verifier, error: heard.searchParams.get('error'), heard };
}

/** Up to the callback's address, which is not asked. */
export async function upToCallback(
  { url }: Pick<HelseIdWorld, 'url'>,
  who: string,
  browser = testBrowser(),
): Promise<{ callback: string; browser: ReturnType<typeof testBrowser>; verifier: string }> {
  const verifier = newVerifier();
  const until = (next: string) => next.startsWith(`${url}/auth/helseid/callback`);
  const page = await browser.follow(`${url}/auth/helseid/login?${waiting(verifier).query}`, until);
  const { address } = await browser.follow(`${page.address}?who=${who}`, until);
  return { callback: address, browser, verifier };
}

export const enrolBy = (server: TestServer, body: object) =>
  request(server.app, undefined, 'POST', '/v1/devices', { device: { id: v7(), name: 'Ny' }, ...body });

export const codeOf = (answer: { statusCode: number; body: string }) =>
  answer.statusCode < 300 ? answer.statusCode : (JSON.parse(answer.body) as { code: string }).code;

export async function invitationFor(server: TestServer, boss: Laptop, userId: string): Promise<string> {
  return (await request(server.app, boss, 'POST', '/v1/devices/invitations', { userId })).json<{ code: string }>().code;
}
