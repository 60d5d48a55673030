/** Where the operator is strict (FEATURE_GDPR_STRICT): a copy of a journal leaves the house on two persons' word. */
import { z } from 'zod';
import { verb } from './verb.ts';

export interface ExportRequest {
  id: string;
  patientId: string;
  patientName: string;
  purpose: string;
  askedByName: string | null;
  askedAt: string;
  state: 'asked' | 'approved' | 'refused';
  decidedByName: string | null;
  decidedAt: string | null;
  /** Asked for by whoever is here: somebody else decides. */
  mine: boolean;
}

/** Hours for which a word holds. */
export const APPROVED_HOURS = 24;
/** Hours that whoever is alone in the clinic waits after asking; then they may, for as long as a word holds. */
export const ALONE_HOURS = 24;

export const exporting = {
  /** Of a patient: whether two are needed, whether whoever is here may export now, and what was asked for lately. */
  'exporting.state': verb<{
    strict: boolean;
    may: boolean;
    /** Nobody else here could say yes: waiting takes the place of a second person. */
    alone: boolean;
    aloneFrom: string | null;
    requests: ExportRequest[];
  }>()(z.object({ patientId: z.uuid() }), ['patient/unknown']),
  /** What waits for whoever is here. */
  'exporting.waiting': verb<{ requests: ExportRequest[] }>()(z.object({})),
  'exporting.ask': verb<{ id: string }>()(z.object({ patientId: z.uuid(), purpose: z.string().trim().min(3).max(500) }), [
    'patient/unknown',
  ]),
  'exporting.decide': verb<null>()(z.object({ id: z.uuid(), state: z.enum(['approved', 'refused']) }), ['export/unknown', 'export/own']),
};
