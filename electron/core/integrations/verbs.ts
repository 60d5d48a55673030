/** The clinic's switches are rows of its record; what the operator has, and what failed, the server tells. */
import { z } from 'zod';
import { err, ok } from '#electron/contract/verb.ts';
import { aiAgreement } from '#db/rules/ai-options.ts';
import { sameValue } from '#db/sync/row.ts';
import { INTEGRATIONS } from '#db/model/message.ts';
import { emailOptions, loosened } from '#db/rules/message-options.ts';
import { writeReplica } from '#db/sqlite/store.ts';
import type { IntegrationView } from '#electron/contract/integrations.ts';
import { askAsPerson } from '../clinic/ask-as-person.ts';
import { isStrict, settingId } from '../messages/message-facts.ts';
import type { Context } from '../context.ts';
import { service, useCase } from '../use-case.ts';

const stateReply = z.object({
  integrations: z.array(
    z.object({ name: z.string(), state: z.enum(['ready', 'not-configured', 'switched-off']), facts: z.record(z.string(), z.string()) }),
  ),
  strict: z.boolean(),
});
const deadReply = z.object({ jobs: z.array(z.object({ id: z.string(), queue: z.string(), reason: z.string(), failedAt: z.string() })) });

/** An agreement that is new or was changed is recorded by whoever is in, now; an unchanged one keeps its stamp, and what is none is not kept. */
function withAgreement(ctx: Context, options: Readonly<Record<string, unknown>>, before: unknown): Record<string, unknown> {
  const { agreement, ...rest } = options;
  const stamped = { recordedById: ctx.actor.userId, recordedAt: ctx.now };
  const given = aiAgreement({ agreement: { ...(agreement as object | undefined), ...stamped } });
  if (given === null) return rest;
  const known = aiAgreement(before);
  return { ...rest, agreement: known !== null && sameValue({ ...known, ...stamped }, given) ? known : given };
}

/** The same for watching e-mail: only where it lies is the window's to say. */
function withTrackingAgreement(ctx: Context, options: Readonly<Record<string, unknown>>, before: unknown): Record<string, unknown> {
  const { trackingAgreement, ...rest } = options;
  const reference = z.object({ reference: z.string().trim() }).safeParse(trackingAgreement).data?.reference ?? '';
  if (reference === '') return { ...options };
  const known = emailOptions(before).trackingAgreement;
  const mine = { byId: ctx.actor.userId, at: ctx.now, reference };
  return { ...rest, trackingAgreement: known?.reference === reference ? known : mine };
}

const STAMPED: Partial<Record<IntegrationView['name'], typeof withAgreement>> = { ai: withAgreement, email: withTrackingAgreement };

export const integrationHandlers = [
  service('integration.list', async (services) => {
    const answer = await askAsPerson(services, { method: 'GET', path: '/v1/integrations' }, stateReply);
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
    const id = settingId(ctx.clinicId, name);
    const set = STAMPED[name]?.(ctx, options, ctx.get('integration_setting', id)?.options) ?? options;
    // The server holds to it whatever stands here.
    const problem = isStrict(ctx) && (name === 'sms' || name === 'email') ? loosened(name, set) : null;
    if (problem !== null) return err(problem);
    ctx.put('integration_setting', id, { name, enabled, options: set, setById: ctx.actor.userId, setAt: ctx.now });
    ctx.audit({ action: 'change', subjectEntity: 'integration_setting', subjectId: id, details: { name, enabled } });
    return ok(null);
  }),
  service('integration.check', (services, { name }) =>
    askAsPerson(services, { method: 'POST', path: `/v1/integrations/${name}/check` }, z.object({ problem: z.string().nullable() })),
  ),
  service('job.dead', (services) => askAsPerson(services, { method: 'GET', path: '/v1/jobs/dead' }, deadReply)),
  service('job.replay', (services, { id }) => askAsPerson(services, { method: 'POST', path: `/v1/jobs/dead/${id}/replay` }, z.null())),
];
