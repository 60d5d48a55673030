/** The clinic's log. Asked for in a body: whose journal it is about does not stand in an address. */
import { logAnswerSchema, logRequestSchema, signedAnchorSchema } from '#db/sync/access-log.ts';
import { anchorOf } from '../core/anchor.ts';
import { readLog } from '../core/read-log.ts';
import { route } from './route.ts';

export const readAudit = route({
  method: 'POST',
  path: '/v1/audit',
  summary:
    'A page of the log of who did what, newest first: all of it for an ADMIN, what concerns one patient for a clinician. Signed by the person who asks.',
  auth: 'person',
  budget: 'export',
  body: logRequestSchema,
  responses: { 200: { description: 'Events.', schema: logAnswerSchema } },
  async run({ deps, principal, body }) {
    const result = await readLog(deps.pool, principal, body);
    return result.ok ? { status: 200, body: result.value } : result;
  },
});

export const auditAnchor = route({
  method: 'GET',
  path: '/v1/audit/anchor',
  summary: "Where the clinic's log stands now, signed: a laptop keeps one a day, and finds by it a log that was rewritten.",
  auth: 'signed-in',
  responses: { 200: { description: 'The last event of the chain.', schema: signedAnchorSchema } },
  async run({ deps, principal }) {
    return { status: 200, body: await anchorOf(deps.pool, principal.clinicId, deps.sessionKey, deps.now()) };
  },
});
