/** Webhooks lie at the server; every act goes there with the administrator's signature, and stands in the log there. */
import { z } from 'zod';
import { err, type Result } from '#electron/contract/verb.ts';
import { readReplica } from '#db/sqlite/store.ts';
import { proofHeaders } from '../clinic/proof.ts';
import { askServer } from '../clinic/server-client.ts';
import type { CoreServices } from '../services.ts';
import { service } from '../use-case.ts';

const instant = z.string().nullable();
const listed = z.object({
  endpoints: z.array(
    z.object({
      id: z.string(),
      url: z.string(),
      events: z.array(z.string()),
      enabled: z.boolean(),
      failingSince: instant,
      endedBy: z.string().nullable(),
    }),
  ),
  deliveries: z.array(
    z.object({
      id: z.string(),
      endpointId: z.string(),
      type: z.string(),
      state: z.enum(['waiting', 'delivered', 'failed', 'dropped']),
      attempts: z.number(),
      status: z.number().nullable(),
      ms: z.number().nullable(),
      code: z.string().nullable(),
      createdAt: z.string(),
      triedAt: instant,
    }),
  ),
});

async function ask<T>(
  { clinic, ports }: CoreServices,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  schema: z.ZodType<T>,
  body?: unknown,
): Promise<Result<T>> {
  if (clinic === null) return err('session/closed');
  const url = readReplica(clinic.db, 'server-url');
  const credential = readReplica(clinic.db, 'device-credential');
  if (url === undefined || credential === undefined) return err('server/not-connected');
  const headers = proofHeaders(clinic.actor, { method, path, body });
  return askServer(ports, { url: `${url}${path}`, method, credential, headers, ...(body === undefined ? {} : { body }) }, schema);
}

export const webhookHandlers = [
  service('webhook.list', (services) => ask(services, 'GET', '/v1/webhooks', listed)),
  service('webhook.add', (services, body) => ask(services, 'POST', '/v1/webhooks', z.object({ id: z.string(), secret: z.string() }), body)),
  service('webhook.set', (services, { id, enabled }) => ask(services, 'POST', `/v1/webhooks/${id}`, z.null(), { enabled })),
  service('webhook.remove', (services, { id }) => ask(services, 'DELETE', `/v1/webhooks/${id}`, z.null())),
  service('webhook.test', (services, { id }) => ask(services, 'POST', `/v1/webhooks/${id}/test`, z.null())),
  service('webhook.replay', (services, { id }) => ask(services, 'POST', `/v1/webhooks/deliveries/${id}/replay`, z.null())),
];
