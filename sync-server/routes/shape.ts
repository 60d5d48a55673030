import { z } from 'zod';
import { proxyShape } from '../core/electric-proxy.ts';
import { answerShape } from '../core/shape.ts';
import { err } from '../core/result.ts';
import { route } from './route.ts';

/** Whatever comes is judged by the engine, which answers as Electric does. */
const query = z
  .record(z.string(), z.union([z.string(), z.array(z.string())]))
  .transform((raw) => Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, typeof value === 'string' ? value : value[0]])));

export const readShape = route({
  method: 'GET',
  path: '/v1/shape',
  summary: "The clinic's feed as an Electric shape, in the caller's audience. `table=feed`, `offset`, `handle`, `live`, `cursor`.",
  auth: 'signed-in',
  query,
  responses: {
    200: { description: 'A chunk of messages; headers electric-handle, electric-offset, electric-schema or electric-cursor.' },
    304: { description: 'Unchanged.' },
    400: { description: 'Parameters Electric would refuse.' },
    409: { description: 'must-refetch, with a new electric-handle.' },
  },
  async run({ deps, principal, query: asked, headers, gone, closing, authenticateAgain }) {
    if (deps.electric !== undefined)
      return proxyShape(deps.electric, principal, asked, headers['if-none-match'], AbortSignal.any([gone, closing]));
    const { store, wakeUps, epoch, now } = deps;
    const { rows, bytes, longPollMs } = deps.shape;
    const answer = await answerShape(
      { store, wakeUps, epoch, now, limits: { rows, bytes }, longPollMs, closing },
      { clinicId: principal.clinicId, audience: principal.audience, stillAllowed: authenticateAgain },
      asked,
      headers['if-none-match'],
      gone,
    );
    if (answer.status === 403) return err('device/revoked');
    return answer;
  },
});
