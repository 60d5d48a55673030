/** One's own HelseID, through the server that keeps who is who: bound and shown from here, by the signature of who is in (docs/decisions/0101). */
import { z } from 'zod';
import { err, ok } from '#electron/contract/verb.ts';
import { readReplica } from '#db/sqlite/store.ts';
import { helseIdStateSchema } from '#db/sync/helse-id.ts';
import { service } from '../use-case.ts';
import { askAsPerson } from './ask-as-person.ts';
import { verifierOf } from './sign-in.ts';

export const helseIdHandlers = [
  service('helseId.state', async (services) => {
    const reply = await askAsPerson(services, { method: 'GET', path: '/v1/helseid' }, helseIdStateSchema);
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
    const bound = await askAsPerson(services, { method: 'POST', path: '/v1/helseid/binding', body: { code, verifier } }, z.null());
    // What the server withheld until now comes down.
    if (bound.ok) await services.restartReplica();
    return bound;
  }),
  service('helseId.signOut', async ({ clinic, emit }) => {
    const server = clinic === null ? undefined : readReplica(clinic.db, 'server-url');
    if (server === undefined) return err('server/not-connected');
    const url = `${server}/auth/helseid/logout`;
    emit({ type: 'open-sign-in', url });
    return ok({ url });
  }),
  service('helseId.unbind', (services, { userId }) =>
    askAsPerson(services, { method: 'POST', path: `/v1/helseid/bindings/${userId}/remove` }, z.null()),
  ),
  service('helseId.require', (services, body) => askAsPerson(services, { method: 'PUT', path: '/v1/helseid/required', body }, z.null())),
];
