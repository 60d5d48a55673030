/** The wire form of the clinic's log (POST /v1/audit): asked for by an administrator, or about one patient by a clinician. */
import { z } from 'zod';
import { canonical } from './change.ts';
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
  events: z.array(auditEventSchema.extend({ clinicN: z.int(), clinicHash: z.string(), intact: z.boolean() })),
  more: z.boolean(),
  /** Events of this clinic that did not follow from the one before. */
  broken: z.int(),
});
export type LogAnswer = z.infer<typeof logAnswerSchema>;

/** GET /v1/audit/anchor: where the clinic's chain stood at this moment, signed by the server. */
export const signedAnchorSchema = z.object({
  clinicId: z.uuid(),
  /** Events; 0 before the first. */
  n: z.int(),
  /** `clinicHash` of the last. */
  hash: z.string().length(64),
  at: z.iso.datetime({ precision: 3 }),
  /** Ed25519, raw 32 bytes, base64url. */
  publicKey: z.string(),
  signature: z.string(),
});
export type SignedAnchor = z.infer<typeof signedAnchorSchema>;

/** The bytes that are signed. */
export function anchorText({ clinicId, n, hash, at, publicKey }: Omit<SignedAnchor, 'signature'>): string {
  return canonical({ clinicId, n, hash, at, publicKey });
}
