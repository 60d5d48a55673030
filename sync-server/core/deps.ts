/** What the server is built from; tests hand in their own clock and database. */
import type { Logger } from 'pino';
import type { Pool } from '#db/postgres/open.ts';
import type { WakeUps } from '#db/postgres/listen.ts';
import type { RedisWakeUps, SharedCache } from '../redis-wake-ups.ts';
import type { Integrations } from '../open-integrations.ts';
import type { Jobs } from '../jobs/queue.ts';
import type { MessagesDeps } from './messages/deps.ts';
import type { Clerk } from './clerk/settings.ts';
import type { HelseIdClient } from './helseid/client.ts';
import type { Electric } from './electric-proxy.ts';
import type { ContentStore } from './content-store.ts';
import type { Observe } from './observe.ts';
import type { WebhookDeps } from './webhooks/manage.ts';
import type { ScanDeps } from './content-scan.ts';
import type { RecordStore } from './record-store.ts';

export interface ServerDeps {
  /** A clinic's webhooks that go out; absent: none do. */
  webhooks?: WebhookDeps;
  pool: Pool;
  store: RecordStore;
  /** The bytes of attachments. */
  content: ContentStore;
  /** Where somebody looks them over. */
  scans?: Pick<ScanDeps, 'pool' | 'enqueue'>;
  /** Through Redis too where there is one. */
  wakeUps: WakeUps & Partial<Pick<RedisWakeUps, 'announce' | 'redisConnected'>>;
  epoch: string;
  sessionKey: Uint8Array;
  /** Seals what second factors are made of; without it a key that follows from `sessionKey`. */
  secondFactorKey?: Uint8Array;
  /** Sign-in by Clerk, where the operator has it. */
  clerk?: Clerk;
  /** Sign-in by HelseID, where the operator has it. */
  helseId?: HelseIdClient;
  now(): Date;
  log: Logger;
  /** Crash reports and traces, where the operator wants them. */
  observe?: Observe;
  /** Chunk size and waiting time of shapes. */
  shape: { rows: number; bytes: number; longPollMs: number };
  /** Who may found a clinic here: anybody who reaches us (embedded, on loopback), those with the code, or nobody. */
  registration: 'open' | 'closed' | { code: string };
  /** A real Electric service instead of the embedded engine. */
  electric?: Electric;
  limits: {
    bodyBytes: number;
    rateWindowMs: number;
    rateMax: number;
    /** Tries to come in per address and quarter of an hour, and pages read out per person and hour (plugins/budgets.ts). */
    doorMax: number;
    exportMax: number;
    connections: number;
    pollsPerDevice: number;
    pollsPerClinic: number;
    /** How long a request may take to arrive, headers and body; a minute unless said. */
    requestMs?: number;
  };
  /** A connected Redis, for budgets that several copies share, and what they tell each other. */
  redis?: { client: object; prefix: string; cache?: SharedCache };
  /** Whose X-Forwarded-For is believed, which origins' pages may ask, and whether answers say that only TLS will do. */
  http?: { trustedProxies?: readonly string[]; origins?: readonly string[]; strictTransport?: boolean };
  version: string;
  publicUrl?: string;
  gdprStrict?: boolean;
  /** What the operator has configured of vendors; absent: nothing. */
  integrations?: Integrations;
  /** Work that waits, and what failed for good. */
  jobs?: Jobs;
  /** What webhooks are worked in by. */
  messages?: MessagesDeps;
}
