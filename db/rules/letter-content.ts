/**
 * What an epikrise holds and what it must hold before it may be signed (helsepersonelloven § 45 a: what is needed for
 * sound follow-up; the list is norway.md §3). Only words from the signed note or from the clinician stand in it: nothing
 * here fills a gap with text, it only names the gap.
 */
import { z } from 'zod';
import { diagnosesSchema, frameNames, frameShape, requiredFrame, words, type FrameKey } from './letter-frame.ts';

export const EpikriseContent = z.object({
  ...frameShape,
  reason: words,
  history: words,
  findings: words,
  imaging: words,
  diagnoses: diagnosesSchema,
  treatment: words,
  /** Course and result. */
  course: words,
  assessment: words,
  plan: words,
  sickLeave: words,
  /** Who follows the patient up, and when. */
  followUp: words,
});
export type EpikriseContent = z.infer<typeof EpikriseContent>;

/** The parts that are prose, in the order in which they are printed; diagnoses stand after imaging. */
export const LETTER_SECTIONS = [
  'reason',
  'history',
  'findings',
  'imaging',
  'treatment',
  'course',
  'assessment',
  'plan',
  'sickLeave',
  'followUp',
] as const;
export type LetterSection = (typeof LETTER_SECTIONS)[number];

export type LetterContentKey = FrameKey | 'diagnoses' | LetterSection;

/** `must` refuses the signature, `advised` is shown and left to the clinician. */
export const requiredLetterContent = {
  ...requiredFrame,
  reason: 'must',
  history: 'advised',
  findings: 'must',
  imaging: 'advised',
  diagnoses: 'must',
  treatment: 'must',
  course: 'advised',
  assessment: 'must',
  plan: 'advised',
  sickLeave: 'advised',
  followUp: 'must',
} as const satisfies Record<LetterContentKey, 'must' | 'advised'>;

/** Bokmål names: headings of the printed letter, and how a gap is named. */
export const letterContentNames = {
  ...frameNames,
  reason: 'Kontaktårsak',
  history: 'Sykehistorie',
  findings: 'Funn',
  imaging: 'Bildediagnostikk',
  diagnoses: 'Diagnose',
  treatment: 'Behandling',
  course: 'Forløp og resultat',
  assessment: 'Vurdering',
  plan: 'Plan',
  sickLeave: 'Sykmelding',
  followUp: 'Videre oppfølging',
} as const satisfies Record<LetterContentKey, string>;

/** A patient who objects is not overruled: the letter stays in the record and goes nowhere (hpl § 45 a). */
export function sendProblem(letter: { objection: boolean }): 'letter/objection' | null {
  return letter.objection ? 'letter/objection' : null;
}
