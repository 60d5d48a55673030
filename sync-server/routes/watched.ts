/**
 * Where a watched e-mail tells that it was opened, or was followed (decision 0085). Open to whoever has the address, which we signed; counted
 * by address as every open route, at most once a minute for each message, and nothing about the caller is kept.
 */
import { z } from 'zod';
import { withClinic } from '#db/postgres/open.ts';
import { clinicFacts } from '#db/postgres/queries/messages.ts';
import { emailOptions } from '#db/rules/message-options.ts';
import type { ServerDeps } from '../core/deps.ts';
import { takeEvents } from '../core/messages/receive.ts';
import type { Watched } from '../core/messages/deps.ts';
import { err } from '../core/result.ts';
import type { Reference } from '../integrations/kit.ts';
import { route } from './route.ts';

const MINUTE_MS = 60_000;
/** One transparent point. */
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const params = z.strictObject({ token: z.string().max(200) });

export const openedEmail = route({
  method: 'GET',
  path: '/api/v1/watched/open/:token',
  summary: 'A picture of one point; that it was fetched is counted.',
  auth: 'open',
  params,
  responses: { 200: { description: 'The picture.' }, 404: { description: 'Not our signature.' } },
  async run({ deps, params: { token } }) {
    const reference = deps.messages?.watching?.read('open', token);
    if (reference === undefined) return err('route/unknown');
    await count(deps, 'open', reference);
    return { status: 200, headers: { 'content-type': 'image/gif' }, body: GIF };
  },
});

export const followedEmail = route({
  method: 'GET',
  path: '/api/v1/watched/click/:token',
  summary: 'Leads to the page the clinic has chosen, and nowhere else; that it was followed is counted.',
  auth: 'open',
  params,
  responses: { 302: { description: 'To the clinic’s page.' }, 404: { description: 'Not our signature, or the clinic has no page.' } },
  async run({ deps, params: { token } }) {
    const reference = deps.messages?.watching?.read('click', token);
    if (reference === undefined) return err('route/unknown');
    // As it is chosen now: the address in the e-mail says nothing of where it leads.
    const { settings } = await withClinic(deps.pool, reference.clinicId, (tx) => clinicFacts(tx, reference.clinicId));
    const { website } = emailOptions(settings.find(({ name }) => name === 'email')?.options);
    if (website === '') return err('route/unknown');
    await count(deps, 'click', reference);
    return { status: 302, headers: { location: website } };
  },
});

async function count({ messages, now }: ServerDeps, what: Watched, reference: Reference): Promise<void> {
  // Switched off since: it leads where it led, and nothing is counted.
  if (messages?.channels.get('email')?.watches !== true) return;
  const minute = Math.floor(now().getTime() / MINUTE_MS);
  await takeEvents(messages, 'watched', [{ kind: 'watched', key: `${what}/${reference.messageId}/${minute}`, reference, what }]);
}
