/**
 * The wire form of what revoked devices handed in (POST /v1/handed-in, /v1/handed-in/decide): asked for by a clinician, with
 * their signature. Each change is as its writer signed it; taken into the record it stays theirs.
 */
import { z } from 'zod';
import { MAX_CHANGES, outcomeSchema } from './change.ts';

/** The code under which the server keeps them. */
export const HANDED_IN = 'device/revoked';

export const handedInRequestSchema = z.strictObject({ limit: z.int().min(1).max(MAX_CHANGES) });

export const handedInAnswerSchema = z.object({
  /** In the order in which each device wrote them. */
  changes: z.array(z.object({ deviceId: z.uuid(), n: z.int(), at: z.iso.datetime({ precision: 3 }), change: z.unknown() })),
  more: z.boolean(),
});
export type HandedInAnswer = z.infer<typeof handedInAnswerSchema>;

export const handedInDecisionSchema = z.strictObject({
  deviceId: z.uuid(),
  ns: z.array(z.int().min(1)).min(1).max(MAX_CHANGES),
  decision: z.enum(['admit', 'set_aside']),
});
export type HandedInDecision = z.infer<typeof handedInDecisionSchema>;

export const handedInDecidedSchema = z.object({
  /** What became of each; one that is refused now stays where it was. */
  outcomes: z.array(outcomeSchema),
});
export type HandedInDecided = z.infer<typeof handedInDecidedSchema>;
