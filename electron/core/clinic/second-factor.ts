/**
 * One's own second factor, through the server that keeps it and logs what is done to it. This laptop never sees the secret but in the
 * moment it is shown, and never asks for a code: here the laptop itself is the second thing (docs/decisions/0055).
 */
import { z } from 'zod';
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import { readReplica } from '#db/sqlite/store.ts';
import type { CoreServices } from '../services.ts';
import { service } from '../use-case.ts';
import { proofHeaders } from './proof.ts';
import { askServer } from './server-client.ts';

const listReply = z.object({ people: z.array(z.object({ userId: z.uuid(), since: z.string(), recoveryCodesLeft: z.int() })) });
const codesReply = z.object({ recoveryCodes: z.array(z.string()) });

/** Asks the clinic's server in the name of who is in. */
async function ask<T>(
  { clinic, ports }: CoreServices,
  method: 'GET' | 'POST',
  path: string,
  body: unknown,
  schema: z.ZodType<T>,
): Promise<Result<T>> {
  if (clinic === null) return err('session/closed');
  const url = readReplica(clinic.db, 'server-url');
  const credential = readReplica(clinic.db, 'device-credential');
  if (url === undefined || credential === undefined) return err('server/not-connected');
  const headers = proofHeaders(clinic.actor, { method, path, body });
  return askServer(ports, { url: `${url}${path}`, method, credential, headers, ...(body === undefined ? {} : { body }) }, schema);
}

export const secondFactorHandlers = [
  service('secondFactor.state', async (services) => {
    const reply = await ask(services, 'GET', '/v1/second-factor', undefined, listReply);
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
    ask(services, 'POST', '/v1/second-factor', undefined, z.object({ secret: z.string(), uri: z.string() })),
  ),
  service('secondFactor.confirm', (services, body) => ask(services, 'POST', '/v1/second-factor/confirm', body, codesReply)),
  service('secondFactor.newCodes', (services, body) => ask(services, 'POST', '/v1/second-factor/recovery-codes', body, codesReply)),
  service('secondFactor.off', (services, body) => ask(services, 'POST', '/v1/second-factor/off', body, z.null())),
  service('secondFactor.reset', (services, { userId }) =>
    ask(services, 'POST', `/v1/accounts/${userId}/second-factor/reset`, undefined, z.null()),
  ),
];
