/** Signing in by HelseID, for a laptop that waits on its loopback; and what an administrator decides about it. */
import { z } from 'zod';
import { helseIdStateSchema } from '#db/sync/helse-id.ts';
import { bindOwn, setLevelAsked, stateFor, unbind } from '../core/helseid/people.ts';
import { beginLogin, finishLogin, waitingLaptop } from '../core/helseid/logins.ts';
import { err } from '../core/result.ts';
import { closeHelseIdSession, openHelseIdSession } from '../core/sessions.ts';
import { route, type Reply } from './route.ts';

const PAGE = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};
const page = (status: number, text: string): Reply => ({
  status,
  headers: PAGE,
  body: `<!doctype html><html lang="nb"><meta charset="utf-8"><title>Ryggrad</title><style>body{font:16px system-ui;margin:15vh auto;max-width:32rem;padding:0 1rem}</style><h1>Ryggrad</h1><p>${text}</p></html>`,
});
const AGAIN = 'Gå tilbake til Ryggrad på maskinen din, og begynn innloggingen på nytt.';

/** What came of a sign-in, and what the laptop keeps: 43 letters at least (RFC 7636). */
const shown = { code: z.string().min(4).max(200), verifier: z.string().min(43).max(128) };
const id = z.uuid().refine((value) => value === value.toLowerCase(), 'in lower case');

export const helseIdLogin = route({
  method: 'GET',
  path: '/auth/helseid/login',
  summary: 'Sends the browser to HelseID, for a laptop that waits on 127.0.0.1 at `port`.',
  auth: 'open',
  budget: 'door',
  query: waitingLaptop,
  responses: { 303: { description: 'To HelseID.' }, 502: { description: 'HelseID does not answer, or does not take us.' } },
  async run({ deps, query }) {
    const { helseId } = deps;
    if (helseId === undefined) return err('helseid/off');
    const begun = await beginLogin({ ...deps, helseId }, query);
    if (!begun.ok) return page(502, `HelseID svarer ikke slik det skal akkurat nå. ${AGAIN}`);
    return { status: 303, headers: { ...PAGE, location: begun.value.url, 'set-cookie': begun.value.cookie }, body: '' };
  },
});

export const helseIdCallback = route({
  method: 'GET',
  path: '/auth/helseid/callback',
  summary: 'Where HelseID sends the browser back to; from here to the laptop, with a one-time code or with why not.',
  auth: 'open',
  budget: 'door',
  responses: { 303: { description: 'To the laptop.' }, 400: { description: 'No login of this browser.' } },
  async run({ deps, url, headers }) {
    const { helseId } = deps;
    if (helseId === undefined) return err('helseid/off');
    const query = url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
    const finished = await finishLogin({ ...deps, helseId }, query, headers['cookie']);
    if (finished === undefined)
      return page(400, `Denne innloggingen er brukt eller for gammel, eller den ble begynt i en annen nettleser. ${AGAIN}`);
    return { status: 303, headers: { ...PAGE, location: finished.laptop, 'set-cookie': finished.cookie }, body: '' };
  },
});

export const helseIdLogout = route({
  method: 'GET',
  path: '/auth/helseid/logout',
  summary: 'Sends the browser to where its session at HelseID is ended.',
  auth: 'open',
  budget: 'door',
  responses: { 303: { description: 'To HelseID.' }, 502: { description: 'HelseID does not answer.' } },
  async run({ deps }) {
    if (deps.helseId === undefined) return err('helseid/off');
    const out = await deps.helseId.logoutUrl();
    if (!out.ok) return page(502, 'HelseID svarer ikke akkurat nå. Lukk nettleseren for å være logget ut.');
    return { status: 303, headers: { ...PAGE, location: out.value }, body: '' };
  },
});

export const helseIdSession = route({
  method: 'POST',
  path: '/v1/sessions/helseid',
  summary: 'What a sign-in by HelseID gave, for a short token with its level.',
  auth: 'open',
  budget: 'door',
  body: z.strictObject(shown),
  responses: {
    200: {
      description: 'A token for 15 minutes.',
      schema: z.object({
        accessToken: z.string(),
        expiresIn: z.int(),
        user: z.object({ id: z.uuid(), name: z.string(), email: z.string(), roles: z.array(z.string()) }),
        clinic: z.object({ id: z.uuid(), name: z.string() }),
      }),
    },
  },
  async run({ deps, body }) {
    if (deps.helseId === undefined) return err('helseid/off');
    const result = await openHelseIdSession(deps, body);
    return result.ok ? { status: 200, body: result.value } : result;
  },
});

export const endHelseIdSession = route({
  method: 'DELETE',
  path: '/v1/sessions/helseid',
  summary: 'Ends the session of this token, if it began by HelseID.',
  auth: 'signed-in',
  responses: { 204: { description: 'Ended.' } },
  async run({ deps, principal }) {
    await closeHelseIdSession(deps, principal);
    return { status: 204 };
  },
});

export const helseIdState = route({
  method: 'GET',
  path: '/v1/helseid',
  summary: 'Whether HelseID is used here, whether the clinic asks for it, and who is bound: oneself, or all for an administrator.',
  auth: 'person',
  responses: {
    200: {
      description: 'As it is now.',
      schema: helseIdStateSchema,
    },
  },
  run: async ({ deps, principal }) => ({ status: 200, body: await stateFor(deps.pool, principal, deps.helseId !== undefined) }),
});

export const bindHelseId = route({
  method: 'POST',
  path: '/v1/helseid/binding',
  summary: 'Binds oneself to what a sign-in by HelseID gave, and shows its level at this device.',
  auth: 'person',
  body: z.strictObject(shown),
  responses: { 204: { description: 'Bound, or shown again.' } },
  async run({ deps, principal, body }) {
    if (deps.helseId === undefined) return err('helseid/off');
    const result = await bindOwn(deps, principal, body.code, body.verifier);
    return result.ok ? { status: 204 } : result;
  },
});

export const unbindHelseId = route({
  method: 'POST',
  path: '/v1/helseid/bindings/:userId/remove',
  summary: 'Takes a colleague’s binding away: sessions by it end, and the next one begins with an invitation. ADMIN.',
  auth: 'person',
  roles: ['ADMIN'],
  params: z.strictObject({ userId: id }),
  responses: { 204: { description: 'Removed.' } },
  async run({ deps, principal, params }) {
    const result = await unbind(deps, principal, params.userId);
    return result.ok ? { status: 204 } : result;
  },
});

export const requireHelseId = route({
  method: 'PUT',
  path: '/v1/helseid/required',
  summary: 'Whether charts are read over the network only by who has shown level 4. ADMIN, who has shown it at this device.',
  auth: 'person',
  roles: ['ADMIN'],
  body: z.strictObject({ required: z.boolean() }),
  responses: { 204: { description: 'So it is now.' } },
  async run({ deps, principal, body }) {
    if (body.required && deps.helseId === undefined) return err('helseid/off');
    const result = await setLevelAsked(deps, principal, body.required);
    return result.ok ? { status: 204 } : result;
  },
});
