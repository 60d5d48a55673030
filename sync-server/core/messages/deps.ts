/** What sending and receiving messages is built from. */
import { createHmac } from 'node:crypto';
import type { Pool, Tx } from '#db/postgres/open.ts';
import type { Channel, Reference } from '../../integrations/kit.ts';
import type { NewJob } from '../../jobs/queue.ts';
import type { Announce } from '../webhooks/announce.ts';
import type { Observe } from '../observe.ts';

export interface MessagesDeps {
  pool: Pool;
  /** Channels that are configured and switched on by the operator. */
  channels: ReadonlyMap<string, Channel>;
  enqueue(tx: Pick<Tx, 'query'>, jobs: readonly NewJob[]): Promise<void>;
  /** Names an address without telling it: the ledger and the routes hold no numbers. */
  hash(address: string): string;
  now(): Date;
  /** Tells a clinic's webhooks what became of a message. */
  announce?: Announce;
  /** FEATURE_GDPR_STRICT. */
  strict: boolean;
  /** Addresses by which a watched e-mail tells that it was opened or followed; absent: nobody can reach us, and nothing is watched. */
  watching?: Watching;
  /** Between the beginnings of two calls of one batch; none unless said. */
  spacingMs?: number;
  /** How long after a claim its sender must be gone: longer than any call to a vendor may take. */
  settleMs: number;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  observe?: Observe;
  /** For tests: called at each step of a send, and may end the process there. */
  step?(name: SendStep): void | Promise<void>;
}
/** See core/messages/watching.ts. */
export interface Watching {
  address(what: Watched, reference: Reference): string;
  /** @returns undefined when it is not ours */
  read(what: Watched, token: string): Reference | undefined;
}
export type Watched = 'open' | 'click';

export const SEND_STEPS = ['begin', 'claimed', 'before-vendor', 'after-vendor', 'settling', 'settled'] as const;
export type SendStep = (typeof SEND_STEPS)[number];

export const SETTLE_MS = 90_000;
/** A batch of 25 (jobs/queues.ts) then fills the second that it has. */
export const SPACING_MS = 36;

export function addressHash(key: Uint8Array): (address: string) => string {
  return (address) => createHmac('sha256', key).update(`ryggrad address\n${address.toLowerCase()}`).digest('hex');
}
