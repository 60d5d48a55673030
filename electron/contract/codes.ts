/** ICPC-2 and ICD-10, offline. */
import { z } from 'zod';
import { verb } from './verb.ts';

export interface CodeHit {
  system: 'icpc-2' | 'icd-10';
  code: string;
  text: string;
  release: string;
  kind: 'symptom' | 'process' | 'diagnosis';
  /** Why it is listed: `code`, `word`, `part`, `synonym`, `spelling`, `used`, `favourite`, `suggested`. */
  why: string;
  /** The synonym that matched, or the ICPC-2 code that an ICD-10 code is suggested for. */
  via: string | null;
}

export interface CodeStatistic {
  code: string;
  /** As it read when it was last signed. */
  text: string;
  visits: number;
  patients: number;
  /** Visits of which it was the main diagnosis. */
  main: number;
}

export const codes = {
  /** Empty query: what is suggested for the codes it stands beside, the clinic's most used, then the starting favourites. */
  'code.search': verb<{ hits: CodeHit[] }>()(
    z.object({
      query: z.string().max(100),
      system: z.enum(['icpc-2', 'icd-10']),
      limit: z.int().min(1).max(100).default(12),
      /** ICPC-2 codes the visit has already. */
      besides: z.array(z.string().max(10)).max(50).default([]),
    }),
  ),
  /** How often each code was signed in this period, and for how many patients. Days of the clinic, both included. */
  'code.statistics': verb<{ rows: CodeStatistic[]; visits: number }>()(
    z.object({
      system: z.enum(['icpc-2', 'icd-10']),
      from: z.iso.date(),
      to: z.iso.date(),
      practitionerId: z.uuid().nullable().default(null),
    }),
    ['period/backwards'],
  ),
};
