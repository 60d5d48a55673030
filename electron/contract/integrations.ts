/** What the clinic has switched on of the server's integrations, what the operator has, and work that failed for good. */
import { z } from 'zod';
import { INTEGRATIONS, type IntegrationName } from '#db/model/message.ts';
import { verb } from './verb.ts';

export interface IntegrationView {
  name: IntegrationName;
  /** Of the operator; `unknown`: the server is not reached. */
  state: 'ready' | 'not-configured' | 'switched-off' | 'unknown';
  facts: Readonly<Record<string, string>>;
  enabled: boolean;
  options: Readonly<Record<string, unknown>>;
}
export interface DeadJobView {
  id: string;
  queue: string;
  reason: string;
  failedAt: string;
}

const NET = ['net/unreachable', 'server/not-connected'];
const name = z.enum(INTEGRATIONS);

export const integrations = {
  'integration.list': verb<{ connected: boolean; strict: boolean; integrations: IntegrationView[] }>()(z.object({}), NET),
  'integration.set': verb<null>()(z.object({ name, enabled: z.boolean(), options: z.record(z.string(), z.unknown()) }), [
    'strict/keep-days',
    'strict/agreement',
  ]),
  /** Asks the vendor whether it knows us; sends nothing. */
  'integration.check': verb<{ problem: string | null }>()(z.object({ name }), NET),
  'job.dead': verb<{ jobs: DeadJobView[] }>()(z.object({}), NET),
  'job.replay': verb<null>()(z.object({ id: z.uuid() }), [...NET, 'job/unknown']),
};
