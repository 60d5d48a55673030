/** ICPC-2 and ICD-10, offline. */
import { z } from 'zod';
import { verb } from './verb.ts';

export interface CodeHit {
  system: 'icpc-2' | 'icd-10';
  code: string;
  text: string;
  release: string;
  kind: 'symptom' | 'process' | 'diagnosis';
  /** Why it is listed: `code`, `word`, `part`, `synonym`, `spelling`, `used`, `favourite`. */
  why: string;
  /** The synonym that matched. */
  via: string | null;
}

export const codes = {
  /** Empty query: the clinic's most used, then the starting favourites. */
  'code.search': verb<{ hits: CodeHit[] }>()(
    z.object({ query: z.string().max(100), system: z.enum(['icpc-2', 'icd-10']), limit: z.int().min(1).max(100).default(12) }),
  ),
};
