/**
 * Delivers what was told (announce.ts): at least once, always under the same `webhook-id`. A kill between the call and what is noted of it means that it is told again;
 * the receiver knows it by its id. Order is not promised: `seq` in each event is the record's own.
 */
import { readClinic, withClinic, type Pool } from '#db/postgres/open.ts';
import { allClinics } from '#db/postgres/queries/compaction.ts';
import { deliveryToMake, forgetDeliveries, noteEndpoint, noteTry } from '#db/postgres/queries/webhooks.ts';
import type { Hooks } from '../../integrations/kit.ts';
import type { Job } from '../../jobs/queue.ts';
import { unseal, type SealKey } from '../sealed-secret.ts';

const HOUR_MS = 3_600_000;
/** How long the log of deliveries goes back. */
const KEEP_DAYS = 30;
export const WEBHOOK_UPKEEP_QUEUE = 'webhook-upkeep';

export interface DeliverDeps {
  pool: Pool;
  hooks: Hooks;
  keys: readonly SealKey[];
  now(): Date;
  /** For tests: called after the call and before it is noted. */
  step?(): void | Promise<void>;
}

/** What a secret is sealed for. */
export const secretOf = (clinicId: string, endpointId: string): string => `webhook|${clinicId}|${endpointId}`;

/** @returns why a job is to be tried again, by its id */
export async function deliverAll(deps: DeliverDeps, jobs: readonly Job[]): Promise<Map<string, string>> {
  const failed = new Map<string, string>();
  // Together: one that does not answer holds up no other.
  await Promise.all(
    jobs.map(async ({ id: job, data: { clinicId, id } }) => {
      const code = clinicId === undefined || id === undefined ? undefined : await deliver(deps, clinicId, id);
      if (code !== undefined) failed.set(job, code);
    }),
  );
  return failed;
}

/** @returns a code of why it did not arrive; undefined: it did, or there is nothing to deliver any more */
export async function deliver({ pool, hooks, keys, now, step }: DeliverDeps, clinicId: string, id: string): Promise<string | undefined> {
  const made = await readClinic(pool, clinicId, (tx) => deliveryToMake(tx, clinicId, id));
  if (made === undefined || made.state === 'delivered') return undefined;
  const { endpointId, url, body } = made;
  const note = (tried: Parameters<typeof noteTry>[3]) => withClinic(pool, clinicId, (tx) => noteTry(tx, clinicId, id, tried, now()));
  if (!made.enabled) {
    await note({ state: 'dropped', status: null, ms: null, code: 'webhook/off' });
    return undefined;
  }
  const secret = unseal(keys, secretOf(clinicId, endpointId), made.secret);
  if (secret === undefined) {
    await note({ state: 'failed', status: null, ms: null, code: 'webhook/secret' });
    return 'webhook/secret';
  }
  const began = performance.now();
  const outcome = await hooks.call({ id, url, secret, body }, now());
  const ms = Math.round(performance.now() - began);
  await step?.();
  await withClinic(pool, clinicId, async (tx) => {
    const at = now();
    const before = new Date(at.getTime() - hooks.disableAfterHours * HOUR_MS);
    const { status } = outcome;
    await noteTry(tx, clinicId, id, { state: outcome.ok ? 'delivered' : 'failed', status, ms, code: outcome.ok ? null : outcome.code }, at);
    await noteEndpoint(tx, clinicId, endpointId, outcome.ok ? { ok: true } : { ok: false, now: at, before, gone: outcome.gone });
  });
  return outcome.ok || outcome.gone ? undefined : outcome.code;
}

/** The log of deliveries does not grow without end. @returns how many lines went */
export async function keepDeliveries({ pool, now }: Pick<DeliverDeps, 'pool' | 'now'>): Promise<number> {
  let gone = 0;
  for (const clinicId of await allClinics(pool))
    gone += await withClinic(pool, clinicId, (tx) => forgetDeliveries(tx, clinicId, new Date(now().getTime() - KEEP_DAYS * 24 * HOUR_MS)));
  return gone;
}
