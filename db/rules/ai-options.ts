/**
 * What a clinic has said of the writing help: the `options` of its `integration_setting`. Where the operator has FEATURE_GDPR_STRICT, it stays
 * off until an agreement with the processor is recorded (GDPR art. 28; norway.md J20). Recorded is who agreed, when, and which agreement.
 */
import { z } from 'zod';

const agreementSchema = z.object({
  /** The agreement as it can be found again: its title, number or place in the clinic's papers. */
  document: z.string().trim().min(3).max(200),
  /** With whom: the company that runs the model. */
  processor: z.string().trim().min(2).max(200),
  /** Who agreed for the clinic. */
  agreedBy: z.string().trim().min(2).max(200),
  agreedOn: z.iso.date(),
  recordedById: z.uuid(),
  recordedAt: z.iso.datetime({ precision: 3 }),
});
export type AiAgreement = z.infer<typeof agreementSchema>;

/** @returns null when none is recorded, or not wholly */
export function aiAgreement(options: unknown): AiAgreement | null {
  const recorded: unknown = typeof options === 'object' && options !== null ? Reflect.get(options, 'agreement') : null;
  const parsed = agreementSchema.safeParse(recorded);
  return parsed.success ? parsed.data : null;
}

/** Why it may not be used now; null when it may. @param strict FEATURE_GDPR_STRICT of the operator */
export function aiOffReason(
  setting: { enabled: boolean; options: unknown } | undefined,
  strict: boolean,
): 'ai/clinic-off' | 'ai/no-agreement' | null {
  if (setting?.enabled !== true) return 'ai/clinic-off';
  return strict && aiAgreement(setting.options) === null ? 'ai/no-agreement' : null;
}
