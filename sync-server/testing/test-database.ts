/**
 * A fresh, migrated database for one test file: in an embedded cluster of its own, and, when TEST_DATABASE_URL
 * names a superuser of another Postgres (14 or newer), on that one too.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { migrate } from '#db/postgres/migrate.ts';
import { startEmbeddedPostgres } from '../embedded-postgres.ts';

export interface TestDatabase {
  appUrl: string;
  ownerUrl: string;
  adminUrl: string;
  close(): Promise<void>;
}

/** Where the tests run; `describe.each(PLACES)`. */
export const PLACES: readonly string[] = process.env['TEST_DATABASE_URL'] ? ['embedded', 'TEST_DATABASE_URL'] : ['embedded'];

export async function openTestDatabase(place: string = 'embedded'): Promise<TestDatabase> {
  return place === 'embedded' ? embedded() : foreign(process.env['TEST_DATABASE_URL'] ?? '');
}

async function embedded(): Promise<TestDatabase> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'ryggrad-pg-'));
  const cluster = await startEmbeddedPostgres(home);
  await migrate(cluster.ownerUrl, 'ryggrad_app');
  return {
    appUrl: cluster.appUrl,
    ownerUrl: cluster.ownerUrl,
    adminUrl: withDatabase(cluster.adminUrl, 'ryggrad'),
    async close() {
      await cluster.stop();
      fs.rmSync(home, { recursive: true, force: true });
    },
  };
}

async function foreign(adminUrl: string): Promise<TestDatabase> {
  const name = `ryggrad_test_${randomBytes(6).toString('hex')}`;
  const admin = async (...statements: string[]) => {
    const client = new pg.Client({ connectionString: adminUrl });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };
  await admin(
    `create role ${name}_owner login nosuperuser nobypassrls password 'p${name}'`,
    `create role ${name}_app login nosuperuser nobypassrls password 'p${name}'`,
    'do $$ begin create role ryggrad_erase nologin; exception when duplicate_object or unique_violation then null; end $$',
    `grant ryggrad_erase to ${name}_owner`,
    `create database ${name} owner ${name}_owner encoding 'UTF8' locale 'C' template template0`,
  );
  // Before Postgres 15 anybody could create in public; since then only the database's owner.
  const as = (role: string) => {
    const url = new URL(withDatabase(adminUrl, name));
    url.username = role;
    url.password = `p${name}`;
    return url.href;
  };
  await migrate(as(`${name}_owner`), `${name}_app`);
  return {
    appUrl: as(`${name}_app`),
    ownerUrl: as(`${name}_owner`),
    adminUrl: withDatabase(adminUrl, name),
    close: () => admin(`drop database ${name} with (force)`, `drop role ${name}_app`, `drop role ${name}_owner`),
  };
}

function withDatabase(url: string, database: string): string {
  const out = new URL(url);
  out.pathname = `/${database}`;
  return out.href;
}
