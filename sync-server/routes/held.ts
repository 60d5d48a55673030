/** What was written into what had been erased by law: read by whoever decided about it, in a body, with their signature. */
import { heldAnswerSchema, heldRequestSchema } from '#db/sync/held.ts';
import { listHeld } from '../core/held.ts';
import { keysOf } from '../core/second-factor.ts';
import { route } from './route.ts';

export const readHeld = route({
  method: 'POST',
  path: '/v1/held',
  summary: 'Changes to what had been erased by law, opened for whoever decided about the erasure. A clinician asks, with their signature.',
  auth: 'person',
  reads: 'chart',
  body: heldRequestSchema,
  responses: { 200: { description: 'Changes as their writers signed them.', schema: heldAnswerSchema } },
  async run({ deps, principal, body }) {
    const result = await listHeld(deps.pool, keysOf(deps), principal, body.limit);
    return result.ok ? { status: 200, body: result.value } : result;
  },
});
