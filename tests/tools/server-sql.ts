/** A look into the embedded Postgres of a server's home, as its superuser: what no part of the product can see at once. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { dataFolder, osAccount } from '#sync-server/postgres-files.ts';

export async function serverSql(home: string, text: string, values: unknown[] = []): Promise<unknown[]> {
  const passwords = JSON.parse(readFileSync(join(home, 'postgres-passwords.json'), 'utf8')) as { admin: string };
  const port = readFileSync(join(dataFolder(home, osAccount()), 'postmaster.pid'), 'utf8').split('\n')[3] ?? '';
  const client = new pg.Client({ connectionString: `postgres://postgres:${passwords.admin}@127.0.0.1:${port}/ryggrad` });
  await client.connect();
  try {
    return (await client.query(text, values)).rows as unknown[];
  } finally {
    await client.end();
  }
}
