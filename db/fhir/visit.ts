/** A visit, and what was measured, asked and coded in it. What nobody said is left out: no certainty, no course is made up for a diagnosis. */
import type { Condition, Consent, Encounter, EpisodeOfCare, Observation } from '@medplum/fhirtypes';
import { VISIT_WORDS } from '../rules/journal-words.ts';
import { redFlagRegions } from '../rules/red-flags.ts';
import type { Journal, OwnRow } from './journal.ts';
import { hl7, ICD_10, ICPC_2, loinc } from './systems.ts';
import { list, narrative, note, said } from './text.ts';

type Visit = OwnRow<'encounter'>;

/** Of whatever hangs under a visit. What was thrown away before it was signed does not count either. */
export function standing(visit: Pick<Visit, 'status'>): 'preliminary' | 'final' | 'entered-in-error' {
  return visit.status === 'draft' ? 'preliminary' : visit.status === 'signed' ? 'final' : 'entered-in-error';
}

const ENCOUNTER = { preliminary: 'in-progress', final: 'finished', 'entered-in-error': 'entered-in-error' } as const;

export function encounterOf(journal: Journal, row: Visit): Encounter {
  const coded = journal.of('diagnosis').filter(({ encounterId }) => encounterId === row.id);
  return {
    resourceType: 'Encounter',
    id: row.id,
    status: ENCOUNTER[standing(row)],
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB', display: 'ambulatory' },
    type: [{ text: VISIT_WORDS[row.visitType] }],
    subject: journal.subject(row.patientId),
    episodeOfCare: list(journal.to<EpisodeOfCare>(row.episodeId)),
    participant: [{ type: [hl7('v3-ParticipationType', 'PPRF')], individual: journal.person(row.practitionerId) }],
    appointment: list(journal.to(row.appointmentId)),
    period: { start: row.visitAt },
    diagnosis: list(...coded.map(({ id, main }) => ({ condition: { reference: `urn:uuid:${id}` }, rank: main ? 1 : undefined }))),
    serviceProvider: journal.organization,
  };
}

/** A diagnosis as it was written in a visit. */
export function conditionOf(journal: Journal, row: OwnRow<'diagnosis'>, visit: Visit): Condition {
  return {
    resourceType: 'Condition',
    id: row.id,
    verificationStatus: standing(visit) === 'entered-in-error' ? hl7('condition-ver-status', 'entered-in-error') : undefined,
    category: [hl7('condition-category', 'encounter-diagnosis')],
    code: {
      coding: [{ system: row.system === 'icpc-2' ? ICPC_2 : ICD_10, version: said(row.release), code: row.code, display: said(row.text) }],
      text: said(row.text),
    },
    subject: journal.subject(visit.patientId),
    encounter: journal.to(visit.id),
    recordedDate: visit.signedAt ?? visit.recordedAt,
    recorder: journal.person(visit.practitionerId),
  };
}

const MEASURED: Readonly<Record<string, Observation['code']>> = {
  'nrs-now': loinc('72514-3', 'Pain severity - 0-10 verbal numeric rating [Score] - Reported', 'Smerte nå (NRS 0–10)'),
};

/** @param row with a value: empty is not measured */
export const measurementOf = (journal: Journal, row: OwnRow<'observation'>, visit: Visit): Observation => ({
  ...observed(journal, row.id, visit),
  category: [hl7('observation-category', 'survey')],
  code: MEASURED[row.code] ?? { text: row.code },
  valueInteger: row.value ?? undefined,
});

/** @param row answered, or left open with a comment */
export function redFlagOf(journal: Journal, row: OwnRow<'red_flag_answer'>, visit: Visit): Observation {
  const region = redFlagRegions.find(({ key }) => key === row.region);
  const asked = region?.questions.find(({ key }) => key === row.question);
  return {
    ...observed(journal, row.id, visit),
    category: [hl7('observation-category', 'survey', 'Røde flagg')],
    code: { text: `${region?.label ?? row.region}: ${asked?.text ?? row.question}` },
    ...(row.answer === null
      ? { dataAbsentReason: hl7('data-absent-reason', 'asked-unknown', 'Ikke besvart') }
      : { valueBoolean: row.answer === 'yes' }),
    note: note(row.comment),
  };
}

const observed = (journal: Journal, id: string, visit: Visit) => ({
  resourceType: 'Observation' as const,
  id,
  status: standing(visit),
  subject: journal.subject<never>(visit.patientId),
  encounter: journal.to<Encounter>(visit.id),
  effectiveDateTime: visit.visitAt,
  performer: [journal.person(visit.practitionerId)],
});

/** To this visit's examination and treatment. */
export function treatmentConsentOf(journal: Journal, row: OwnRow<'treatment_consent'>, visit: Visit): Consent {
  const given = row.given === null ? 'proposed' : row.given ? 'active' : 'rejected';
  return {
    resourceType: 'Consent',
    id: row.id,
    text: said(row.comment) === undefined ? undefined : narrative(row.comment ?? ''),
    status: standing(visit) === 'entered-in-error' ? 'entered-in-error' : given,
    scope: hl7('consentscope', 'treatment'),
    category: [loinc('59284-0', 'Consent Document', 'Samtykke til undersøkelse og behandling')],
    patient: journal.subject(visit.patientId),
    dateTime: visit.visitAt,
    organization: [journal.organization],
    policyRule: { text: 'Pasient- og brukerrettighetsloven § 4-1' },
    provision:
      row.given === null
        ? undefined
        : { type: row.given ? 'permit' : 'deny', data: [{ meaning: 'related', reference: { reference: `urn:uuid:${visit.id}` } }] },
  };
}

/** One complaint over several visits. */
export const episodeOf = (journal: Journal, row: OwnRow<'episode'>): EpisodeOfCare => ({
  resourceType: 'EpisodeOfCare',
  id: row.id,
  text: said(row.note) === undefined ? undefined : narrative(row.note ?? ''),
  status: row.closed ? 'finished' : 'active',
  type: [{ text: said(row.title) }],
  patient: journal.subject(row.patientId),
  managingOrganization: journal.organization,
  period: { start: row.startedOn, end: row.endedOn ?? undefined },
});
