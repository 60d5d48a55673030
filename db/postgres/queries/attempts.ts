/** Failed tries at passphrases and codes, by hashed key: five free, then waits that double up to 15 minutes. */
import type { Pool, Tx } from '../open.ts';

const FREE = 5;
const LONGEST_S = 900;

/** Seconds to wait before the next try; 0 when it may be made now. */
export async function waitFor(pool: Pool | Tx, keyHash: string): Promise<number> {
  const { rows } = await pool.query<{ failures: number; passed: number }>(
    `select failures, extract(epoch from now() - last_at)::float8 as passed from attempt where key_hash = $1`,
    [keyHash],
  );
  const row = rows[0];
  if (row === undefined || row.failures < FREE) return 0;
  const pause = Math.min(LONGEST_S, 2 ** (row.failures - FREE) * 5);
  return Math.max(0, Math.ceil(pause - row.passed));
}

export async function countFailure(pool: Pool | Tx, keyHash: string): Promise<void> {
  await pool.query(
    `insert into attempt as a (key_hash, failures, last_at) values ($1, 1, now())
     on conflict (key_hash) do update set last_at = now(),
       failures = case when a.last_at < now() - interval '1 day' then 1 else least(a.failures, 30) + 1 end`,
    [keyHash],
  );
}

export async function forgetFailures(pool: Pool | Tx, keyHash: string): Promise<void> {
  await pool.query('delete from attempt where key_hash = $1', [keyHash]);
}
