/** Answers that another system handed in about a patient (FHIR QuestionnaireResponse): read here, and never changed. */
import { z } from 'zod';
import type { RESPONSE_STATUSES } from '#db/model/questionnaire.ts';
import type { AnswerLine } from '#db/rules/questionnaire-answers.ts';
import { verb } from './verb.ts';

export interface AnswersHead {
  id: string;
  /** What was asked: the title where we know it, else the last part of its address. */
  title: string;
  /** Whose questions they are: the host of the address; null for our own, and for what has none. */
  source: string | null;
  status: (typeof RESPONSE_STATUSES)[number];
  /** When it was answered. */
  authoredAt: string;
  addedAt: string;
  addedByName: string | null;
  /** The visit it was handed in under. */
  visitAt: string | null;
}

export const answers = {
  'answer.list': verb<{ answers: AnswersHead[] }>()(z.object({ patientId: z.uuid() }), ['patient/unknown']),
  /** Logged as a look. */
  'answer.get': verb<{ lines: AnswerLine[]; questionnaire: string }>()(z.object({ id: z.uuid() }), ['answer/unknown']),
};
