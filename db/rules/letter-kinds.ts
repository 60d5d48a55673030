/** All templates by kind and version, and what is asked of a letter whatever its kind. */
import type { LetterKind } from '../model/letter-kinds.ts';
import { EpikriseContent, LETTER_SECTIONS, letterContentNames, requiredLetterContent } from './letter-content.ts';
import { imagingReferral1, physioReferral1, referral1 } from './letter-referrals.ts';
import { certificate1, sickLeaveSummary1, treatmentPlan1 } from './letter-statements.ts';
import { prose, type LetterContent, type LetterTemplate } from './letter-template.ts';

/** Its content has its own schema, from before there were templates. */
export const epikrise1: LetterTemplate = {
  kind: 'epikrise',
  version: 1,
  title: 'Epikrise',
  fields: LETTER_SECTIONS.map((key) => prose(key, letterContentNames[key], requiredLetterContent[key])),
  diagnoses: { rule: requiredLetterContent.diagnoses, after: 'imaging' },
  notice: null,
  schema: EpikriseContent,
};

/** By kind, oldest version first: a letter is read by the template it was begun with. */
const TEMPLATES: Readonly<Record<LetterKind, readonly LetterTemplate[]>> = {
  epikrise: [epikrise1],
  referral: [referral1],
  imaging_referral: [imagingReferral1],
  physio_referral: [physioReferral1],
  sick_leave_summary: [sickLeaveSummary1],
  treatment_plan: [treatmentPlan1],
  certificate: [certificate1],
};

/** The template a new letter of the kind is begun with. */
export function newestTemplate(kind: LetterKind): LetterTemplate {
  const newest = TEMPLATES[kind].at(-1);
  if (newest === undefined) throw new Error(`no template for ${kind}`);
  return newest;
}

/** The template of a letter's content; undefined: of a version that is not known here. */
export function templateOf(kind: LetterKind, content: Readonly<Record<string, unknown>>): LetterTemplate | undefined {
  return TEMPLATES[kind].find(({ version }) => version === (content['template'] ?? 1));
}

/**
 * A stored or half-written letter as whole content with its template; what is absent is empty. Null when something has the wrong shape, or
 * the template is not known here.
 */
export function readLetter(kind: LetterKind, raw: unknown): { template: LetterTemplate; content: LetterContent } | null {
  const of = typeof raw === 'object' && raw !== null ? templateOf(kind, raw as Record<string, unknown>) : undefined;
  const parsed = of?.schema.safeParse(raw);
  return of === undefined || parsed?.success !== true ? null : { template: of, content: parsed.data };
}

/** Whether the clinic writes letters of this kind. @param clinic undefined: not known, and so as a clinic that said nothing */
export function writesKind(kind: LetterKind, clinic: { refersToPhysio: boolean } | undefined): boolean {
  return kind !== 'physio_referral' || clinic?.refersToPhysio === true;
}
