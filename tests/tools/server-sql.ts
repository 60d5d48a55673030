/** A look into the embedded Postgres of a server's home: what no part of the product can see at once. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { openPool, type Pool } from '#db/postgres/open.ts';
import { readConfig } from '#sync-server/config.ts';
import { dataFolder, osAccount } from '#sync-server/postgres-files.ts';

function address(home: string, role: 'postgres' | 'ryggrad_app'): string {
  const passwords = JSON.parse(readFileSync(join(home, 'postgres-passwords.json'), 'utf8')) as { admin: string; app: string };
  const port = readFileSync(join(dataFolder(home, osAccount()), 'postmaster.pid'), 'utf8').split('\n')[3] ?? '';
  return `postgres://${role}:${role === 'postgres' ? passwords.admin : passwords.app}@127.0.0.1:${port}/ryggrad`;
}

/** As its superuser. What is sensitive comes sealed. */
export async function serverSql(home: string, text: string, values: unknown[] = []): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: address(home, 'postgres') });
  await client.connect();
  try {
    return (await client.query(text, values)).rows as unknown[];
  } finally {
    await client.end();
  }
}

/** With the keys of that home, for what is sealed. */
export async function withServerKeys<T>(home: string, run: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = openPool(address(home, 'ryggrad_app'), { max: 2, sealing: readConfig({ RYGGRAD_HOME: home }).sealing });
  try {
    return await run(pool);
  } finally {
    await pool.end();
  }
}
