/** `_elements`: what was asked for, and what a resource must not lack (R4 § 3.1.1.5.9), marked as a part of it. */
import type { Resource } from '@medplum/fhirtypes';

const ALWAYS = ['resourceType', 'id', 'meta'];
/** Without these it is no resource of its type. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  RelatedPerson: ['patient'],
  Encounter: ['status', 'class'],
  Condition: ['subject'],
  Observation: ['status', 'code'],
  Appointment: ['status', 'participant'],
  DocumentReference: ['status', 'content'],
  Composition: ['status', 'type', 'date', 'author', 'title'],
  Consent: ['status', 'scope', 'category', 'policyRule'],
  AuditEvent: ['type', 'recorded', 'agent', 'source'],
  Provenance: ['target', 'recorded', 'agent'],
  Questionnaire: ['status'],
  QuestionnaireResponse: ['status'],
  EpisodeOfCare: ['status', 'patient'],
  AllergyIntolerance: ['patient'],
  Flag: ['status', 'code', 'subject'],
  ChargeItem: ['status', 'code', 'subject'],
  Invoice: ['status'],
  Communication: ['status'],
  Task: ['status', 'intent'],
  DetectedIssue: ['status'],
};

export function onlyElements<R extends Resource>(resource: R, elements: readonly string[]): R {
  const kept = new Set([...ALWAYS, ...elements, ...(REQUIRED[resource.resourceType] ?? [])]);
  const part = Object.fromEntries(Object.entries(resource).filter(([name]) => kept.has(name))) as unknown as R;
  const tag = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };
  return { ...part, meta: { ...resource.meta, tag: [...(resource.meta?.tag ?? []), tag] } };
}
