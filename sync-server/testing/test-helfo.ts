/** A test server that sends claims, with Helfo's fake at the wire; and a clinic with signed visits. */
import { z } from 'zod';
import { openPool, withClinic } from '#db/postgres/open.ts';
import { readRows } from '#db/postgres/queries/rows.ts';
import type { StoredRow } from '#db/sync/row.ts';
import { HELFO_SETTLE_MS, type HelfoDeps } from '../core/helfo/deps.ts';
import { intendBy } from '../core/messages/intents.ts';
import { postgresStore } from '../core/record-store.ts';
import type { FakeHelfo } from '../integrations/helfo/fake.ts';
import { helfo as integration } from '../integrations/helfo/index.ts';
import { installJobs, openJobs, type Jobs } from '../jobs/queue.ts';
import { queues } from '../jobs/queues.ts';
import { openIntegrations } from '../open-integrations.ts';
import { openLog } from '../plugins/logging.ts';
import type { TestDatabase } from './test-database.ts';
import { TEST_SEALING } from './test-sealing.ts';
import { openTestServer, type TestServer } from './test-server.ts';

export interface TestHelfo extends TestServer {
  helfo: HelfoDeps;
  jobs: Jobs;
  logged: string[];
  row(clinicId: string, entity: 'helfo_claim' | 'helfo_message', id: string): Promise<StoredRow>;
}

/** Jobs wait for the test to work on them. @param clinics clinic → organisation number */
export async function openTestHelfo(
  database: TestDatabase,
  fake: FakeHelfo,
  clinics: Readonly<Record<string, string>>,
): Promise<TestHelfo> {
  await installJobs(database.ownerUrl, decodeURIComponent(new URL(database.appUrl).username), queues);
  const time = { now: new Date() };
  const logged: string[] = [];
  const log = openLog('trace', 'json', { write: (line: string) => void logged.push(line) });
  const { FEATURE_HELFO_ENABLED: _, ...own } = fake.environment;
  const slice = z.object(integration.environment).parse({
    ...own,
    HELFO_CLINICS: Object.entries(clinics)
      .map((pair) => pair.join(':'))
      .join(','),
  });
  const integrations = await openIntegrations([{ integration, config: integration.configure(slice), on: true }], {
    now: () => time.now,
    publicUrl: undefined,
    log,
  });
  const jobs = await openJobs(database.appUrl, log);
  const pool = openPool(database.appUrl, { max: 8, sealing: TEST_SEALING });
  const enqueue: HelfoDeps['enqueue'] = (tx, waiting) => jobs.enqueue(tx, waiting);
  if (integrations.claims === undefined) throw new Error('no desk');
  const helfo: HelfoDeps = { pool, desk: integrations.claims, enqueue, now: () => time.now, settleMs: HELFO_SETTLE_MS, log };
  const server = await openTestServer(database, {
    now: () => time.now,
    store: postgresStore(pool, intendBy(enqueue, { claims: true })),
    integrations,
    jobs,
  });
  return {
    ...server,
    time,
    helfo,
    jobs,
    logged,
    async row(clinicId, entity, id) {
      const [found] = await withClinic(pool, clinicId, (tx) => readRows(tx, clinicId, new Map([[entity, new Set([id])]])));
      if (found === undefined) throw new Error(`no ${entity}`);
      return found.row;
    },
    async close() {
      await jobs.close();
      await server.close();
      await integrations.close();
      await pool.end();
    },
  };
}
