/** The clinic's webhooks, which lie at the server alone: asked for and changed online, by an administrator. */
import { z } from 'zod';
import { WEBHOOK_EVENTS } from '#db/rules/webhook-events.ts';
import { verb } from './verb.ts';

export interface WebhookView {
  id: string;
  url: string;
  events: string[];
  enabled: boolean;
  /** ISO instant since when nothing has arrived. */
  failingSince: string | null;
  /** Code of why it was switched off by itself. */
  endedBy: string | null;
}
export interface DeliveryView {
  id: string;
  endpointId: string;
  type: string;
  state: 'waiting' | 'delivered' | 'failed' | 'dropped';
  attempts: number;
  status: number | null;
  ms: number | null;
  code: string | null;
  createdAt: string;
  triedAt: string | null;
}

const NET = ['net/unreachable', 'server/not-connected', 'server/refused', 'role/forbidden', 'actor/proof'];
const events = z.array(z.enum(WEBHOOK_EVENTS)).min(1);
const id = z.uuid();

export const webhooks = {
  'webhook.list': verb<{ endpoints: WebhookView[]; deliveries: DeliveryView[] }>()(z.object({}), NET),
  /** The secret is told this once. */
  'webhook.add': verb<{ id: string; secret: string }>()(z.object({ url: z.string().trim().min(1).max(2000), events }), [
    ...NET,
    'webhook/address',
    'webhook/not-https',
    'webhook/private',
    'webhook/too-many',
    'integration/off',
  ]),
  'webhook.set': verb<null>()(z.object({ id, enabled: z.boolean() }), [...NET, 'webhook/unknown']),
  'webhook.remove': verb<null>()(z.object({ id }), [...NET, 'webhook/unknown']),
  'webhook.test': verb<null>()(z.object({ id }), [...NET, 'webhook/unknown']),
  /** Delivered again under the same id. */
  'webhook.replay': verb<null>()(z.object({ id }), [...NET, 'webhook/unknown']),
};
