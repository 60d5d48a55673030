/** A copy of a patient's journal for whoever may have it (norway.md J14, J15). */
import { z } from 'zod';
import { RETENTION_YEARS, RETENTION_YEARS_MAX } from '#db/rules/retention.ts';
import { verb } from './verb.ts';

export const JOURNAL_BASES = ['patient', 'consent', 'law'] as const;

/** Most journals in one answer. */
export const DUE_PAGE = 500;

export interface DueJournal {
  patientId: string;
  name: string;
  birthDate: string | null;
  /** The clinic's days. */
  lastEntry: string;
  keptUntil: string;
}

export const journal = {
  /** Leaves the encrypted store on the person's word: warned in the window, logged as export with recipient and ground. */
  'journal.copy': verb<{ base64: string; mediaType: string; fileName: string }>()(
    z.object({
      patientId: z.uuid(),
      recipient: z.string().trim().min(1).max(200),
      basis: z.enum(JOURNAL_BASES),
      /** `data`: row by row as the database has it; `fhir`: a FHIR R4 Bundle, for another system. */
      form: z.enum(['pdf', 'data', 'fhir']),
      warned: z.literal(true),
    }),
    ['patient/unknown', 'export/second-person'],
  ),
  /** Journals whose time is over (J16), oldest first: names and days, no notes. Nothing is deleted: that is a decision, and another act. */
  'retention.due': verb<{ journals: DueJournal[]; more: boolean; lastSyncedAt: string | null }>()(
    z.object({ years: z.int().min(RETENTION_YEARS).max(RETENTION_YEARS_MAX).default(RETENTION_YEARS) }),
    ['retention/no-notes-here', 'retention/catching-up'],
  ),
};
