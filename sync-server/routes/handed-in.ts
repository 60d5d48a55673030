/** What revoked devices handed in: read and decided by a clinician, in a body, with their signature. */
import { handedInAnswerSchema, handedInDecidedSchema, handedInDecisionSchema, handedInRequestSchema } from '#db/sync/handed-in.ts';
import { decideHandedIn, listHandedIn } from '../core/handed-in.ts';
import { route } from './route.ts';

export const readHandedIn = route({
  method: 'POST',
  path: '/v1/handed-in',
  summary: 'Changes that revoked devices handed in and nobody has decided about. A clinician asks, with their signature.',
  auth: 'person',
  reads: 'chart',
  body: handedInRequestSchema,
  responses: { 200: { description: 'Changes as their writers signed them.', schema: handedInAnswerSchema } },
  async run({ deps, principal, body }) {
    const result = await listHandedIn(deps.pool, principal, body.limit);
    return result.ok ? { status: 200, body: result.value } : result;
  },
});

export const decideOnHandedIn = route({
  method: 'POST',
  path: '/v1/handed-in/decide',
  summary: 'Takes such changes into the record, or sets them aside; both are kept. A clinician decides, with their signature.',
  auth: 'person',
  reads: 'chart',
  body: handedInDecisionSchema,
  responses: { 200: { description: 'What became of each.', schema: handedInDecidedSchema } },
  async run({ deps, principal, body }) {
    const result = await decideHandedIn(deps.pool, principal, body, deps.now());
    return result.ok ? { status: 200, body: result.value } : result;
  },
});
