/** The questions the app asks, as Questionnaires: red flags by region, and the pain score. Answers stand as Observations of their visit. */
import type { Questionnaire, QuestionnaireItem } from '@medplum/fhirtypes';
import { redFlagRegions } from '../rules/red-flags.ts';
import { measurements } from '../rules/visit-types.ts';

/** The model's version is the questions' version: they change with the app and never in a clinic. */
const VERSION = { versionId: '1' };

function questionnaire(id: string, title: string, item: QuestionnaireItem[]): Questionnaire {
  return {
    resourceType: 'Questionnaire',
    id,
    meta: VERSION,
    language: 'nb',
    url: `urn:ryggrad:questionnaire:${id}`,
    name: id.replaceAll('-', '_'),
    title,
    status: 'active',
    subjectType: ['Patient'],
    item,
  };
}

export const QUESTIONNAIRES: readonly Questionnaire[] = [
  ...redFlagRegions.map(({ key, label, questions }) =>
    questionnaire(
      `red-flags-${key}`,
      `Røde flagg: ${label}`,
      questions.map((question) => ({ linkId: question.key, text: question.text, type: 'boolean' })),
    ),
  ),
  questionnaire('nrs-now', 'Smerte nå (NRS)', [
    {
      linkId: 'nrs-now',
      text: `Smerte nå, ${measurements['nrs-now']?.min ?? 0}–${measurements['nrs-now']?.max ?? 10}`,
      type: 'integer',
    },
  ]),
];
