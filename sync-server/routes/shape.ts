import { z } from 'zod';
import { proxyShape } from '../core/electric-proxy.ts';
import { openShape } from '../core/open-shape.ts';
import { answerShape, invalid, MUST_REFETCH } from '../core/shape.ts';
import { countLag } from '../plugins/metrics.ts';
import { route } from './route.ts';

/** Whatever comes is judged by the engine, which answers as Electric does. Not a record: Zod would drop `__proto__` unseen. */
const query = z.custom<Readonly<Record<string, string | string[]>>>((value) => typeof value === 'object' && value !== null);

export const readShape = route({
  method: 'GET',
  path: '/v1/shape',
  summary: "The clinic's feed as an Electric shape, in the caller's audience. `table=feed`, `offset`, `handle`, `live`, `cursor`.",
  auth: 'signed-in',
  reads: 'chart',
  query,
  responses: {
    200: { description: 'A chunk of messages; headers electric-handle, electric-offset, electric-schema or electric-cursor.' },
    304: { description: 'Unchanged.' },
    400: { description: 'Parameters Electric would refuse.' },
    409: { description: 'must-refetch, with a new electric-handle.' },
  },
  async run({ deps, principal, query: sent, headers, gone, closing, authenticateAgain }) {
    // Which of two values counts is answered one way here and another way by a proxy or an Electric behind us.
    const repeated = Object.keys(sent).filter((name) => Array.isArray(sent[name]));
    if (repeated.length > 0) return invalid(Object.fromEntries(repeated.map((name) => [name, ['is given more than once']])));
    const asked = sent as Readonly<Record<string, string>>;
    if (deps.electric !== undefined) {
      const answer = await proxyShape(deps.electric, principal, asked, headers['if-none-match'], AbortSignal.any([gone, closing]));
      if ('code' in answer) {
        deps.log.warn({ code: answer.code }, 'Electric');
        return answer;
      }
      if (asked['live'] !== 'true') return openShape(deps.pool, principal.clinicId, answer);
      // It may have waited long: what was allowed then may not be now.
      const now = await authenticateAgain();
      if ('code' in now) return now;
      return now.audience === principal.audience ? openShape(deps.pool, principal.clinicId, answer) : { status: 409, body: MUST_REFETCH };
    }
    const { store, wakeUps, epoch, now } = deps;
    const { rows, bytes, longPollMs } = deps.shape;
    const answer = await answerShape(
      { store, wakeUps, epoch, now, limits: { rows, bytes }, longPollMs, closing },
      { clinicId: principal.clinicId, audience: principal.audience, again: authenticateAgain },
      asked,
      headers['if-none-match'],
      gone,
    );
    if ('headers' in answer) countLag(asked['offset'], answer.headers['electric-offset']);
    return answer;
  },
});
