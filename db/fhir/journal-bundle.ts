/**
 * One person's journal as a FHIR R4 Bundle (`collection`): what a patient takes with them to another system (GDPR art. 20), made of
 * rows alone, without network. The same rows give the same bundle, byte for byte.
 */
import type { Bundle, Composition, Resource } from '@medplum/fhirtypes';
import { derivedId } from '../model/ids.ts';
import { appointmentOf, chargeOf, messageOf, recallOf, receiptOf } from './desk.ts';
import { attachmentOf, documentOf, letterOf, looseDocuments } from './documents.ts';
import { absenceOf, blockOf, channelConsentOf, disagreementOf, emergencyOf, responseOf, safetyOf } from './facts.ts';
import { importedOf } from './imported.ts';
import { journalOf, urn, type Journal, type JournalEntity, type JournalSource, type OwnRow } from './journal.ts';
import { amendmentOf, amendmentSignatureOf, noteOf, signatureOf } from './notes.ts';
import { guardianOf, organizationOf, patientOf, practitionersOf, withReplaced } from './people.ts';
import { erasureOf, exportOf, requestOf } from './requests.ts';
import { said } from './text.ts';
import { conditionOf, encounterOf, episodeOf, measurementOf, redFlagOf, treatmentConsentOf } from './visit.ts';

export function journalBundle(source: JournalSource): Bundle {
  const journal = journalOf(source);
  const mapped = ORDER.flatMap((entity) => MAPPED[entity](journal));
  const resources = [organizationOf(journal), ...practitionersOf(journal), ...mapped];
  return {
    resourceType: 'Bundle',
    id: derivedId(source.patientId, `fhir:${source.madeAt}`),
    language: 'nb',
    type: 'collection',
    timestamp: source.madeAt,
    entry: resources.map((resource) => ({ fullUrl: urn(resource.id ?? ''), resource })),
  };
}

/** By entity: a new one that names the patient does not compile before somebody has said what it is in FHIR. */
const MAPPED: Readonly<Record<JournalEntity, (journal: Journal) => Resource[]>> = {
  patient: (journal) => journal.of('patient').map((row) => withReplaced(journal, patientOf(journal, row))),
  patient_link: within,
  guardian: each('guardian', guardianOf),
  safety_fact: each('safety_fact', safetyOf),
  channel_consent: each('channel_consent', channelConsentOf),
  access_block: each('access_block', blockOf),
  emergency_access: each('emergency_access', emergencyOf),
  episode: each('episode', episodeOf),
  appointment: each('appointment', appointmentOf),
  encounter: (journal) => journal.of('encounter').flatMap((visit) => visitOf(journal, visit)),
  note_section: within,
  observation: within,
  red_flag_answer: within,
  treatment_consent: within,
  diagnosis: within,
  amendment: within,
  treatment_line: each('treatment_line', chargeOf),
  payment: each('payment', receiptOf),
  sick_leave: each('sick_leave', absenceOf),
  letter: each('letter', letterOf),
  document: (journal) => looseDocuments(journal).map((row) => documentOf(journal, row)),
  attachment: each('attachment', attachmentOf),
  questionnaire_response: each('questionnaire_response', responseOf),
  imported_entry: each('imported_entry', importedOf),
  recall: each('recall', recallOf),
  message: each('message', messageOf),
  journal_request: each('journal_request', requestOf),
  export_approval: each('export_approval', exportOf),
  erasure: each('erasure', erasureOf),
  conflict: each('conflict', disagreementOf),
};
const ORDER = Object.keys(MAPPED) as JournalEntity[];

function each<N extends JournalEntity>(entity: N, map: (journal: Journal, row: OwnRow<N>) => Resource) {
  return (journal: Journal): Resource[] => journal.of(entity).map((row) => map(journal, row));
}

/** Its rows are mapped where they belong: in the visit, the patient, the letter. */
function within(): Resource[] {
  return [];
}

/** A visit with all that hangs under it. */
function visitOf(journal: Journal, visit: OwnRow<'encounter'>): Resource[] {
  const parts = partsOf(journal, visit);
  const amendments = journal.of('amendment').filter(({ encounterId }) => encounterId === visit.id);
  return [
    encounterOf(journal, visit),
    noteOf(journal, visit, [...parts, ...linesOf(journal, visit)]),
    ...there(signatureOf(journal, visit)),
    ...parts,
    ...amendments.flatMap((row) => [amendmentOf(journal, row, visit), ...there(amendmentSignatureOf(journal, row))]),
  ];
}

const linesOf = (journal: Journal, visit: OwnRow<'encounter'>): Resource[] =>
  journal
    .of('treatment_line')
    .filter(({ encounterId }) => encounterId === visit.id)
    .map((row) => chargeOf(journal, row));

/** The note of a visit with what it points to. */
export const noteWithParts = (journal: Journal, visit: OwnRow<'encounter'>): Composition =>
  noteOf(journal, visit, [...partsOf(journal, visit), ...linesOf(journal, visit)]);

/** What was found, answered, agreed to and coded. Rows that say nothing (an empty answer, a value not measured) are not part of it. */
function partsOf(journal: Journal, visit: OwnRow<'encounter'>): Resource[] {
  const mine = ({ encounterId }: { encounterId: string }): boolean => encounterId === visit.id;
  return [
    ...journal
      .of('observation')
      .filter((row) => mine(row) && isMeasured(row))
      .map((row) => measurementOf(journal, row, visit)),
    ...journal
      .of('red_flag_answer')
      .filter((row) => mine(row) && isAnswered(row))
      .map((row) => redFlagOf(journal, row, visit)),
    ...journal
      .of('treatment_consent')
      .filter((row) => mine(row) && isAgreed(row))
      .map((row) => treatmentConsentOf(journal, row, visit)),
    ...journal
      .of('diagnosis')
      .filter(mine)
      .map((row) => conditionOf(journal, row, visit)),
  ];
}

export const isMeasured = (row: OwnRow<'observation'>): boolean => row.value !== null;
export const isAnswered = (row: OwnRow<'red_flag_answer'>): boolean => row.answer !== null || said(row.comment) !== undefined;
export const isAgreed = (row: OwnRow<'treatment_consent'>): boolean => row.given !== null || said(row.comment) !== undefined;
const there = <T>(one: T | undefined): T[] => (one === undefined ? [] : [one]);
