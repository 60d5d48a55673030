/**
 * A process of its own that sends, for tests that end it with SIGKILL (send-killed.test.ts): the server's sending with its real pool, ledger and
 * SDKs. Reads one line of JSON from stdin: first `before` is worked on to its end (what a killed process left), then `now`, and at the step
 * the process kills itself; `after` instead of a step: so many ms after it began.
 */
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { openPool } from '#db/postgres/open.ts';
import { addressHash, SEND_STEPS, type MessagesDeps } from '../core/messages/deps.ts';
import { sendForClinic } from '../core/messages/send.ts';
import { email } from '../integrations/email/index.ts';
import { FAKE_PUBLIC_URL } from '../integrations/sms/fake.ts';
import { sms } from '../integrations/sms/index.ts';
import { openIntegrations } from '../open-integrations.ts';
import { TEST_SEALING } from './test-sealing.ts';

const order = z.object({
  url: z.string(),
  environment: z.record(z.string(), z.string()),
  baseUrls: z.record(z.string(), z.string()),
  now: z.string(),
  clinicId: z.string(),
  before: z.array(z.string()),
  send: z.array(z.string()),
  step: z.enum(SEND_STEPS).nullable(),
  afterMs: z.number().nullable(),
});
export type SendOrder = z.infer<typeof order>;

const die = (): void => void process.kill(process.pid, 'SIGKILL');
for await (const line of createInterface({ input: process.stdin })) {
  const { url, environment, baseUrls, now, clinicId, before, send, step, afterMs } = order.parse(JSON.parse(line));
  const log = { info: () => {}, warn: () => {} };
  const ports = { now: () => new Date(now), publicUrl: FAKE_PUBLIC_URL, baseUrls, log };
  const configured = [sms, email].map((integration) => ({
    integration,
    config: integration.configure(z.object(integration.environment).parse(environment)),
    on: true,
  }));
  const { channels } = await openIntegrations(configured, ports);
  const deps: MessagesDeps = {
    pool: openPool(url, { max: 3, sealing: TEST_SEALING }),
    channels,
    // Whoever comes next looks at what is left without being told by a job, as the sweep does.
    enqueue: async () => {},
    hash: addressHash(Buffer.alloc(32, 7)),
    now: () => new Date(now),
    strict: false,
    settleMs: 0,
    log,
  };
  for (let n = 0; n < 2; n += 1) if (before.length > 0) await sendForClinic(deps, clinicId, before);
  process.stdout.write('ready\n');
  if (afterMs !== null) setTimeout(die, afterMs);
  await sendForClinic(
    {
      ...deps,
      step: (name) => {
        if (name === step) die();
      },
    },
    clinicId,
    send,
  );
  process.stdout.write('done\n');
  process.exit(0);
}
