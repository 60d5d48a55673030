/**
 * The real sync server with a real Postgres for journeys. Server and Postgres end separately, so that the
 * one can be gone and come back on its port, and the database can be put back to an earlier copy.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { newEpoch } from '#db/postgres/migrate.ts';
import { readConfig } from '#sync-server/config.ts';
import { startEmbeddedPostgres } from '#sync-server/embedded-postgres.ts';
import { openServer, type OpenServer } from '#sync-server/open-server.ts';

export interface TestServer {
  readonly url: string;
  readonly open: OpenServer;
  /** Ends it for its clients: connections are cut, nothing is answered any more. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Copies the database; the server must be down. */
  backUp(): Promise<void>;
  /** Puts the copy back, as an operator does after a disaster; the server must be down. */
  restore(): Promise<void>;
  /** A statement as the database's superuser: what no part of the product can do. */
  tamper(sql: string): Promise<void>;
  /** The database's superuser, for looking into it. */
  readonly adminUrl: string;
  /** A statement as the app's role, in this clinic. */
  asApp(sql: string, clinicId: string): Promise<void>;
  close(): Promise<void>;
}

/** @param environment more of the operator's variables */
export async function startTestServer(environment: Record<string, string> = {}): Promise<TestServer> {
  const home = mkdtempSync(join(tmpdir(), 'ryggrad-server-'));
  // Postgres runs as another user when we are root, and must reach its files.
  chmodSync(home, 0o755);
  const postgres = await startEmbeddedPostgres(home);
  const config = {
    ...readConfig({
      RYGGRAD_HOME: home,
      DATABASE_URL: postgres.appUrl,
      DATABASE_OWNER_URL: postgres.ownerUrl,
      SESSION_KEY: Buffer.alloc(32, 5).toString('base64'),
      LOG_LEVEL: 'silent',
      RATE_LIMIT_MAX: '1000000',
      ...environment,
    }),
    registration: 'open' as const,
  };
  let current: OpenServer | undefined;
  let port = 0;
  const run = async (connectionString: string, ...statements: string[]) => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    try {
      for (const sql of statements) await client.query(sql);
    } finally {
      await client.end();
    }
  };
  const asAdmin = (...statements: string[]) => run(postgres.adminUrl, ...statements);
  const server: TestServer = {
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    get open() {
      if (current === undefined) throw new Error('the server is down');
      return current;
    },
    async start() {
      current = await openServer(config);
      await current.app.listen({ host: '127.0.0.1', port });
      const address = current.app.server.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      port = address.port;
    },
    async stop() {
      const ending = current;
      current = undefined;
      await ending?.close();
    },
    adminUrl: new URL('/ryggrad', postgres.adminUrl).href,
    asApp: (sql, clinicId) => run(postgres.appUrl, `begin; set local ryggrad.clinic = '${clinicId}'; ${sql}; commit`),
    tamper: (sql) => run(new URL('/ryggrad', postgres.adminUrl).href, sql),
    backUp: () => asAdmin('drop database if exists backup', 'create database backup template ryggrad'),
    async restore() {
      // What a database grants belongs to it, not to its copy.
      await asAdmin('drop database ryggrad with (force)', 'alter database backup rename to ryggrad');
      await asAdmin('alter database ryggrad owner to ryggrad_owner', 'grant connect on database ryggrad to ryggrad_app');
      await newEpoch(postgres.ownerUrl);
    },
    async close() {
      await server.stop();
      await postgres.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}
