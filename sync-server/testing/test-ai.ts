/** A test server with the writing help on, its vendor fake at the wire. */
import { z } from 'zod';
import type { ServerDeps } from '../core/deps.ts';
import type { FakeModel } from '../integrations/ai/fake.ts';
import { ai } from '../integrations/ai/index.ts';
import { openIntegrations } from '../open-integrations.ts';
import { openLog } from '../plugins/logging.ts';
import type { TestDatabase } from './test-database.ts';
import { openTestServer, type TestServer } from './test-server.ts';

/**
 * @param environment changes of the operator's variables
 * @param lines gets what the server logs
 */
export async function openTestAi(
  database: TestDatabase,
  fake: FakeModel,
  environment: Record<string, string> = {},
  { lines = [], ...changes }: Partial<ServerDeps> & { lines?: string[] } = {},
): Promise<TestServer> {
  const config = ai.configure(z.object(ai.environment).parse({ ...fake.environment, ...environment }));
  const log = openLog('trace', 'json', { write: (line: string) => void lines.push(line) });
  const integrations = await openIntegrations([{ integration: ai, config, on: true }], {
    now: () => new Date(),
    publicUrl: undefined,
    log,
  });
  return openTestServer(database, { integrations, log, ...changes });
}
