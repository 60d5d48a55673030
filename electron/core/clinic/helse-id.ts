/** One's own HelseID, through the server that keeps who is who: bound and shown from here, by the signature of who is in (docs/decisions/0101). */
import { z } from 'zod';
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import { readReplica } from '#db/sqlite/store.ts';
import type { CoreServices } from '../services.ts';
import { service } from '../use-case.ts';
import { proofHeaders } from './proof.ts';
import { askServer } from './server-client.ts';
import { verifierOf } from './sign-in.ts';

const stateReply = z.object({
  on: z.boolean(),
  required: z.boolean(),
  shownAt: z.string().nullable(),
  people: z.array(
    z.object({
      userId: z.uuid(),
      hprNumber: z.string().nullable(),
      profession: z.string().nullable(),
      level: z.int(),
      boundAt: z.string(),
      lastAt: z.string(),
    }),
  ),
});

interface Asked {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  body?: unknown;
}

/** Asks the clinic's server in the name of who is in. */
async function ask<T>({ clinic, ports }: CoreServices, request: Asked, schema: z.ZodType<T>): Promise<Result<T>> {
  if (clinic === null) return err('session/closed');
  const url = readReplica(clinic.db, 'server-url');
  const credential = readReplica(clinic.db, 'device-credential');
  if (url === undefined || credential === undefined) return err('server/not-connected');
  const { path, ...rest } = request;
  return askServer(ports, { ...rest, url: `${url}${path}`, credential, headers: proofHeaders(clinic.actor, request) }, schema);
}

export const helseIdHandlers = [
  service('helseId.state', async (services) => {
    const reply = await ask(services, { method: 'GET', path: '/v1/helseid' }, stateReply);
    const nothing = { connected: false, on: false, required: false, shownAt: null, own: null, others: [] };
    // An older server knows nothing of it.
    if (!reply.ok) return ['server/not-connected', 'route/unknown'].includes(reply.code) ? ok(nothing) : reply;
    const { people, ...state } = reply.value;
    const me = services.clinic?.actor.userId;
    return ok({
      ...state,
      connected: true,
      own: people.find(({ userId }) => userId === me) ?? null,
      others: people.filter(({ userId }) => userId !== me),
    });
  }),
  service('helseId.bind', async (services, { code: whole }) => {
    const code = whole.slice(whole.lastIndexOf('#') + 1).trim();
    const verifier = verifierOf(services.ports, code);
    if (verifier === undefined) return err('join/code-unknown');
    const bound = await ask(services, { method: 'POST', path: '/v1/helseid/binding', body: { code, verifier } }, z.null());
    // What the server withheld until now comes down.
    if (bound.ok) await services.restartReplica();
    return bound;
  }),
  service('helseId.unbind', (services, { userId }) =>
    ask(services, { method: 'POST', path: `/v1/helseid/bindings/${userId}/remove` }, z.null()),
  ),
  service('helseId.require', (services, body) => ask(services, { method: 'PUT', path: '/v1/helseid/required', body }, z.null())),
];
