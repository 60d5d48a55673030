/** The clinic's switches are rows of its record; what the operator has, and what failed, the server tells. */
import { z } from 'zod';
import { err, ok, type Result } from '#electron/contract/verb.ts';
import { aiAgreement } from '#db/rules/ai-options.ts';
import { sameValue } from '#db/sync/row.ts';
import { INTEGRATIONS } from '#db/model/message.ts';
import { loosened } from '#db/rules/message-options.ts';
import { readReplica, writeReplica } from '#db/sqlite/store.ts';
import type { IntegrationView } from '#electron/contract/integrations.ts';
import { proofHeaders } from '../clinic/proof.ts';
import { askServer } from '../clinic/server-client.ts';
import { isStrict, settingId } from '../messages/message-facts.ts';
import type { Context } from '../context.ts';
import type { CoreServices } from '../services.ts';
import { service, useCase } from '../use-case.ts';

const stateReply = z.object({
  integrations: z.array(
    z.object({ name: z.string(), state: z.enum(['ready', 'not-configured', 'switched-off']), facts: z.record(z.string(), z.string()) }),
  ),
  strict: z.boolean(),
});
const deadReply = z.object({ jobs: z.array(z.object({ id: z.string(), queue: z.string(), reason: z.string(), failedAt: z.string() })) });

async function ask<T>({ clinic, ports }: CoreServices, method: 'GET' | 'POST', path: string, schema: z.ZodType<T>): Promise<Result<T>> {
  if (clinic === null) return err('session/closed');
  const url = readReplica(clinic.db, 'server-url');
  const credential = readReplica(clinic.db, 'device-credential');
  if (url === undefined || credential === undefined) return err('server/not-connected');
  const headers = proofHeaders(clinic.actor, { method, path, body: undefined });
  return askServer(ports, { url: `${url}${path}`, method, credential, headers }, schema);
}

/** An agreement that is new or was changed is recorded by whoever is in, now; an unchanged one keeps its stamp, and what is none is not kept. */
function withAgreement(ctx: Context, options: Readonly<Record<string, unknown>>, before: unknown): Record<string, unknown> {
  const { agreement, ...rest } = options;
  const stamped = { recordedById: ctx.actor.userId, recordedAt: ctx.now };
  const given = aiAgreement({ agreement: { ...(agreement as object | undefined), ...stamped } });
  if (given === null) return rest;
  const known = aiAgreement(before);
  return { ...rest, agreement: known !== null && sameValue({ ...known, ...stamped }, given) ? known : given };
}

export const integrationHandlers = [
  service('integration.list', async (services) => {
    const answer = await ask(services, 'GET', '/v1/integrations', stateReply);
    const known = answer.ok ? new Map(answer.value.integrations.map((one) => [one.name, one])) : undefined;
    return services.transaction((ctx) => {
      if (answer.ok) writeReplica(ctx.db, 'gdpr-strict', String(answer.value.strict));
      return ok({
        connected: answer.ok,
        strict: isStrict(ctx),
        // Of what this server does not have nothing is shown.
        integrations: INTEGRATIONS.filter((name) => known?.has(name) ?? (name === 'sms' || name === 'email')).map(
          (name): IntegrationView => {
            const row = ctx.get('integration_setting', settingId(ctx.clinicId, name));
            const told = known?.get(name);
            return {
              name,
              state: told?.state ?? 'unknown',
              facts: told?.facts ?? {},
              enabled: row?.enabled ?? false,
              options: row?.options ?? {},
            };
          },
        ),
      });
    });
  }),
  useCase('integration.set', (ctx, { name, enabled, options }) => {
    // The server holds to it whatever stands here.
    const problem = isStrict(ctx) && (name === 'sms' || name === 'email') ? loosened(name, options) : null;
    if (problem !== null) return err(problem);
    const id = settingId(ctx.clinicId, name);
    const set = name === 'ai' ? withAgreement(ctx, options, ctx.get('integration_setting', id)?.options) : options;
    ctx.put('integration_setting', id, { name, enabled, options: set, setById: ctx.actor.userId, setAt: ctx.now });
    ctx.audit({ action: 'change', subjectEntity: 'integration_setting', subjectId: id, details: { name, enabled } });
    return ok(null);
  }),
  service('integration.check', (services, { name }) =>
    ask(services, 'POST', `/v1/integrations/${name}/check`, z.object({ problem: z.string().nullable() })),
  ),
  service('job.dead', (services) => ask(services, 'GET', '/v1/jobs/dead', deadReply)),
  service('job.replay', (services, { id }) => ask(services, 'POST', `/v1/jobs/dead/${id}/replay`, z.null())),
];
