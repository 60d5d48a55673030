/** What a laptop reads besides the shape. */
import { z } from 'zod';
import { withClinic } from '#db/postgres/open.ts';
import { bootstrapRows } from '#db/postgres/queries/feed.ts';
import { feedRowSchema } from '#db/sync/shape.ts';
import { compareAnswerSchema, compareRequestSchema } from '#db/sync/compare.ts';
import { compareStretch, digestsOf } from '../core/digest.ts';
import { countRepairRead } from '../plugins/metrics.ts';
import { route } from './route.ts';

export const bootstrap = route({
  method: 'GET',
  path: '/v1/bootstrap',
  summary: "Today's rows with their seqs, for a new laptop; applied without moving the cursor.",
  auth: 'signed-in',
  reads: 'chart',
  query: z.strictObject({ from: z.iso.datetime({ precision: 3 }).optional(), to: z.iso.datetime({ precision: 3 }).optional() }),
  responses: {
    200: {
      description: 'Rows as they stand in the feed.',
      schema: z.object({ epoch: z.string(), seq: z.int(), rows: z.array(feedRowSchema) }),
    },
  },
  async run({ deps, principal, query }) {
    const now = deps.now().getTime();
    // Without limits a day around now on either side: the server does not know the clinic's midnight.
    const from = query.from ?? new Date(now - 86_400_000).toISOString();
    const to = query.to ?? new Date(now + 86_400_000).toISOString();
    const { clinicId, audience } = principal;
    const { seq, rows } = await withClinic(deps.pool, clinicId, (tx) => bootstrapRows(tx, clinicId, audience, from, to));
    return {
      status: 200,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: `{"epoch":${JSON.stringify(deps.epoch)},"seq":${seq},"rows":${rows}}`,
    };
  },
});

export const digest = route({
  method: 'GET',
  path: '/v1/digest',
  summary: "Per entity rows and digest at a place in the feed, in the caller's audience.",
  auth: 'signed-in',
  reads: 'chart',
  responses: {
    200: {
      description: 'One entry per entity.',
      schema: z.object({
        epoch: z.string(),
        seq: z.int(),
        entities: z.array(z.object({ entity: z.string(), rows: z.int(), digest: z.string(), seq: z.int() })),
      }),
    },
  },
  async run({ deps, principal }) {
    return { status: 200, body: { epoch: deps.epoch, ...(await digestsOf(deps.pool, principal.clinicId, principal.audience)) } };
  },
});

export const compare = route({
  method: 'POST',
  path: '/v1/compare',
  summary: "Digest of a stretch of one entity in the caller's audience, and its rows where a laptop found that it differs.",
  auth: 'signed-in',
  reads: 'chart',
  body: compareRequestSchema,
  responses: { 200: { description: 'As it stands at `seq`.', schema: compareAnswerSchema } },
  async run({ deps, principal, body }) {
    if (body.withRows) countRepairRead();
    return { status: 200, body: { epoch: deps.epoch, ...(await compareStretch(deps.pool, principal.clinicId, principal.audience, body)) } };
  },
});
