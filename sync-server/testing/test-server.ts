/** A server on a test database, with a clock that can be moved and short long-polls; asked by `inject` or over a port. */
import { contentStore } from '../core/content-store.ts';
import { postgresStore } from '../core/record-store.ts';
import { MAX_REQUEST_BYTES } from '#db/sync/change.ts';
import type { FastifyInstance } from 'fastify';
import { randomBytes } from 'node:crypto';
import { assertMigrated } from '#db/postgres/migrate.ts';
import type { Sealing } from '#db/postgres/sealing/clinic-keys.ts';
import { openPool, type Pool } from '#db/postgres/open.ts';
import { buildApp, type ServerDeps } from '../app.ts';
import { listenForChanges } from '#db/postgres/listen.ts';
import { openLog } from '../plugins/logging.ts';
import type { TestDatabase } from './test-database.ts';
import { TEST_SEALING } from './test-sealing.ts';

export { TEST_SEALING };

export interface TestServer {
  app: FastifyInstance;
  deps: ServerDeps;
  pool: Pool;
  /** The clock of tokens and codes; starts at the machine's. */
  time: { now: Date };
  /** Listens on a free port of loopback and says where. */
  url(): Promise<string>;
  close(): Promise<void>;
}

/** Wide enough that no test meets one by chance. */
export const TEST_LIMITS: ServerDeps['limits'] = {
  bodyBytes: MAX_REQUEST_BYTES,
  rateWindowMs: 60_000,
  rateMax: 1_000_000,
  doorMax: 1_000_000,
  exportMax: 1_000_000,
  connections: 1000,
  pollsPerDevice: 64,
  pollsPerClinic: 4000,
};

export async function openTestServer(
  database: TestDatabase,
  changes: Partial<ServerDeps> = {},
  sealing: Sealing = TEST_SEALING,
): Promise<TestServer> {
  const pool = openPool(database.appUrl, { max: 8, sealing });
  const { epoch } = await assertMigrated(pool, decodeURIComponent(new URL(database.appUrl).username));
  const wakeUps = await listenForChanges(database.appUrl, () => {});
  const time = { now: new Date() };
  const deps: ServerDeps = {
    pool,
    store: postgresStore(pool),
    content: contentStore(pool),
    wakeUps,
    epoch,
    sessionKey: randomBytes(32),
    now: () => time.now,
    log: openLog('silent', 'json'),
    shape: { rows: 5000, bytes: 8_000_000, longPollMs: 20_000 },
    registration: 'open',
    limits: TEST_LIMITS,
    version: 'test',
    ...changes,
  };
  const app = buildApp(deps);
  let address: string | undefined;
  return {
    app,
    deps,
    pool,
    time,
    async url() {
      address ??= await app.listen({ host: '127.0.0.1', port: 0 });
      return address;
    },
    async close() {
      await app.close();
      await wakeUps.close();
      await pool.end();
    },
  };
}
