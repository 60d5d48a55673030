/** What an administrator does with a clinic's webhooks. Where to is the clinic's own word: every change stands in the log. */
import { v7 } from 'uuid';
import { readClinic, withClinic, type Pool, type Tx } from '#db/postgres/open.ts';
import { personById } from '#db/postgres/queries/people.ts';
import {
  addDeliveries,
  addEndpoint,
  changeEndpoint,
  deliveries,
  endpoints,
  waitAgain,
  type DeliveryListed,
  type Endpoint,
} from '#db/postgres/queries/webhooks.ts';
import { WEBHOOK_TEST, type WebhookEventType } from '#db/rules/webhook-events.ts';
import type { Hooks } from '../../integrations/kit.ts';
import type { NewJob } from '../../jobs/queue.ts';
import type { Principal } from '../principal.ts';
import { err, ok, type Result } from '../result.ts';
import { seal, type SealKey } from '../sealed-secret.ts';
import { actorOf } from '../second-factor.ts';
import { logOnServer } from '../server-log.ts';
import { bodyOf, deliveryJob } from './announce.ts';
import { secretOf } from './deliver.ts';

const MOST_ENDPOINTS = 10;
const MOST_LISTED = 200;

export interface WebhookDeps {
  pool: Pool;
  hooks: Hooks;
  keys: readonly SealKey[];
  enqueue(tx: Pick<Tx, 'query'>, jobs: readonly NewJob[]): Promise<void>;
  now(): Date;
}

export async function listWebhooks(
  { pool }: WebhookDeps,
  { clinicId }: Principal,
): Promise<{ endpoints: Endpoint[]; deliveries: DeliveryListed[] }> {
  return readClinic(pool, clinicId, async (tx) => ({
    endpoints: await endpoints(tx, clinicId),
    deliveries: await deliveries(tx, clinicId, MOST_LISTED),
  }));
}

/** @returns the secret, which is told this once. Errors: webhook/address, webhook/not-https, webhook/private, webhook/too-many */
export async function addWebhook(
  deps: WebhookDeps,
  who: Principal,
  { url, events }: { url: string; events: readonly WebhookEventType[] },
): Promise<Result<{ id: string; secret: string }>> {
  const { pool, hooks, keys } = deps;
  const problem = hooks.addressProblem(url);
  if (problem !== undefined) return err(problem);
  const id = v7();
  const secret = hooks.newSecret();
  const sealed = seal(keys, secretOf(who.clinicId, id), secret);
  return withClinic(pool, who.clinicId, async (tx) => {
    if ((await endpoints(tx, who.clinicId)).length >= MOST_ENDPOINTS) return err('webhook/too-many');
    await addEndpoint(tx, who.clinicId, { id, url, events, secret: sealed, createdById: who.userId });
    await logged(deps, tx, who, 'webhook.add', { id, host: new URL(url).host, events });
    return ok({ id, secret });
  });
}

/** Errors: webhook/unknown */
export async function changeWebhook(
  deps: WebhookDeps,
  who: Principal,
  id: string,
  change: { enabled?: boolean | undefined; events?: readonly WebhookEventType[] | undefined; deleted?: true },
): Promise<Result<null>> {
  return withClinic(deps.pool, who.clinicId, async (tx) => {
    if (!(await changeEndpoint(tx, who.clinicId, id, change))) return err('webhook/unknown');
    await logged(deps, tx, who, change.deleted ? 'webhook.remove' : 'webhook.set', { id, ...change });
    return ok(null);
  });
}

/** Tells the address something that says only that it is a test. Errors: webhook/unknown */
export async function testWebhook({ pool, enqueue, now }: WebhookDeps, { clinicId }: Principal, id: string): Promise<Result<null>> {
  return withClinic(pool, clinicId, async (tx) => {
    if (!(await endpoints(tx, clinicId)).some((one) => one.id === id)) return err('webhook/unknown');
    const at = now();
    const delivery = { id: v7(), endpointId: id, type: WEBHOOK_TEST, seq: 0, body: bodyOf(WEBHOOK_TEST, at, { clinicId }) };
    await addDeliveries(tx, clinicId, [delivery], at);
    await enqueue(tx, [deliveryJob(clinicId, delivery.id)]);
    return ok(null);
  });
}

/** The same event again, under the same id. Errors: webhook/unknown */
export async function replayDelivery({ pool, enqueue }: WebhookDeps, { clinicId }: Principal, id: string): Promise<Result<null>> {
  return withClinic(pool, clinicId, async (tx) => {
    if (!(await waitAgain(tx, clinicId, id))) return err('webhook/unknown');
    await enqueue(tx, [deliveryJob(clinicId, id)]);
    return ok(null);
  });
}

async function logged({ now }: WebhookDeps, tx: Tx, who: Principal, verb: string, details: Record<string, unknown>): Promise<void> {
  const actor = actorOf(who.userId, await personById(tx, who.clinicId, who.userId));
  await logOnServer(tx, who.clinicId, { at: now(), actor, action: 'change', verb, userId: who.userId, details });
}
