/** The writing help: a draft out of a note's pseudonymised sentences, as it is written. */
import { Readable } from 'node:stream';
import { aiAskSchema, aiLineSchema, type AiLine } from '#db/rules/ai-task.ts';
import { draftFor } from '../core/ai/draft.ts';
import { route } from './route.ts';

export const writeDraft = route({
  method: 'POST',
  path: '/v1/ai/drafts',
  summary: 'Asks the model for a draft. Lines of JSON as it writes; whoever hangs up ends it there too. Nothing is kept but the count.',
  auth: 'person',
  roles: ['PRACTITIONER'],
  body: aiAskSchema,
  bodyBytes: 786_432,
  responses: {
    200: { description: 'Lines (application/x-ndjson): pieces of the answer, and how it ended.', schema: aiLineSchema },
    409: { description: 'Off: for the operator, the clinic, or for want of a recorded agreement.' },
    422: { description: 'Something in it still looks like a number, an address or a name of somebody.' },
    429: { description: 'The budget of the clinic, or of the person, is spent.' },
  },
  async run({ deps, principal, body, gone, closing }) {
    const draft = await draftFor(deps, principal, body, AbortSignal.any([gone, closing]));
    if (!draft.ok) return draft;
    return {
      status: 200,
      headers: { 'content-type': 'application/x-ndjson', 'x-accel-buffering': 'no' },
      body: Readable.from(written(draft.value), { objectMode: false }),
    };
  },
});

async function* written(lines: AsyncGenerator<AiLine, void>): AsyncGenerator<string, void> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}
