/**
 * Several copies of the server on one database, behind a proxy that sends each request to the next, as a load balancer
 * without memory would. One copy stands without a proxy.
 */
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { ServerDeps } from '../app.ts';
import type { TestDatabase } from './test-database.ts';
import { openTestServer, type TestServer } from './test-server.ts';

export interface TestCopies {
  copies: readonly TestServer[];
  /** The copy whose turn it is, for what is asked by `inject`. */
  next(): TestServer;
  readonly app: FastifyInstance;
  /** Where clients ask: the proxy, or the only copy. */
  url: string;
  /** Requests that went to each copy through the proxy. */
  asked: readonly number[];
  /** Moves the clock of every copy. */
  moveClock(now: Date): void;
  close(): Promise<void>;
}

export async function openTestCopies(database: TestDatabase, count: number, changes: Partial<ServerDeps> = {}): Promise<TestCopies> {
  const shared = { sessionKey: randomBytes(32), ...changes };
  const copies = await Promise.all(Array.from({ length: count }, () => openTestServer(database, shared)));
  const asked = copies.map(() => 0);
  let turn = 0;
  const next = () => copies[(turn += 1) % copies.length] as TestServer;
  const urls = await Promise.all(copies.map((copy) => copy.url()));
  const proxy = count === 1 ? undefined : await openProxy(urls, asked);
  return {
    copies,
    next,
    get app() {
      return next().app;
    },
    url: proxy?.url ?? urls[0] ?? '',
    asked,
    moveClock(now) {
      for (const { time } of copies) time.now = now;
    },
    async close() {
      await proxy?.close();
      for (const copy of copies) await copy.close();
    },
  };
}

async function openProxy(urls: readonly string[], asked: number[]): Promise<{ url: string; close(): Promise<void> }> {
  let turn = 0;
  const agent = new http.Agent({ keepAlive: true });
  const proxy = http.createServer((incoming, outgoing) => {
    const copy = (turn += 1) % urls.length;
    asked[copy] = (asked[copy] ?? 0) + 1;
    const { hostname, port } = new URL(urls[copy] ?? '');
    const { method, headers } = incoming;
    // The address goes on as it was written: what is wrong with it is the copy's to say.
    const forwarded = http.request({ agent, hostname, port, method, headers, path: incoming.url }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    outgoing.on('close', () => forwarded.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      const closed = new Promise<void>((resolve) => proxy.close(() => resolve()));
      proxy.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}
