/**
 * One's own second factor, through the server that keeps it and logs what is done to it. This laptop never sees the secret but in the
 * moment it is shown, and never asks for a code: here the laptop itself is the second thing (docs/decisions/0055).
 */
import { z } from 'zod';
import { ok } from '#electron/contract/verb.ts';
import { service } from '../use-case.ts';
import { askAsPerson } from './ask-as-person.ts';

const listReply = z.object({ people: z.array(z.object({ userId: z.uuid(), since: z.string(), recoveryCodesLeft: z.int() })) });
const codesReply = z.object({ recoveryCodes: z.array(z.string()) });

export const secondFactorHandlers = [
  service('secondFactor.state', async (services) => {
    const reply = await askAsPerson(services, { method: 'GET', path: '/v1/second-factor' }, listReply);
    if (!reply.ok) return reply.code === 'server/not-connected' ? ok({ connected: false, own: null, others: [] }) : reply;
    const me = services.clinic?.actor.userId;
    const own = reply.value.people.find(({ userId }) => userId === me);
    return ok({
      connected: true,
      own: own === undefined ? null : { since: own.since, recoveryCodesLeft: own.recoveryCodesLeft },
      others: reply.value.people.flatMap(({ userId }) => (userId === me ? [] : [userId])),
    });
  }),
  service('secondFactor.begin', (services) =>
    askAsPerson(services, { method: 'POST', path: '/v1/second-factor' }, z.object({ secret: z.string(), uri: z.string() })),
  ),
  service('secondFactor.confirm', (services, body) =>
    askAsPerson(services, { method: 'POST', path: '/v1/second-factor/confirm', body }, codesReply),
  ),
  service('secondFactor.newCodes', (services, body) =>
    askAsPerson(services, { method: 'POST', path: '/v1/second-factor/recovery-codes', body }, codesReply),
  ),
  service('secondFactor.off', (services, body) => askAsPerson(services, { method: 'POST', path: '/v1/second-factor/off', body }, z.null())),
  service('secondFactor.reset', (services, { userId }) =>
    askAsPerson(services, { method: 'POST', path: `/v1/accounts/${userId}/second-factor/reset` }, z.null()),
  ),
];
