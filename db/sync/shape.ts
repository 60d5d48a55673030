/**
 * One row of the feed as it comes down an Electric shape: every value a string or null
 * (`/v1/shape?table=feed`). `body` is the row's JSON in column names, null when deleted.
 */
import { z } from 'zod';

export const FEED_COLUMNS = ['clinic_id', 'audience', 'entity', 'id', 'seq', 'created_seq', 'deleted', 'body'] as const;

export const feedRowSchema = z.object({
  clinic_id: z.uuid(),
  audience: z.enum(['desk', 'clinical']),
  entity: z.string(),
  id: z.uuid(),
  /** Decimal. */
  seq: z.string(),
  created_seq: z.string(),
  /** `true` or `false`, as Electric sends booleans. */
  deleted: z.string(),
  body: z.string().nullable(),
});
export type FeedRow = z.infer<typeof feedRowSchema>;
