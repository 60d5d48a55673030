/**
 * The words an epikrise begins with: those of the signed visit, with its signed amendments, and what is said once in a
 * complaint (why the patient came, history, images) from its earlier signed visits. Nothing else is put in; what is
 * not there is named (db/rules/letter-content), not filled.
 */
import { EpikriseContent } from '#db/rules/letter-content.ts';
import type { SignedContent } from '#db/model/encounter.ts';
import { uncorrectedVisitsBefore } from '#db/sqlite/queries/letters.ts';
import { staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { doctorOf, frame } from './frame.ts';

export function epikriseDraft(ctx: Context, visit: RowOf<'encounter'>, signed: SignedContent): EpikriseContent {
  const text = (key: string, from: SignedContent = signed): string =>
    from.sections.find((section) => section.key === key)?.text.trim() ?? '';
  const earlier = uncorrectedVisitsBefore(ctx.db, visit).flatMap((other) => (other.signedContent === null ? [] : [other.signedContent]));
  const once = (key: string): string => text(key) || (earlier.map((other) => text(key, other)).find((found) => found !== '') ?? '');
  const firstVisit = signed.visitType === 'initial' || signed.visitType === 'acute';
  return EpikriseContent.parse({
    ...frame(ctx, visit.patientId),
    recipient: doctorOf(ctx.get('patient', staysOf(ctx.db, visit.patientId))),
    reason: once('contactReason'),
    history: paragraphs(once('history'), firstVisit ? text('subjective') : '', labelled('Legemidler', once('medication'))),
    findings: text('objective'),
    imaging: once('imaging'),
    diagnoses: signed.diagnoses.map(({ system, code, text: words, main }) => ({
      system: system === 'icd-10' ? 'icd-10' : 'icpc-2',
      code,
      text: words,
      main,
    })),
    treatment: text('treatment'),
    course: firstVisit ? '' : text('subjective'),
    assessment: paragraphs(text('assessment'), ...amendments(ctx, visit.id)),
    plan: paragraphs(text('plan'), text('advice')),
  });
}

export function amendments(ctx: Context, encounterId: string): string[] {
  const rows = ctx.rows('amendment', "encounter_id = ? and status = 'signed' order by signed_at", [encounterId]);
  return rows.map(({ kind, text }) => labelled(kind === 'correction' ? 'Rettelse' : 'Tillegg', text.trim()));
}

const labelled = (label: string, text: string): string => (text === '' ? '' : `${label}: ${text}`);
export const paragraphs = (...texts: string[]): string => texts.filter((text) => text !== '').join('\n\n');
