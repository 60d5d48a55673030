/** Answers that came by FHIR, for the clinician: the list of a patient's, and one read. Nothing here writes. */
import { QUESTIONNAIRES } from '#db/fhir/questionnaires.ts';
import { answerLines } from '#db/rules/questionnaire-answers.ts';
import { OF_PERSON, personJson } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { AnswersHead } from '#electron/contract/answers.ts';
import { err, ok } from '#electron/contract/verb.ts';
import { logRead } from '../audit/log-once.ts';
import type { Context } from '../context.ts';
import { useCase } from '../use-case.ts';

type ResponseRow = RowOf<'questionnaire_response'>;

export const answerHandlers = [
  useCase('answer.list', (ctx, { patientId }) => {
    if (ctx.get('patient', patientId) === undefined) return err('patient/unknown');
    const rows = answersOf(ctx, personJson(ctx.db, patientId));
    if (rows.length > 0)
      logRead(ctx, { subjectEntity: 'patient', subjectId: patientId, patientId, details: { what: 'answers' } }, 'answers');
    return ok({ answers: rows.map((row) => headOf(ctx, row)) });
  }),

  useCase('answer.get', (ctx, { id }) => {
    const row = ctx.get('questionnaire_response', id);
    if (row === undefined) return err('answer/unknown');
    logRead(ctx, { subjectEntity: 'questionnaire_response', subjectId: id, patientId: row.patientId });
    return ok({ lines: linesOf(row), questionnaire: row.questionnaire });
  }),
];

/** Newest first. @param ids of all the registrations of the patient, as JSON */
export const answersOf = (ctx: Context, ids: string): ResponseRow[] =>
  ctx.rows('questionnaire_response', `${OF_PERSON('patient_id')} order by authored_at desc, id desc`, [ids]);

/** Our own questions are known by their words, whoever answered them. */
export function linesOf({ questionnaire, content }: ResponseRow) {
  const words = new Map(ownQuestions(questionnaire)?.item?.map(({ linkId, text }) => [linkId, text ?? null]));
  return answerLines(content['item']).map((line) => ({ ...line, question: line.question ?? words.get(line.linkId) ?? null }));
}

/** A version may follow after a bar. */
const ownQuestions = (questionnaire: string) => QUESTIONNAIRES.find(({ url }) => url === questionnaire.split('|')[0]);

export function titleOf(questionnaire: string): { title: string; source: string | null } {
  const own = ownQuestions(questionnaire)?.title;
  if (own !== undefined) return { title: own, source: null };
  const match = /^https?:\/\/([^/?#]+)\/(?:[^?#]*\/)?([^/?#|]+)/.exec(questionnaire);
  const [, host = null, last = questionnaire] = match ?? [];
  return { title: readable(last), source: host };
}

/** As it was meant to be read, where an address had to spell it otherwise. */
function readable(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function headOf(ctx: Context, row: ResponseRow): AnswersHead {
  const { id, questionnaire, status, authoredAt, addedAt, addedById, encounterId } = row;
  return {
    id,
    ...titleOf(questionnaire),
    status,
    authoredAt,
    addedAt,
    addedByName: ctx.get('user', addedById)?.name ?? null,
    visitAt: encounterId === null ? null : (ctx.get('encounter', encounterId)?.visitAt ?? null),
  };
}
