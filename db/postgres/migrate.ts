/**
 * Brings the server's database to this version: the generated steps of db/migrations/postgres, then the
 * guards. Expand and contract only: a column that laptops in the field still send is not removed.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Drizzle from 'drizzle-orm/node-postgres';
import type * as Migrator from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { nextEpoch } from '../sync/place.ts';
import { guards } from './guards.ts';
import type { Pool } from './open.ts';
import { allClinics } from './queries/compaction.ts';

// As CommonJS: loaded as ES modules it costs every server 230 MB and half a second (table-names.ts).
const require = createRequire(import.meta.url);
const { drizzle } = require('drizzle-orm/node-postgres') as typeof Drizzle;
const { migrate: migrateTables } = require('drizzle-orm/node-postgres/migrator') as typeof Migrator;

/** Any fixed number; two servers starting at once take turns. */
const LOCK = 7_294_417;

/** Longest wait for a table that somebody is writing to: who comes after us waits behind us. Then we step back and try again. */
const LOCK_MS = 1500;
const TRIES = 40;
const MIGRATIONS = join(import.meta.dirname, '../migrations/postgres');

/**
 * Copies of an earlier version may serve meanwhile (decision 0091): no save waits for longer than LOCK_MS behind it.
 * @param ownerUrl a role that owns the database's tables
 * @param appRole the role the server works as; gets its grants here and must exist
 * @param later for tests: a version after this one
 */
export async function migrate(ownerUrl: string, appRole: string, later: { folder?: string; guards?: string } = {}): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'ryggrad-migrate' });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await client.query(`set client_min_messages = warning`);
    await client.query(`set lock_timeout = ${LOCK_MS}`);
    await steppingBack(() => migrateTables(drizzle(client), { migrationsFolder: later.folder ?? MIGRATIONS }));
    await client.query('insert into server_state (one) values (true) on conflict do nothing');
    const { sql, hash } = guards(appRole, later.guards);
    const { rows } = await client.query<{ guards: string | null }>('select guards from server_state');
    if (rows[0]?.guards !== hash) {
      await steppingBack(async () => {
        try {
          await client.query('begin');
          await client.query(sql);
          await client.query('update server_state set guards = $1', [hash]);
          await client.query('commit');
        } catch (error) {
          await client.query('rollback');
          throw error;
        }
      });
    }
  } finally {
    await client.end();
  }
}

/** Once more when a lock did not come in time, or two waited for each other: whoever saves goes first. */
async function steppingBack(run: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await run();
    } catch (error) {
      if (tries >= TRIES || !['55P03', '40P01'].includes(codeOf(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 400));
    }
  }
}

/** Drizzle wraps what Postgres says. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return 'code' in error && typeof error.code === 'string' ? error.code : codeOf(error.cause);
}

/** Throws a sentence for the operator when the database is not at this version. */
export async function assertMigrated(pool: Pool, appRole: string): Promise<{ epoch: string }> {
  const { rows } = await pool
    .query<{ epoch: string; guards: string | null }>('select epoch, guards from server_state')
    .catch((error: Error) => {
      throw new Error(
        `The database has no Ryggrad tables, or the role "${appRole}" may not read them (${error.message}). Set DATABASE_OWNER_URL so that the migrations can run.`,
      );
    });
  const state = rows[0];
  if (state?.guards !== guards(appRole).hash) {
    throw new Error('The database was migrated by another version of Ryggrad. Set DATABASE_OWNER_URL so that this one can migrate it.');
  }
  return { epoch: state.epoch };
}

/**
 * To be called once after a restore from backup: laptops then resend what the backup lacks, and refetch. Every clinic's
 * counter leaps: a place in the feed that was given out after the backup must never be given to another row, or a laptop
 * that had read the first would seem to have read the second, and overwrite it in silence.
 */
export async function newEpoch(ownerUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query('begin');
    const { rows } = await client.query<{ epoch: string }>('update server_state set epoch = gen_random_uuid() returning epoch');
    for (const id of await allClinics(client)) {
      // Row security is forced on the owner too: without its clinic an update reaches nothing, and says nothing.
      await client.query("select set_config('ryggrad.clinic', $1, true)", [id]);
      const clock = await client.query<{ seq: string }>('select seq from clinic_clock where clinic_id = $1 for update', [id]);
      const seq = nextEpoch(Number(clock.rows[0]?.seq ?? 0));
      const moved = await client.query('update clinic_clock set seq = $2 where clinic_id = $1', [id, seq]);
      if (moved.rowCount !== 1) throw new Error(`the counter of clinic ${id} was not reached`);
    }
    await client.query('commit');
    return rows[0]?.epoch ?? '';
  } finally {
    await client.end();
  }
}
