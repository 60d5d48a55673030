/** Integrations and their work: what is on here, whether a vendor knows us, what failed for good, and what vendors tell. */
import { z } from 'zod';
import { INTEGRATIONS } from '#db/model/message.ts';
import { err } from '../core/result.ts';
import { takeEvents } from '../core/messages/receive.ts';
import { route } from './route.ts';

const stateSchema = z.object({
  name: z.enum(INTEGRATIONS),
  state: z.enum(['ready', 'not-configured', 'switched-off']),
  facts: z.record(z.string(), z.string()),
});
const deadSchema = z.object({
  id: z.string(),
  queue: z.string(),
  reason: z.string(),
  data: z.record(z.string(), z.string()),
  failedAt: z.string(),
});

export const listIntegrations = route({
  method: 'GET',
  path: '/v1/integrations',
  summary: 'What the operator has configured of each integration, and switched on. No secrets.',
  auth: 'signed-in',
  responses: { 200: { description: 'States.', schema: z.object({ integrations: z.array(stateSchema), strict: z.boolean() }) } },
  async run({ deps }) {
    return { status: 200, body: { integrations: deps.integrations?.states() ?? [], strict: deps.gdprStrict === true } };
  },
});

export const checkIntegration = route({
  method: 'POST',
  path: '/v1/integrations/:name/check',
  summary: 'Asks the vendor whether it knows us. Sends nothing to anybody.',
  auth: 'person',
  roles: ['ADMIN'],
  params: z.strictObject({ name: z.enum(INTEGRATIONS) }),
  responses: { 200: { description: 'A code of what is wrong, or null.', schema: z.object({ problem: z.string().nullable() }) } },
  async run({ deps, principal, params }) {
    return {
      status: 200,
      body: {
        problem:
          (await deps.integrations?.check(params.name, principal.clinicId)) ?? (deps.integrations === undefined ? 'integration/off' : null),
      },
    };
  },
});

export const deadJobs = route({
  method: 'GET',
  path: '/v1/jobs/dead',
  summary: 'Work of this clinic that failed for good, and why.',
  auth: 'person',
  roles: ['ADMIN'],
  responses: { 200: { description: 'Oldest first, at most 200.', schema: z.object({ jobs: z.array(deadSchema) }) } },
  async run({ deps, principal }) {
    return { status: 200, body: { jobs: (await deps.jobs?.dead(principal.clinicId)) ?? [] } };
  },
});

export const replayJob = route({
  method: 'POST',
  path: '/v1/jobs/dead/:id/replay',
  summary: 'Tries it again, from the beginning. What may have gone out is not sent a second time.',
  auth: 'person',
  roles: ['ADMIN'],
  params: z.strictObject({ id: z.uuid() }),
  responses: { 204: { description: 'It waits in its queue again.' } },
  async run({ deps, principal, params }) {
    return (await deps.jobs?.replay(principal.clinicId, params.id)) === true ? { status: 204 } : err('job/unknown');
  },
});

export const receiveWebhook = route({
  method: 'POST',
  path: '/api/v1/webhooks/:source',
  summary: 'News of a vendor, by its own signature. The same news twice has one effect.',
  auth: 'open',
  takesRaw: true,
  params: z.strictObject({ source: z.string().regex(/^[a-z0-9-]{1,40}$/) }),
  responses: { 204: { description: 'Taken.' }, 401: { description: 'Not their signature.' } },
  async run({ deps, params, body, headers, url }) {
    const webhook = deps.integrations?.webhook(params.source);
    if (webhook === undefined || deps.messages === undefined) return err('route/unknown');
    const { raw, contentType } = body as RawBody;
    if (contentType !== webhook.contentType) return err('request/media-type');
    const events = await webhook.verify({ url: `${deps.publicUrl ?? ''}${url}`, headers, raw });
    if (events === undefined) return err('webhook/signature');
    const { lost } = await takeEvents(deps.messages, params.source, events);
    if (lost > 0) deps.log.info({ source: params.source, lost }, 'news of a vendor belong to no clinic here');
    return { status: 204 };
  },
});

/** What a route that `takesRaw` gets as its body. */
export interface RawBody {
  raw: Buffer;
  contentType: string;
}
