/** Webhooks lie at the server; every act goes there with the administrator's signature, and stands in the log there. */
import { z } from 'zod';
import { webhookAddedSchema, webhooksAnswerSchema } from '#db/sync/webhooks.ts';
import { askAsPerson } from '../clinic/ask-as-person.ts';
import { service } from '../use-case.ts';

export const webhookHandlers = [
  service('webhook.list', (services) => askAsPerson(services, { method: 'GET', path: '/v1/webhooks' }, webhooksAnswerSchema)),
  service('webhook.add', (services, body) => askAsPerson(services, { method: 'POST', path: '/v1/webhooks', body }, webhookAddedSchema)),
  service('webhook.set', (services, { id, enabled }) =>
    askAsPerson(services, { method: 'POST', path: `/v1/webhooks/${id}`, body: { enabled } }, z.null()),
  ),
  service('webhook.remove', (services, { id }) => askAsPerson(services, { method: 'DELETE', path: `/v1/webhooks/${id}` }, z.null())),
  service('webhook.test', (services, { id }) => askAsPerson(services, { method: 'POST', path: `/v1/webhooks/${id}/test` }, z.null())),
  service('webhook.replay', (services, { id }) =>
    askAsPerson(services, { method: 'POST', path: `/v1/webhooks/deliveries/${id}/replay` }, z.null()),
  ),
];
