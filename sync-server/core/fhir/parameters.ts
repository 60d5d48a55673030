/** What may be searched for, by type: names as R4 has them, and where in a resource their values stand. Judged on what is handed out. */
import type { Resource } from '@medplum/fhirtypes';

export type ParameterType = 'token' | 'string' | 'date' | 'reference' | 'uri';
export interface Parameter {
  type: ParameterType;
  /** FHIR values: of a token CodeableConcept, Coding, Identifier, ContactPoint, code or boolean; of a date a text or a Period, and so on. */
  of(resource: Json): readonly unknown[];
  /** Types a reference may lead to. */
  targets?: readonly string[];
}
/** A resource as JSON: parameters look into any type. */
export type Json = Readonly<Record<string, unknown>>;

/** A path through lists and objects: `participant.individual`. */
function at(...paths: readonly string[]): Parameter['of'] {
  const steps = paths.map((path) => path.split('.'));
  return (resource) => steps.flatMap((path) => path.reduce<unknown[]>(step, [resource]));
}
function step(values: unknown[], name: string): unknown[] {
  return values.flatMap((value) => {
    const inner = typeof value === 'object' && value !== null ? (value as Json)[name] : undefined;
    return inner === undefined || inner === null ? [] : inner;
  });
}
const token = (...paths: string[]): Parameter => ({ type: 'token', of: at(...paths) });
const text = (...paths: string[]): Parameter => ({ type: 'string', of: at(...paths) });
const date = (...paths: string[]): Parameter => ({ type: 'date', of: at(...paths) });
const uri = (...paths: string[]): Parameter => ({ type: 'uri', of: at(...paths) });
const to = (targets: string, ...paths: string[]): Parameter => ({ type: 'reference', of: at(...paths), targets: targets.split(' ') });

const telecom = (system: string): Parameter => ({
  type: 'token',
  of: (resource) => at('telecom')(resource).filter((one) => (one as Json)['system'] === system),
});
const named = (type: string, path: string): Parameter => ({
  type: 'reference',
  targets: [type],
  of: (resource) => at(path)(resource).filter((one) => String((one as Json)['reference']).startsWith(`${type}/`)),
});
const subject = { patient: to('Patient', 'subject'), subject: to('Patient', 'subject') };
const ofPatient = { patient: to('Patient', 'patient') };

const ALL: Readonly<Record<string, Parameter>> = {
  _id: token('id'),
  _lastUpdated: date('meta.lastUpdated'),
};

const OWN: Readonly<Record<string, Readonly<Record<string, Parameter>>>> = {
  Patient: {
    identifier: token('identifier'),
    name: text('name'),
    family: text('name.family'),
    given: text('name.given'),
    birthdate: date('birthDate'),
    gender: token('gender'),
    active: token('active'),
    deceased: { type: 'token', of: (resource) => [resource['deceasedBoolean'] ?? false] },
    telecom: token('telecom'),
    phone: telecom('phone'),
    email: telecom('email'),
    address: text('address'),
    'address-city': text('address.city'),
    'address-postalcode': text('address.postalCode'),
    language: token('communication.language'),
  },
  RelatedPerson: {
    ...ofPatient,
    name: text('name'),
    relationship: token('relationship'),
    phone: telecom('phone'),
    email: telecom('email'),
  },
  Practitioner: { identifier: token('identifier'), name: text('name') },
  PractitionerRole: {
    practitioner: to('Practitioner', 'practitioner'),
    organization: to('Organization', 'organization'),
    role: token('code'),
    active: token('active'),
    date: date('period'),
  },
  Organization: { identifier: token('identifier'), name: text('name'), 'address-city': text('address.city') },
  Encounter: {
    ...subject,
    date: date('period'),
    status: token('status'),
    class: token('class'),
    type: token('type'),
    participant: to('Practitioner', 'participant.individual'),
    practitioner: to('Practitioner', 'participant.individual'),
    appointment: to('Appointment', 'appointment'),
    'episode-of-care': to('EpisodeOfCare', 'episodeOfCare'),
    diagnosis: to('Condition', 'diagnosis.condition'),
    'service-provider': to('Organization', 'serviceProvider'),
  },
  Condition: {
    ...subject,
    code: token('code'),
    category: token('category'),
    encounter: to('Encounter', 'encounter'),
    'recorded-date': date('recordedDate'),
    'clinical-status': token('clinicalStatus'),
    'verification-status': token('verificationStatus'),
  },
  Observation: {
    ...subject,
    code: token('code'),
    category: token('category'),
    date: date('effectiveDateTime', 'effectivePeriod'),
    status: token('status'),
    encounter: to('Encounter', 'encounter'),
    performer: to('Practitioner', 'performer'),
    'data-absent-reason': token('dataAbsentReason'),
  },
  Appointment: {
    patient: named('Patient', 'participant.actor'),
    practitioner: named('Practitioner', 'participant.actor'),
    actor: to('Patient Practitioner', 'participant.actor'),
    date: date('start'),
    status: token('status'),
    'part-status': token('participant.status'),
    'service-type': token('serviceType'),
    'appointment-type': token('appointmentType'),
  },
  DocumentReference: {
    ...subject,
    identifier: token('identifier', 'masterIdentifier'),
    type: token('type'),
    category: token('category'),
    date: date('date'),
    status: token('status'),
    author: to('Practitioner', 'author'),
    authenticator: to('Practitioner', 'authenticator'),
    custodian: to('Organization', 'custodian'),
    encounter: to('Encounter', 'context.encounter'),
    contenttype: token('content.attachment.contentType'),
    description: text('description'),
  },
  Composition: {
    ...subject,
    type: token('type'),
    date: date('date'),
    status: token('status'),
    title: text('title'),
    author: to('Practitioner', 'author'),
    attester: to('Practitioner', 'attester.party'),
    encounter: to('Encounter', 'encounter'),
    entry: to('Observation Condition Consent ChargeItem', 'section.entry'),
    'related-ref': to('Composition', 'relatesTo.targetReference'),
  },
  Consent: {
    ...ofPatient,
    status: token('status'),
    scope: token('scope'),
    category: token('category'),
    date: date('dateTime'),
    actor: to('Practitioner', 'provision.actor.reference'),
    data: to('Encounter', 'provision.data.reference'),
    organization: to('Organization', 'organization'),
  },
  AuditEvent: {
    patient: named('Patient', 'entity.what'),
    date: date('recorded'),
    action: token('action'),
    agent: to('Practitioner', 'agent.who'),
    type: token('type'),
    subtype: token('subtype'),
    outcome: token('outcome'),
  },
  Provenance: {
    target: to('Composition', 'target'),
    agent: to('Practitioner', 'agent.who'),
    recorded: date('recorded'),
    'signature-type': token('signature.type'),
  },
  Questionnaire: {
    url: uri('url'),
    name: text('name'),
    title: text('title'),
    status: token('status'),
    'subject-type': token('subjectType'),
  },
  QuestionnaireResponse: {
    ...subject,
    identifier: token('identifier'),
    questionnaire: uri('questionnaire'),
    status: token('status'),
    authored: date('authored'),
    author: to('Practitioner', 'author'),
    encounter: to('Encounter', 'encounter'),
  },
  EpisodeOfCare: { ...ofPatient, status: token('status'), date: date('period'), organization: to('Organization', 'managingOrganization') },
  AllergyIntolerance: { ...ofPatient, 'clinical-status': token('clinicalStatus'), code: token('code'), date: date('recordedDate') },
  Flag: { ...subject, date: date('period'), author: to('Practitioner', 'author') },
  ChargeItem: { ...subject, context: to('Encounter', 'context'), code: token('code') },
  Invoice: {
    ...subject,
    date: date('date'),
    status: token('status'),
    identifier: token('identifier'),
    issuer: to('Organization', 'issuer'),
  },
  Communication: { ...subject, status: token('status'), medium: token('medium'), category: token('category'), sent: date('sent') },
  Task: { ...{ patient: to('Patient', 'for'), subject: to('Patient', 'for') }, status: token('status'), 'authored-on': date('authoredOn') },
  DetectedIssue: { ...ofPatient, identified: date('identifiedDateTime'), author: to('Practitioner', 'author') },
};

/** Parameters of a type, those of every type among them. */
const BY_TYPE: Readonly<Record<string, Readonly<Record<string, Parameter>>>> = Object.fromEntries(
  Object.entries(OWN).map(([type, own]) => [type, { ...ALL, ...own }]),
);

/** Undefined for a type that cannot be searched. */
export const parametersOf = (type: string): Readonly<Record<string, Parameter>> | undefined =>
  Object.hasOwn(BY_TYPE, type) ? BY_TYPE[type] : undefined;

export function parameterOf(type: string, name: string): Parameter | undefined {
  const all = parametersOf(type);
  return all !== undefined && Object.hasOwn(all, name) ? all[name] : undefined;
}

export const SEARCHED_TYPES = Object.keys(OWN) as Resource['resourceType'][];
