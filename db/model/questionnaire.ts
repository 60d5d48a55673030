/** Answers to somebody else's questions, as their app handed them in (FHIR QuestionnaireResponse): Nav's certificate, a form the patient filled in. */
import { z } from 'zod';
import { choice, entity, instant, json, looseId, optional, reference, text } from './entity.ts';

export const RESPONSE_STATUSES = ['in-progress', 'completed', 'amended', 'entered-in-error', 'stopped'] as const;

export const questionnaireResponse = entity('questionnaire_response', 'clinical', {
  patientId: reference('patient', { merge: 'scalar' }),
  encounterId: optional(reference('encounter')),
  /** Canonical address of the questions. */
  questionnaire: text({ max: 500, merge: 'fixed' }),
  status: choice(RESPONSE_STATUSES, { merge: 'fixed' }),
  authoredAt: instant({ merge: 'fixed' }),
  /** `item`, `identifier` and `language` of the resource, as they came. */
  content: json(z.record(z.string(), z.unknown()), { sensitive: true, merge: 'fixed' }),
  addedById: looseId(),
  addedAt: instant({ merge: 'fixed' }),
});
