/** A copy of a patient's journal for whoever may have it (norway.md J14, J15). */
import { z } from 'zod';
import { verb } from './verb.ts';

export const JOURNAL_BASES = ['patient', 'consent', 'law'] as const;

export const journal = {
  /** Leaves the encrypted store on the person's word: warned in the window, logged as export with recipient and ground. */
  'journal.copy': verb<{ base64: string; mediaType: string; fileName: string }>()(
    z.object({
      patientId: z.uuid(),
      recipient: z.string().trim().min(1).max(200),
      basis: z.enum(JOURNAL_BASES),
      form: z.enum(['pdf', 'data']),
      warned: z.literal(true),
    }),
    ['patient/unknown'],
  ),
};
