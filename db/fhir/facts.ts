/** What must be known before touching the patient, and what they agreed to or shut. */
import type { AllergyIntolerance, AuditEvent, Consent, DetectedIssue, Flag, Observation, QuestionnaireResponse } from '@medplum/fhirtypes';
import { SAFETY_WORDS } from '../rules/journal-words.ts';
import type { Journal, OwnRow } from './journal.ts';
import { hl7, loinc } from './systems.ts';
import { list, note, said } from './text.ts';

type Fact = OwnRow<'safety_fact'>;

/** An answered question about allergies is an AllergyIntolerance; everything else is a flag, lit where the answer was yes. */
export function safetyOf(journal: Journal, row: Fact): AllergyIntolerance | Flag {
  return row.kind === 'allergies' && row.state !== 'not_asked' ? allergyOf(journal, row) : flagOf(journal, row);
}

function allergyOf(journal: Journal, row: Fact): AllergyIntolerance {
  const none = {
    coding: [{ system: 'http://snomed.info/sct', code: '716186003', display: 'No known allergy' }],
    text: 'Ingen kjente allergier',
  };
  return {
    resourceType: 'AllergyIntolerance',
    id: row.id,
    clinicalStatus: hl7('allergyintolerance-clinical', 'active'),
    code: row.state === 'none' ? none : { text: said(row.detail) ?? SAFETY_WORDS[row.kind] },
    patient: journal.subject(row.patientId),
    recordedDate: row.recordedAt,
    recorder: journal.person(row.recordedById),
    note: row.state === 'none' ? note(row.detail) : undefined,
  };
}

function flagOf(journal: Journal, row: Fact): Flag {
  const answer = { not_asked: 'ikke spurt', none: 'nei', yes: 'ja' }[row.state];
  const detail = said(row.detail);
  return {
    resourceType: 'Flag',
    id: row.id,
    status: row.state === 'yes' ? 'active' : 'inactive',
    category: [hl7('flag-category', 'safety')],
    code: { text: `${SAFETY_WORDS[row.kind] ?? row.kind}: ${detail ?? answer}` },
    subject: journal.subject(row.patientId),
    period: { start: row.recordedAt },
    author: journal.person(row.recordedById),
  };
}

const CHANNELS: Readonly<Record<OwnRow<'channel_consent'>['channel'], string>> = {
  sms: 'Kontakt på SMS',
  email: 'Kontakt på e-post',
  phone: 'Kontakt på telefon',
  post: 'Kontakt i post',
  recall: 'Innkalling til ny time',
};

export const channelConsentOf = (journal: Journal, row: OwnRow<'channel_consent'>): Consent => ({
  ...privacy(journal, row, CHANNELS[row.channel], row.recordedAt),
  status: row.state === 'yes' ? 'active' : 'rejected',
  provision: { type: row.state === 'yes' ? 'permit' : 'deny' },
});

/** The patient has shut the journal for a person who works here (pasientjournalloven § 17); lifted: inactive. */
export const blockOf = (journal: Journal, row: OwnRow<'access_block'>): Consent => ({
  ...privacy(journal, row, 'Sperring av journalen', row.setAt),
  status: row.blocked ? 'active' : 'inactive',
  provision: { type: 'deny', actor: [{ role: hl7('v3-ParticipationType', 'IRCP'), reference: journal.person(row.userId) }] },
});

const privacy = (journal: Journal, row: { id: string; patientId: string }, text: string, dateTime: string) => ({
  resourceType: 'Consent' as const,
  id: row.id,
  scope: hl7('consentscope', 'patient-privacy'),
  category: [loinc('59284-0', 'Consent Document', text)],
  patient: journal.subject<never>(row.patientId),
  dateTime,
  organization: [journal.organization],
  policyRule: { text },
});

/** A shut journal that was opened all the same, with the person's own reason. */
export const emergencyOf = (journal: Journal, row: OwnRow<'emergency_access'>): AuditEvent => ({
  resourceType: 'AuditEvent',
  id: row.id,
  type: { system: 'http://dicom.nema.org/resources/ontology/DCM', code: '110113', display: 'Security Alert' },
  period: { start: row.openedAt, end: row.until },
  recorded: row.openedAt,
  purposeOfEvent: [hl7('v3-ActReason', 'BTG', row.reason)],
  agent: [
    { who: journal.person(row.userId), requestor: true },
    ...(row.seenById === null ? [] : [{ type: { text: 'Gjennomgått av' }, who: journal.person(row.seenById), requestor: false }]),
  ],
  source: { observer: journal.organization },
  entity: [{ what: journal.subject(row.patientId) }],
});

/** Two people set the same thing differently; both values. */
export const disagreementOf = (journal: Journal, row: OwnRow<'conflict'>): DetectedIssue => ({
  resourceType: 'DetectedIssue',
  id: row.id,
  status: row.status === 'open' ? 'preliminary' : 'final',
  code: { text: `To versjoner: ${row.subjectEntity}.${row.field}` },
  patient: row.patientId === null ? undefined : journal.subject(row.patientId),
  identifiedDateTime: row.lostAt,
  author: journal.person(row.lostActorId),
  implicated: list(journal.to<never>(row.subjectId)),
  detail: `${wordsOf(row.kept)}\n\n${wordsOf(row.lost)}`,
});

const wordsOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null));

const ABSENCES = {
  here: 'Fravær fra arbeid, sykmeldt her',
  elsewhere: 'Fravær fra arbeid, etter pasientens opplysning',
  none_earlier: 'Ikke kjent tidligere fravær fra arbeid',
} as const;

/** Absence from work as known here; the certificate is Nav's. */
export const absenceOf = (journal: Journal, row: OwnRow<'sick_leave'>): Observation => ({
  resourceType: 'Observation',
  id: row.id,
  status: row.enteredInError || isWrong(journal, row.encounterId) ? 'entered-in-error' : 'final',
  category: [hl7('observation-category', 'social-history')],
  code: { text: ABSENCES[row.origin] },
  subject: journal.subject(row.patientId),
  encounter: journal.to(row.encounterId),
  effectivePeriod: { start: row.fromDay, end: row.toDay },
  performer: [journal.person(row.enteredById)],
  valueQuantity:
    row.gradePercent === null ? undefined : { value: row.gradePercent, unit: '%', system: 'http://unitsofmeasure.org', code: '%' },
  note: note(row.note),
});

/** What was written in a visit that does not count does not count either. */
function isWrong(journal: Journal, encounterId: string | null): boolean {
  const status = journal.of('encounter').find(({ id }) => id === encounterId)?.status;
  return status === 'entered_in_error' || status === 'discarded';
}

/** Answers that another system handed in, as they came. */
export const responseOf = (journal: Journal, row: OwnRow<'questionnaire_response'>): QuestionnaireResponse => ({
  ...(row.content as Partial<QuestionnaireResponse>),
  resourceType: 'QuestionnaireResponse',
  id: row.id,
  questionnaire: row.questionnaire,
  status: row.status,
  subject: journal.subject(row.patientId),
  encounter: journal.to(row.encounterId),
  authored: row.authoredAt,
  author: journal.person(row.addedById),
});
