/**
 * How often a caller may ask. The only importer of `rate-limiter-flexible`.
 *
 * Ordinary requests are counted in Redis where there is one, so that several copies give one budget together, else in this process. With Redis
 * gone each copy counts for itself (the insurance): a laptop that works is worth more than an exact count.
 *
 * Doors (who may come in) and what carries a clinic's data out are strict: counted in Postgres, whatever Redis does, so that neither a restart
 * nor a dead Redis gives a guesser a new budget; measured, an insured one is given twice (docs/decisions/0066). Without Postgres nobody passes.
 */
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRedis, RateLimiterRes, RLWrapperTimeouts } from 'rate-limiter-flexible';
import type { Pool } from '#db/postgres/open.ts';

/** What is strict: guessing at a door, and reading out. A route names one (routes/route.ts). */
export type StrictBudget = 'door' | 'export';

export interface Budgets {
  /** Seconds until this caller may ask again, 0 when it may now. Never throws: without Redis it counts here. */
  ordinary(caller: string): Promise<number>;
  /** The same, counted in Postgres. @throws when Postgres does not answer: then nobody passes */
  strict(budget: StrictBudget, caller: string): Promise<number>;
}

export interface BudgetLimits {
  rateWindowMs: number;
  rateMax: number;
  /** Tries at a door per address and quarter of an hour. */
  doorMax: number;
  /** Pages read out per person and hour. */
  exportMax: number;
}

/** A Redis that hangs is not waited for: a request costs a few milliseconds. */
const REDIS_MS = 100;

type Limiter = RateLimiterMemory | RateLimiterPostgres | RLWrapperTimeouts;

/** @param redis a client of `@redis/client` that refuses at once while it is not connected */
export function openBudgets(pool: Pool, limits: BudgetLimits, redis?: { client: object; prefix: string }): Budgets {
  const size = { points: limits.rateMax, duration: limits.rateWindowMs / 1000 };
  const here = new RateLimiterMemory(size);
  const ordinary: Limiter =
    redis === undefined
      ? here
      : new RLWrapperTimeouts({
          timeoutMs: REDIS_MS,
          limiter: new RateLimiterRedis({
            ...size,
            storeClient: redis.client,
            useRedisPackage: true,
            rejectIfRedisNotReady: true,
            keyPrefix: `${redis.prefix}rate`,
            insuranceLimiter: here,
            // Who is over is not asked about again until it is over.
            inMemoryBlockOnConsumed: limits.rateMax + 1,
          }),
        });
  const inPostgres = (keyPrefix: StrictBudget, points: number, duration: number) =>
    new RateLimiterPostgres({ storeClient: pool, tableName: 'rate_budget', tableCreated: true, keyPrefix, points, duration });
  const strict: Record<StrictBudget, Limiter> = {
    door: inPostgres('door', limits.doorMax, 900),
    export: inPostgres('export', limits.exportMax, 3600),
  };
  return { ordinary: (caller) => spend(ordinary, caller), strict: (budget, caller) => spend(strict[budget], caller) };
}

async function spend(limiter: Limiter, caller: string): Promise<number> {
  try {
    await limiter.consume(caller);
    return 0;
  } catch (error) {
    if (error instanceof RateLimiterRes) return Math.max(1, Math.ceil(error.msBeforeNext / 1000));
    throw error;
  }
}
