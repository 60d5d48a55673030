/** What each kind of draft rests on: signed words for a letter and a history, the clinician's own for the rest. Only these parts leave. */
import { err, ok, type Result } from '#electron/contract/verb.ts';
import type { ParsedOf } from '#electron/contract/index.ts';
import { LONGEST_ASK } from '#db/rules/ai-task.ts';
import type { NotePart } from '#db/rules/ai-sources.ts';
import type { SignedContent } from '#db/model/encounter.ts';
import { uncorrectedVisitsBefore } from '#db/sqlite/queries/letters.ts';
import { OF_PERSON, personJson } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { noteParts } from '../encounters/note-parts.ts';

export interface Collected {
  patientId: string;
  subject: { entity: 'letter' | 'encounter'; id: string };
  parts: NotePart[];
}
/** Said once in a complaint: taken from its earlier visits where this one does not say it. */
const ONCE = ['contactReason', 'history', 'medication', 'imaging'];

/** Errors: ai/unknown-subject, ai/nothing. */
export function collect(ctx: Context, ask: ParsedOf<'ai.start'>): Result<Collected> {
  const letter = 'letterId' in ask && ask.letterId !== undefined ? ctx.get('letter', ask.letterId) : undefined;
  const visit = ctx.get('encounter', letter?.encounterId ?? ('encounterId' in ask ? (ask.encounterId ?? '') : ''));
  if (visit === undefined || ('letterId' in ask && ask.letterId !== undefined && letter?.status !== 'draft'))
    return err('ai/unknown-subject');
  // The model is asked for an epikrise alone: a referral's contraindications and a certificate's conclusion are nobody's draft.
  if (ask.task !== 'tidy' && letter !== undefined && letter.kind !== 'epikrise') return err('ai/unknown-subject');
  const parts = partsFor(ctx, ask, visit).filter(({ text }) => text.trim() !== '');
  if (parts.length === 0) return err('ai/nothing');
  const subject = letter === undefined ? ({ entity: 'encounter', id: visit.id } as const) : ({ entity: 'letter', id: letter.id } as const);
  return ok({ patientId: letter?.patientId ?? visit.patientId, subject, parts });
}

function partsFor(ctx: Context, ask: ParsedOf<'ai.start'>, visit: RowOf<'encounter'>): NotePart[] {
  if (ask.task === 'tidy') return [{ group: 'own', part: 'own', at: null, text: ask.text }];
  if (ask.task === 'summary') return history(ctx, visit);
  if (ask.task === 'letter') return [...saidBefore(ctx, visit), ...signedParts(ctx, visit)];
  return noteParts(ctx, visit).sections.map(({ key, text }) => ({ group: `${visit.id}:${key}`, part: key, at: visit.visitAt, text }));
}

function signedParts(ctx: Context, visit: RowOf<'encounter'>): NotePart[] {
  if (visit.status !== 'signed' || visit.signedContent === null) return [];
  const { sections, diagnoses } = visit.signedContent;
  const amendments = ctx.rows('amendment', "encounter_id = ? and status = 'signed' order by signed_at", [visit.id]);
  return [
    ...sections.map(({ key, text }) => part(visit, key, key, text)),
    // The code last: behind it the first word, with its capital, would be taken for somebody's name and hidden (ai-pseudonyms.ts).
    ...diagnoses.map(({ code, text }) => part(visit, `diagnosis-${code}`, 'diagnosis', `${text} (${code})`)),
    ...amendments.map(({ id, text }) => part(visit, id, 'amendment', text)),
  ];
}

function saidBefore(ctx: Context, visit: RowOf<'encounter'>): NotePart[] {
  const has = (content: SignedContent | null, key: string) => content?.sections.find((one) => one.key === key && one.text.trim() !== '');
  const earlier = uncorrectedVisitsBefore(ctx.db, visit);
  return ONCE.flatMap((key) => {
    if (has(visit.signedContent, key) !== undefined) return [];
    const found = earlier.find(({ signedContent }) => has(signedContent, key) !== undefined);
    return found === undefined ? [] : [part(found, key, key, has(found.signedContent, key)?.text ?? '')];
  });
}

/** All signed visits of the person, in the order of time; where that is too long, the oldest are left out whole. */
function history(ctx: Context, { patientId }: RowOf<'encounter'>): NotePart[] {
  const visits = ctx.rows('encounter', `${OF_PERSON('patient_id')} and status = 'signed' order by visit_at desc limit 60`, [
    personJson(ctx.db, patientId),
  ]);
  const chosen: NotePart[][] = [];
  let length = 0;
  for (const visit of visits) {
    const parts = signedParts(ctx, visit);
    length += parts.reduce((sum, { text }) => sum + text.length, 0);
    if (length > LONGEST_ASK && chosen.length > 0) break;
    chosen.unshift(parts);
  }
  return chosen.flat();
}

const part = (visit: RowOf<'encounter'>, group: string, key: string, text: string): NotePart => ({
  group: `${visit.id}:${group}`,
  part: key,
  at: visit.visitAt,
  text,
});
