/** What Clerk tells us. */
import { applyClerkEvent } from '../core/clerk/people.ts';
import { readWebhook } from '../core/clerk/webhook.ts';
import { err } from '../core/result.ts';
import type { RawBody } from './integrations.ts';
import { route } from './route.ts';

export const clerkWebhook = route({
  method: 'POST',
  path: '/api/v1/webhooks/clerk',
  summary: 'Webhook of Clerk, signed by Svix: user.created, user.updated, user.deleted, session.ended, session.revoked, session.removed.',
  auth: 'open',
  takesRaw: true,
  bodyBytes: 262_144,
  responses: { 204: { description: 'Taken; the same delivery again has no effect.' } },
  async run({ deps, body, headers }) {
    if (deps.clerk === undefined) return err('clerk/off');
    const received = await readWebhook(deps.clerk.webhookSecret, (body as RawBody).raw, headers);
    if (!received.ok) return received;
    for (const clinicId of await applyClerkEvent(deps.pool, received.value, deps.now())) deps.wakeUps.announce?.(clinicId);
    return { status: 204 };
  },
});
