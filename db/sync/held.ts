/** The wire form of what was written into what had been erased by law (POST /v1/held): asked for by whoever decided, with their signature. */
import { z } from 'zod';
import { changeSchema, MAX_CHANGES } from './change.ts';

export const heldRequestSchema = z.strictObject({ limit: z.int().min(1).max(MAX_CHANGES) });
export const heldAnswerSchema = z.object({
  changes: z.array(
    z.object({ deviceId: z.uuid(), n: z.int(), at: z.iso.datetime({ precision: 3 }), erasureId: z.uuid(), change: changeSchema }),
  ),
});
export type HeldAnswer = z.infer<typeof heldAnswerSchema>;
