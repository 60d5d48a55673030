/** The wire form of anti-entropy (POST /v1/compare): a laptop asks about one stretch of ids at a time. */
import { z } from 'zod';
import { entityNames } from '../model/entities.ts';

/** Most rows in one stretch: what a server works through while a colleague's save waits behind it, some milliseconds. */
export const STRETCH = 500;

/** Lower than any id: where a walk over all rows begins. */
export const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

export const compareRequestSchema = z.strictObject({
  entity: z.enum(entityNames),
  /** Rows with a higher id, in order of id; deleted ones count towards `limit`. */
  after: z.uuid(),
  limit: z.int().min(1).max(STRETCH),
  withRows: z.boolean().default(false),
});
export type CompareRequest = z.infer<typeof compareRequestSchema>;

export const compareAnswerSchema = z.object({
  epoch: z.string(),
  /** The place in the feed at which this holds. */
  seq: z.int(),
  /** The last id of the stretch; null when it reaches to the end. */
  upTo: z.uuid().nullable(),
  /** Living rows in the caller's audience. */
  rows: z.int(),
  digest: z.string(),
  /** The stretch's rows in the caller's audience; `body` is null for a deleted one. */
  content: z.array(z.object({ id: z.uuid(), seq: z.int(), body: z.string().nullable() })).optional(),
});
export type CompareAnswer = z.infer<typeof compareAnswerSchema>;
