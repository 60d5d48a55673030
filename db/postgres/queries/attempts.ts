/** Tries at a passphrase, by hashed key: five are free, then each costs a pause that doubles up to 15 minutes. */
import type { Pool, Tx } from '../open.ts';

const FREE = 5;
const LONGEST_S = 900;
const PAUSE = `make_interval(secs => least(${LONGEST_S}, 5 * 2 ^ (a.failures - ${FREE})))`;

/**
 * Takes a try before it is made, in one statement: a hundred guesses at once are a hundred tries, not one. Who was right calls `forgetTries`.
 * @returns seconds to wait; 0 when the try is taken
 */
export async function takeTry(pool: Pool | Tx, keyHash: string): Promise<number> {
  const { rows: taken } = await pool.query(
    `insert into attempt as a (key_hash, failures, last_at) values ($1, 1, clock_timestamp())
     on conflict (key_hash) do update set last_at = clock_timestamp(),
       failures = case when a.last_at < clock_timestamp() - interval '1 day' then 1 else least(a.failures, 30) + 1 end
     where a.failures < ${FREE} or a.last_at + ${PAUSE} <= clock_timestamp()
     returning 1`,
    [keyHash],
  );
  if (taken.length > 0) return 0;
  const { rows } = await pool.query<{ wait: number }>(
    `select extract(epoch from a.last_at + ${PAUSE} - clock_timestamp())::float8 as wait from attempt a where key_hash = $1`,
    [keyHash],
  );
  return Math.max(1, Math.ceil(rows[0]?.wait ?? 1));
}

export async function forgetTries(pool: Pool | Tx, keyHash: string): Promise<void> {
  await pool.query('delete from attempt where key_hash = $1', [keyHash]);
}
