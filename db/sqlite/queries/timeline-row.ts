/** One line of a patient's timeline as the query gives it. */
import type { VisitType } from '../../model/encounter.ts';

export interface TimelineRow {
  kind: 'encounter' | 'letter' | 'appointment' | 'payment' | 'amendment' | 'imported';
  id: string;
  at: string;
  title: string;
  summary: string | null;
  status: string;
  visitType: VisitType | null;
  practitionerName: string | null;
  encounterId: string | null;
}
