/**
 * Which rows become which resources, one at a time: for whoever asks for single resources rather than a whole journal. The mappings are those of
 * the journal's bundle, and so are the resources (journal-bundle.ts): a kind says which other rows a mapping looks at, so that they are fetched.
 */
import type { Resource } from '@medplum/fhirtypes';
import type { EntityName } from '../model/entities.ts';
import { appointmentOf, chargeOf, messageOf, recallOf, receiptOf } from './desk.ts';
import { attachmentOf, documentOf, letterOf, looseDocuments } from './documents.ts';
import { absenceOf, blockOf, channelConsentOf, disagreementOf, emergencyOf, responseOf, safetyOf } from './facts.ts';
import { importedOf } from './imported.ts';
import { isAgreed, isAnswered, isMeasured, noteWithParts } from './journal-bundle.ts';
import type { Journal, OwnRow } from './journal.ts';
import { amendmentOf, amendmentSignatureOf, signatureOf } from './notes.ts';
import { guardianOf, organizationOf, patientOf, practitionerOf, practitionerRoleOf, withReplaced } from './people.ts';
import { erasureOf, exportOf, requestOf } from './requests.ts';
import { conditionOf, encounterOf, episodeOf, measurementOf, redFlagOf, treatmentConsentOf } from './visit.ts';

/** Rows of `entity` whose `field` holds one of these ids. */
export interface Need {
  entity: EntityName;
  field: string;
  ids: readonly string[];
}
export type AnyRow = Record<string, unknown> & { id: string };

export interface Kind {
  type: Resource['resourceType'];
  entity: EntityName;
  /** Before the row's id, where a row becomes several resources. */
  prefix: string;
  /** How the patient is known: the row's own field, or that of its visit. */
  patient: 'id' | 'patientId' | 'visit' | undefined;
  /** Field that holds the resource's `date`, in the clear; `visit`: that of its visit. */
  moment: string | undefined;
  needs(row: AnyRow): readonly Need[];
  /** Undefined: this row is none, or says nothing. */
  make(journal: Journal, row: AnyRow): Resource | undefined;
}

type Of<N extends EntityName> = (journal: Journal, row: OwnRow<N>) => Resource | undefined;
interface Options {
  prefix?: string;
  patient?: Kind['patient'];
  moment?: string | undefined;
  needs?: Kind['needs'];
}

function kind<N extends EntityName>(type: Kind['type'], entity: N, make: Of<N>, options: Options = {}): Kind {
  return {
    type,
    entity,
    prefix: options.prefix ?? '',
    patient: 'patient' in options ? options.patient : 'patientId',
    moment: options.moment,
    needs: options.needs ?? (() => []),
    // The store's row has the fields of its entity; db/postgres knows no type of a single one.
    make: (journal, row) => make(journal, row as unknown as OwnRow<N>),
  };
}

const by = (entity: EntityName, field: string, ...ids: unknown[]): Need => ({
  entity,
  field,
  ids: ids.filter((id): id is string => typeof id === 'string'),
});
/** What hangs under a visit is told with its state and its moment. */
const VISIT: Options = { patient: 'visit', moment: 'visit', needs: ({ encounterId }) => [by('encounter', 'id', encounterId)] };
/** The same, dated by a signature and not by the visit. */
const SIGNED: Options = { ...VISIT, moment: undefined };

function underVisit<N extends 'observation' | 'red_flag_answer' | 'treatment_consent' | 'diagnosis' | 'amendment'>(
  make: (journal: Journal, row: OwnRow<N>, visit: OwnRow<'encounter'>) => Resource | undefined,
): Of<N> {
  return (journal, row) => {
    const visit = journal.of('encounter').find(({ id }) => id === row.encounterId);
    return visit === undefined ? undefined : make(journal, row, visit);
  };
}

export const KINDS: readonly Kind[] = [
  kind('Organization', 'clinic', (journal) => organizationOf(journal), { patient: undefined }),
  kind('Practitioner', 'user', (_, row) => practitionerOf(row.id, row), { patient: undefined }),
  kind('PractitionerRole', 'user', practitionerRoleOf, { patient: undefined, prefix: 'role-' }),
  kind('Patient', 'patient', (journal, row) => withReplaced(journal, patientOf(journal, row)), {
    patient: 'id',
    needs: ({ id }) => [by('patient_link', 'patientId', id), by('patient_link', 'intoId', id)],
  }),
  kind('RelatedPerson', 'guardian', guardianOf),
  kind('AllergyIntolerance', 'safety_fact', only('AllergyIntolerance', safetyOf)),
  kind('Flag', 'safety_fact', only('Flag', safetyOf)),
  kind('Consent', 'channel_consent', channelConsentOf),
  kind('Consent', 'access_block', blockOf),
  kind(
    'Consent',
    'treatment_consent',
    underVisit((journal, row, visit) => (isAgreed(row) ? treatmentConsentOf(journal, row, visit) : undefined)),
    VISIT,
  ),
  kind('EpisodeOfCare', 'episode', episodeOf),
  kind('Appointment', 'appointment', appointmentOf, { moment: 'startsAt' }),
  kind('Encounter', 'encounter', encounterOf, {
    moment: 'visitAt',
    needs: ({ id, episodeId, appointmentId }) => [
      by('diagnosis', 'encounterId', id),
      by('episode', 'id', episodeId),
      by('appointment', 'id', appointmentId),
    ],
  }),
  kind('Condition', 'diagnosis', underVisit(conditionOf), SIGNED),
  kind(
    'Observation',
    'observation',
    underVisit((journal, row, visit) => (isMeasured(row) ? measurementOf(journal, row, visit) : undefined)),
    VISIT,
  ),
  kind(
    'Observation',
    'red_flag_answer',
    underVisit((journal, row, visit) => (isAnswered(row) ? redFlagOf(journal, row, visit) : undefined)),
    VISIT,
  ),
  kind('Observation', 'sick_leave', absenceOf, { needs: ({ encounterId }) => [by('encounter', 'id', encounterId)] }),
  kind('Composition', 'encounter', noteWithParts, {
    prefix: 'note-',
    needs: ({ id }) =>
      (['note_section', 'observation', 'red_flag_answer', 'treatment_consent', 'diagnosis', 'treatment_line'] as const).map((entity) =>
        by(entity, 'encounterId', id),
      ),
  }),
  kind('Composition', 'amendment', underVisit(amendmentOf), SIGNED),
  kind('Provenance', 'encounter', signatureOf, { prefix: 'signed-' }),
  kind(
    'Provenance',
    'amendment',
    underVisit((journal, row) => amendmentSignatureOf(journal, row)),
    { ...SIGNED, prefix: 'signed-' },
  ),
  kind('Composition', 'letter', only('Composition', letterOf), { needs: letterNeeds }),
  kind('DocumentReference', 'letter', only('DocumentReference', letterOf), { needs: letterNeeds }),
  kind(
    'DocumentReference',
    'document',
    (journal, row) => (looseDocuments(journal).some(({ id }) => id === row.id) ? documentOf(journal, row) : undefined),
    { needs: ({ id }) => [by('letter', 'documentId', id)] },
  ),
  kind('DocumentReference', 'attachment', attachmentOf, { needs: ({ encounterId }) => [by('encounter', 'id', encounterId)] }),
  kind('QuestionnaireResponse', 'questionnaire_response', responseOf, {
    moment: 'authoredAt',
    needs: ({ encounterId }) => [by('encounter', 'id', encounterId)],
  }),
  kind('Composition', 'imported_entry', importedOf, {
    needs: ({ importId, replacesId }) => [by('import_batch', 'id', importId), by('imported_entry', 'id', replacesId)],
  }),
  kind('ChargeItem', 'treatment_line', chargeOf, { needs: ({ encounterId }) => [by('encounter', 'id', encounterId)] }),
  kind('Invoice', 'payment', receiptOf, { moment: 'paidAt' }),
  kind('Communication', 'message', messageOf, {
    needs: ({ appointmentId, subjectId }) => [
      by('appointment', 'id', appointmentId),
      by('letter', 'id', subjectId),
      by('payment', 'id', subjectId),
    ],
  }),
  kind('Task', 'journal_request', requestOf, {
    needs: ({ documentId, targets }) => [
      by('document', 'id', documentId),
      by('letter', 'documentId', documentId),
      ...keysIn(targets).map(({ entity, id }) => by(entity, 'id', id)),
    ],
  }),
  kind('Task', 'recall', recallOf),
  kind('Task', 'export_approval', exportOf),
  kind('DetectedIssue', 'conflict', disagreementOf, {
    needs: ({ subjectEntity, subjectId }) => (isPointedAt(subjectEntity) ? [by(subjectEntity, 'id', subjectId)] : []),
  }),
  kind('AuditEvent', 'emergency_access', emergencyOf, { moment: 'openedAt' }),
  kind('AuditEvent', 'erasure', erasureOf, { moment: 'decidedAt' }),
];

/** A row that becomes one of two types is of the other kind. */
function only<N extends EntityName>(type: Kind['type'], make: Of<N>): Of<N> {
  return (journal, row) => {
    const resource = make(journal, row);
    return resource?.resourceType === type ? resource : undefined;
  };
}

function letterNeeds({ documentId, encounterId }: AnyRow): Need[] {
  return [by('document', 'id', documentId), by('encounter', 'id', encounterId)];
}

const POINTED_AT = ['patient', 'guardian', 'safety_fact', 'episode', 'appointment', 'encounter', 'observation', 'red_flag_answer'] as const;
const ALSO_POINTED_AT = [
  'treatment_consent',
  'diagnosis',
  'amendment',
  'treatment_line',
  'payment',
  'letter',
  'attachment',
  'message',
] as const;
const isPointedAt = (entity: unknown): entity is EntityName =>
  [...POINTED_AT, ...ALSO_POINTED_AT, 'document'].some((name) => name === entity);

function keysIn(targets: unknown): { entity: EntityName; id: string }[] {
  if (!Array.isArray(targets)) return [];
  return (targets as { entity: string; id: string }[]).flatMap(({ entity, id }) => (isPointedAt(entity) ? [{ entity, id }] : []));
}
