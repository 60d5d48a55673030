/** A clinic's webhooks: an administrator names addresses, sees what went to them, and has it sent again. */
import { z } from 'zod';
import { WEBHOOK_EVENTS } from '#db/rules/webhook-events.ts';
import { webhookAddedSchema, webhooksAnswerSchema } from '#db/sync/webhooks.ts';
import { addWebhook, changeWebhook, listWebhooks, replayDelivery, testWebhook } from '../core/webhooks/manage.ts';
import { err } from '../core/result.ts';
import { route } from './route.ts';

const params = z.strictObject({ id: z.uuid().toLowerCase() });
const events = z.array(z.enum(WEBHOOK_EVENTS)).min(1).max(WEBHOOK_EVENTS.length);
const admin = { auth: 'person', roles: ['ADMIN'] } as const;

export const listHooks = route({
  ...admin,
  method: 'GET',
  path: '/v1/webhooks',
  summary: 'Addresses that are told of bookings and messages, and the 200 newest deliveries. No secrets.',
  responses: { 200: { description: 'Addresses and log.', schema: webhooksAnswerSchema } },
  async run({ deps, principal }) {
    return {
      status: 200,
      body: deps.webhooks === undefined ? { endpoints: [], deliveries: [] } : await listWebhooks(deps.webhooks, principal),
    };
  },
});

export const addHook = route({
  ...admin,
  method: 'POST',
  path: '/v1/webhooks',
  summary: 'Names an address; its secret is told in this answer and never again.',
  body: z.strictObject({ url: z.string().min(1).max(2000), events }),
  responses: { 201: { description: 'The secret, for the receiver.', schema: webhookAddedSchema } },
  async run({ deps, principal, body }) {
    if (deps.webhooks === undefined) return err('integration/off');
    const result = await addWebhook(deps.webhooks, principal, body);
    return result.ok ? { status: 201, body: result.value } : result;
  },
});

export const setHook = route({
  ...admin,
  method: 'POST',
  path: '/v1/webhooks/:id',
  summary: 'Switches an address on or off, or changes what it is told.',
  params,
  body: z.strictObject({ enabled: z.boolean().optional(), events: events.optional() }).refine((body) => Object.keys(body).length > 0),
  responses: { 204: { description: 'Done.' } },
  async run({ deps, principal, params: { id }, body }) {
    if (deps.webhooks === undefined) return err('webhook/unknown');
    const result = await changeWebhook(deps.webhooks, principal, id, body);
    return result.ok ? { status: 204 } : result;
  },
});

export const removeHook = route({
  ...admin,
  method: 'DELETE',
  path: '/v1/webhooks/:id',
  summary: 'Takes an address away; what waits for it is not delivered.',
  params,
  responses: { 204: { description: 'Gone.' } },
  async run({ deps, principal, params: { id } }) {
    if (deps.webhooks === undefined) return err('webhook/unknown');
    const result = await changeWebhook(deps.webhooks, principal, id, { enabled: false, deleted: true });
    return result.ok ? { status: 204 } : result;
  },
});

export const testHook = route({
  ...admin,
  method: 'POST',
  path: '/v1/webhooks/:id/test',
  summary: 'Sends an event that says only that it is a test.',
  params,
  responses: { 204: { description: 'It is on its way; the log says how it went.' } },
  async run({ deps, principal, params: { id } }) {
    const result = deps.webhooks === undefined ? err('webhook/unknown') : await testWebhook(deps.webhooks, principal, id);
    return result.ok ? { status: 204 } : result;
  },
});

export const replayHook = route({
  ...admin,
  method: 'POST',
  path: '/v1/webhooks/deliveries/:id/replay',
  summary: 'Delivers the same event again, under the same webhook-id.',
  params,
  responses: { 204: { description: 'It is on its way.' } },
  async run({ deps, principal, params: { id } }) {
    const result = deps.webhooks === undefined ? err('webhook/unknown') : await replayDelivery(deps.webhooks, principal, id);
    return result.ok ? { status: 204 } : result;
  },
});
