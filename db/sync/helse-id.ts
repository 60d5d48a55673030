/** The wire form of GET /v1/helseid: whether it is used and asked for here, and who is bound. */
import { z } from 'zod';

export const helseIdStateSchema = z.object({
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
