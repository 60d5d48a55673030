/** The wire form of the clinic's log (POST /v1/audit): asked for by an administrator, or about one patient by a clinician. */
import { z } from 'zod';
import { auditEventSchema, LOG_PAGE, logFilterSchema } from '../model/audit.ts';

export const logRequestSchema = z.strictObject({
  ...logFilterSchema.shape,
  /** `clinicN` of the oldest event one has; null for the newest. */
  before: z.int().nullable(),
  limit: z.int().min(1).max(LOG_PAGE),
});
export type LogRequest = z.infer<typeof logRequestSchema>;

export const logAnswerSchema = z.object({
  /** Newest first, in the order in which the server took them in. */
  events: z.array(auditEventSchema.extend({ clinicN: z.int(), intact: z.boolean() })),
  more: z.boolean(),
  /** Events of this clinic that did not follow from the one before. */
  broken: z.int(),
});
export type LogAnswer = z.infer<typeof logAnswerSchema>;
