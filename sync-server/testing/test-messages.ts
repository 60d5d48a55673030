/** A test server with jobs and vendors' fakes: what a laptop asks for is sent, and what vendors tell is worked in. */
import { z } from 'zod';
import type { TestDatabase } from './test-database.ts';
import type { ServerDeps } from '../core/deps.ts';
import { TEST_SEALING } from './test-sealing.ts';
import { openTestServer, type TestServer } from './test-server.ts';
import { addressHash, type MessagesDeps } from '../core/messages/deps.ts';
import { intendBy } from '../core/messages/intents.ts';
import { sweep } from '../core/messages/upkeep.ts';
import { watchingBy } from '../core/messages/watching.ts';
import { postgresStore } from '../core/record-store.ts';
import { FAKE_PUBLIC_URL, openFakeVendors, type FakeVendors, type WebhookCall } from '../integrations/sms/fake.ts';
import type { FakeEmailVendors } from '../integrations/email/fake.ts';
import { email } from '../integrations/email/index.ts';
import { sms } from '../integrations/sms/index.ts';
import { installJobs, openJobs, type Jobs } from '../jobs/queue.ts';
import { queues, startWork } from '../jobs/queues.ts';
import { openIntegrations } from '../open-integrations.ts';
import { openLog } from '../plugins/logging.ts';
import { openPool } from '#db/postgres/open.ts';

export interface TestMessages extends TestServer {
  vendors: FakeVendors;
  /** What jobs, messages and integrations wrote to the log. */
  logged: string[];
  jobs: Jobs;
  messages: MessagesDeps;
  /** Looks at what is due by the server's clock, as the schedule does. */
  sweep(): Promise<number>;
  call(webhook: WebhookCall): Promise<number>;
}

export interface TestMessagesOptions {
  /** Changes of the operator's variables. */
  environment?: Record<string, string>;
  settleMs?: number;
  spacingMs?: number;
  limits?: ServerDeps['limits'];
  /** FEATURE_GDPR_STRICT. */
  strict?: boolean;
  /** False: jobs wait for the test to work on them. */
  works?: boolean;
  vendors?: FakeVendors;
  /** With it e-mail is on beside SMS; closed by whoever opened it. */
  email?: (now: () => Date) => Promise<FakeEmailVendors>;
}

export async function openTestMessages(
  database: TestDatabase,
  {
    environment = {},
    settleMs = 0,
    spacingMs = 0,
    strict = false,
    limits,
    works = true,
    vendors: given,
    email: openEmail,
  }: TestMessagesOptions = {},
): Promise<TestMessages> {
  await installJobs(database.ownerUrl, decodeURIComponent(new URL(database.appUrl).username), queues);
  const time = { now: new Date() };
  const vendors = given ?? (await openFakeVendors(() => time.now));
  const logged: string[] = [];
  const log = openLog('trace', 'json', { write: (line: string) => void logged.push(line) });
  const slice = z.object(sms.environment).parse({ SMS_TIMEOUT_MS: '1000', ...vendors.environment, ...environment });
  const mail = await openEmail?.(() => time.now);
  const mailSlice = z.object(email.environment).parse({ EMAIL_TIMEOUT_MS: '1000', ...mail?.environment, ...environment });
  const configured = [
    { integration: sms, config: sms.configure(slice), on: true },
    ...(mail === undefined ? [] : [{ integration: email, config: email.configure(mailSlice), on: true }]),
  ];
  const integrations = await openIntegrations(configured, {
    now: () => time.now,
    publicUrl: FAKE_PUBLIC_URL,
    baseUrls: { ...vendors.baseUrls, ...mail?.baseUrls },
    log,
  });
  const jobs = await openJobs(database.appUrl, log);
  const pool = openPool(database.appUrl, { max: 8, sealing: TEST_SEALING });
  const messages: MessagesDeps = {
    pool,
    channels: integrations.channels,
    enqueue: (tx, waiting) => jobs.enqueue(tx, waiting),
    hash: addressHash(Buffer.alloc(32, 7)),
    now: () => time.now,
    settleMs,
    spacingMs,
    strict,
    watching: watchingBy(Buffer.alloc(32, 7), FAKE_PUBLIC_URL),
    log,
  };
  const server = await openTestServer(database, {
    now: () => time.now,
    store: postgresStore(pool, intendBy(messages.enqueue)),
    publicUrl: FAKE_PUBLIC_URL,
    gdprStrict: strict,
    ...(limits === undefined ? {} : { limits }),
    integrations,
    jobs,
    messages,
  });
  if (works) await startWork(jobs, { messages, own: integrations.jobs });
  return {
    ...server,
    time,
    vendors,
    logged,
    jobs,
    messages,
    sweep: () => sweep(messages),
    async call({ path, headers, payload }) {
      return (await server.app.inject({ method: 'POST', url: path, headers, payload })).statusCode;
    },
    async close() {
      await jobs.close();
      await server.close();
      await integrations.close();
      await pool.end();
      if (given === undefined) await vendors.close();
    },
  };
}
