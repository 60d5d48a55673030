/** What sending claims to Helfo is built from. */
import type { Pool, Tx } from '#db/postgres/open.ts';
import type { ClaimsDesk } from '../../integrations/kit.ts';
import type { NewJob } from '../../jobs/queue.ts';

export interface HelfoDeps {
  pool: Pool;
  /** Absent: nothing goes from here, but what waits may still be taken back. */
  desk: ClaimsDesk | undefined;
  enqueue(tx: Pick<Tx, 'query'>, jobs: readonly NewJob[]): Promise<void>;
  now(): Date;
  /** How long after a claim its sender must be gone: longer than a call may take. */
  settleMs: number;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  /** For tests: called at each step, and may end the worker there. */
  step?(name: HelfoStep): void | Promise<void>;
}

export const HELFO_STEPS = ['begin', 'asked', 'claimed', 'handed-in', 'settled', 'poll-asked', 'poll-noted'] as const;
export type HelfoStep = (typeof HELFO_STEPS)[number];

export const HELFO_SEND_QUEUE = 'helfo-send';
export const HELFO_POLL_QUEUE = 'helfo-poll';
export const HELFO_SWEEP_QUEUE = 'helfo-sweep';
/** Token, key and the call itself, each twice, at HELFO_TIMEOUT_MS's usual 30 s. */
export const HELFO_SETTLE_MS = 300_000;

export const helfoSendJob = (clinicId: string, messageId: string, afterSeconds = 0): NewJob => ({
  queue: HELFO_SEND_QUEUE,
  data: { clinicId, messageId },
  afterSeconds: Math.max(0, afterSeconds),
});
export const helfoPollJob = (clinicId: string, messageId: string, afterSeconds: number): NewJob => ({
  queue: HELFO_POLL_QUEUE,
  data: { clinicId, messageId },
  afterSeconds: Math.max(0, afterSeconds),
});

/** The control takes seconds, a payment two or three working days: asked ever more seldom, and no more after two months. */
const DELAYS_S = [10, 20, 60, 300, 900, 3600] as const;
const SELDOM_S = 3 * 3600;
export const LONGEST_MS = 60 * 86_400_000;
export const pollDelay = (polls: number): number => DELAYS_S[polls] ?? SELDOM_S;
