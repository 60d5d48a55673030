/**
 * What each kind of visit is charted in. Sections follow pasientjournalforskriften §§ 4–8 (contact reason, history,
 * findings, assessment, treatment, advice); the follow-up is kept to what a clinician writes in a minute.
 */
import type { VisitType } from '../model/encounter.ts';

export type SectionKey =
  | 'contactReason'
  | 'history'
  | 'medication'
  | 'subjective'
  | 'objective'
  | 'imaging'
  | 'assessment'
  | 'treatment'
  | 'plan'
  | 'advice';

export interface SectionRule {
  key: SectionKey;
  /** The note cannot be signed while it is empty. */
  required: boolean;
  /** SALT may carry it; what the patient says and what was measured never is. */
  carry: boolean;
}
export interface VisitTypeRule {
  type: VisitType;
  sections: readonly SectionRule[];
  /** Red flags must be asked about, for at least one region. */
  redFlags: boolean;
  /** Consent to examination and treatment is asked for. */
  consent: boolean;
  durationMinutes: number;
}

const section = (key: SectionKey, options: { required?: boolean; carry?: boolean } = {}): SectionRule => ({
  key,
  required: options.required ?? false,
  carry: options.carry ?? false,
});

const FOLLOW_UP = [
  section('subjective', { required: true }),
  section('objective', { carry: true }),
  section('assessment', { carry: true }),
  section('treatment', { required: true, carry: true }),
  section('plan', { carry: true }),
];

export const visitTypes: readonly VisitTypeRule[] = [
  {
    type: 'initial',
    sections: [
      section('contactReason', { required: true }),
      section('history', { required: true }),
      section('medication'),
      section('objective', { required: true }),
      section('imaging'),
      section('assessment', { required: true }),
      section('treatment'),
      section('plan', { required: true }),
      section('advice'),
    ],
    redFlags: true,
    consent: true,
    durationMinutes: 45,
  },
  { type: 'follow_up', sections: FOLLOW_UP, redFlags: false, consent: false, durationMinutes: 20 },
  {
    type: 're_examination',
    sections: [
      section('subjective', { required: true }),
      section('objective', { required: true }),
      section('assessment', { required: true, carry: true }),
      section('treatment', { carry: true }),
      section('plan', { required: true, carry: true }),
    ],
    redFlags: true,
    consent: false,
    durationMinutes: 30,
  },
  { type: 'maintenance', sections: FOLLOW_UP, redFlags: false, consent: false, durationMinutes: 20 },
  {
    type: 'acute',
    sections: [
      section('contactReason', { required: true }),
      section('subjective', { required: true }),
      section('objective', { required: true }),
      section('assessment', { required: true }),
      section('treatment'),
      section('plan'),
    ],
    redFlags: true,
    consent: true,
    durationMinutes: 30,
  },
];

/** Whether some visit type has a section of this name. */
export function isSectionKey(key: string): boolean {
  return visitTypes.some((rule) => rule.sections.some((one) => one.key === key));
}

const byType = new Map(visitTypes.map((rule) => [rule.type, rule]));

export function visitTypeOf(type: VisitType): VisitTypeRule {
  const rule = byType.get(type);
  if (rule === undefined) throw new Error(`no visit type ${type}`);
  return rule;
}

/** Measurements a visit may hold, with their range; empty is not asked, and 0 is an answer. */
export const measurements: Readonly<Record<string, { min: number; max: number }>> = { 'nrs-now': { min: 0, max: 10 } };
