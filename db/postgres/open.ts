/**
 * The way to Postgres: a pool for the app's role, and the one wrapper in which a clinic's rows can be seen.
 * The tenant is set for the transaction alone (a plain SET would follow the pooled connection), and asserted.
 */
import pg from 'pg';
import { beginSealing, giveSealing, type Sealing } from './sealing/clinic-keys.ts';

export type Pool = pg.Pool;
export type Tx = pg.PoolClient;

export interface PoolOptions {
  max?: number;
  /** Longest statement; a stuck one would hold the clinic's lock. */
  statementTimeoutMs?: number;
  /** Longest wait for a lock: behind a colleague's batch it is milliseconds. */
  lockTimeoutMs?: number;
  /** Longest pause inside a transaction; then Postgres ends it, and with it the lock on the clinic. */
  idleTimeoutMs?: number;
  /** With what sensitive fields are sealed; without, such rows can be neither read nor written. */
  sealing?: Sealing;
}

// int8 as a number: no counter here comes near 2^53.
pg.types.setTypeParser(20, Number);

export function openPool(url: string, { max = 20, sealing, ...limits }: PoolOptions = {}): Pool {
  const pool = new pg.Pool({ connectionString: url, max, connectionTimeoutMillis: 10_000, application_name: 'ryggrad' });
  // An idle connection that Postgres ended must not end the process.
  pool.on('error', () => {});
  if (sealing !== undefined) giveSealing(pool, sealing);
  timeouts.set(pool, { ...TIMEOUTS, ...limits });
  return pool;
}

const TIMEOUTS = { statementTimeoutMs: 30_000, lockTimeoutMs: 10_000, idleTimeoutMs: 30_000 };
const timeouts = new WeakMap<Pool, typeof TIMEOUTS>();
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Runs `fn` in one transaction that sees and writes only this clinic's rows. Rolls back when it throws.
 * @param clinicId from a verified token, never from a request's body
 * @param isolation `repeatable read` where several statements must see one moment
 */
export async function withClinic<T>(
  pool: Pool,
  clinicId: string,
  fn: (tx: Tx) => Promise<T>,
  isolation: 'read committed' | 'repeatable read' = 'read committed',
): Promise<T> {
  return inTransaction(pool, async (tx) => {
    await begin(pool, clinicId, tx, isolation);
    return fn(tx);
  });
}

/**
 * One round trip; the id is checked to the letter, so it may stand in the text. No plan is kept: one that was made while a table was empty reads it
 * whole from then on, for as long as nothing analyses it (stale-statistics.test.ts).
 */
async function begin(pool: Pool, clinicId: string, tx: Tx, mode: string): Promise<void> {
  if (!UUID.test(clinicId)) throw new TypeError('a clinic id is a lower-case UUID');
  const { statementTimeoutMs, lockTimeoutMs, idleTimeoutMs } = timeouts.get(pool) ?? TIMEOUTS;
  const answers = (await tx.query(
    `begin isolation level ${mode}; set local statement_timeout = ${Math.trunc(statementTimeoutMs)};
     set local lock_timeout = ${Math.trunc(lockTimeoutMs)}; set local plan_cache_mode = force_custom_plan;
     set local idle_in_transaction_session_timeout = ${Math.trunc(idleTimeoutMs)};
     select set_config('ryggrad.clinic', '${clinicId}', true) as clinic; select ryggrad_clinic()::text as clinic`,
  )) as unknown as pg.QueryResult<{ clinic: string }>[];
  if (answers.at(-1)?.rows[0]?.clinic !== clinicId) throw new Error('the clinic of the transaction was not set');
  beginSealing(pool, tx, clinicId);
}

/**
 * The same for what only reads: the answer does not wait until Postgres has heard that the transaction is over. Every request begins with
 * such a read, its caller's credential.
 */
export async function readClinic<T>(pool: Pool, clinicId: string, fn: (tx: Tx) => Promise<T>): Promise<T> {
  return inTransaction(pool, (tx) => begin(pool, clinicId, tx, 'read committed, read only').then(() => fn(tx)), false);
}

/**
 * @param fn begins the transaction itself, in its first round trip
 * @param waits for the commit; without, the connection goes back to the pool when it is over
 */
async function inTransaction<T>(pool: Pool, fn: (tx: Tx) => Promise<T>, waits = true): Promise<T> {
  const tx = await pool.connect();
  let broken: Error | undefined;
  let leaves = false;
  const onError = (error: Error) => {
    broken = error;
  };
  const leave = () => {
    tx.removeListener('error', onError);
    tx.release(broken);
  };
  tx.on('error', onError);
  try {
    const result = await fn(tx);
    const ended = tx.query('commit');
    if (waits) await ended;
    else {
      leaves = true;
      void ended.catch(onError).finally(leave);
    }
    return result;
  } catch (error) {
    // What ended the connection says more than that it has ended.
    const cause = broken ?? error;
    await tx.query('rollback').catch(onError);
    throw cause;
  } finally {
    if (!leaves) leave();
  }
}

/** Refuses a role to which row security does not apply. Throws a sentence for the operator. */
export async function assertAppRole(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string; super: boolean; bypass: boolean; owner: boolean }>(
    `select rolname as name, rolsuper as super, rolbypassrls as bypass,
       exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
               where n.nspname = 'public' and c.relkind in ('r', 'p') and pg_has_role(r.rolname, c.relowner, 'member')) as owner
     from pg_roles r where rolname = current_user`,
  );
  const role = rows[0];
  if (role === undefined) throw new Error('DATABASE_URL: the role of this connection is unknown to Postgres.');
  const why = role.super ? 'is a superuser' : role.bypass ? 'has BYPASSRLS' : role.owner ? 'owns the tables' : undefined;
  if (why !== undefined) {
    throw new Error(
      `DATABASE_URL: the role "${role.name}" ${why}, so row security would not hold. Use a plain role, and DATABASE_OWNER_URL for migrations.`,
    );
  }
}
