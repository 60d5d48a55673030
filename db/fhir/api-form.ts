/**
 * A resource as an API hands it out: references by type and id instead of `urn:uuid:`, with its version, and the bytes of documents by address
 * instead of inline.
 */
import type { Meta, Resource } from '@medplum/fhirtypes';
import type { Journal } from './journal.ts';
import { noteId } from './notes.ts';

/** Stands for the moment a copy is made, of which an API has none: what nobody dated is dated by when it was last changed. */
export const UNDATED = '0001-01-01T00:00:00.000Z';

export interface Version {
  versionId: string;
  /** Undefined where nobody wrote it down. */
  lastUpdated: string | undefined;
}

/** Types that ids stand for where a row is named by its entity. */
const TYPES: Readonly<Record<string, string>> = {
  patient: 'Patient',
  guardian: 'RelatedPerson',
  channel_consent: 'Consent',
  access_block: 'Consent',
  treatment_consent: 'Consent',
  emergency_access: 'AuditEvent',
  erasure: 'AuditEvent',
  episode: 'EpisodeOfCare',
  appointment: 'Appointment',
  encounter: 'Encounter',
  observation: 'Observation',
  red_flag_answer: 'Observation',
  diagnosis: 'Condition',
  amendment: 'Composition',
  treatment_line: 'ChargeItem',
  payment: 'Invoice',
  document: 'DocumentReference',
  attachment: 'DocumentReference',
  message: 'Communication',
  journal_request: 'Task',
  recall: 'Task',
  export_approval: 'Task',
  sick_leave: 'Observation',
  conflict: 'DetectedIssue',
  questionnaire_response: 'QuestionnaireResponse',
  imported_entry: 'Composition',
};

/** By our own id, how the API names the resource; undefined for what is not here: somebody who signed and has no row. */
export function namesIn(journal: Journal): (urn: string) => string | undefined {
  const names = new Map<string, string>([[journal.clinic.id, `Organization/${journal.clinic.id}`]]);
  for (const [entity, rows] of Object.entries(journal.rows) as [string, readonly Record<string, unknown>[]][])
    for (const row of rows) names.set(String(row['id']), `${typeOfRow(journal, entity, row)}/${String(row['id'])}`);
  let derived = false;
  return (urn) => {
    const id = urn.slice('urn:uuid:'.length);
    const known = names.get(id);
    if (known !== undefined || derived) return known;
    derived = true;
    for (const { id: user } of journal.users) names.set(user, `Practitioner/${user}`);
    for (const { id: visit } of journal.of('encounter')) names.set(noteId(visit), `Composition/note-${visit}`);
    return names.get(id);
  };
}

function typeOfRow(journal: Journal, entity: string, row: Record<string, unknown>): string {
  if (entity === 'letter')
    return row['status'] !== 'draft' && journal.of('document').some(({ id }) => id === row['documentId'])
      ? 'DocumentReference'
      : 'Composition';
  if (entity === 'safety_fact') return row['kind'] === 'allergies' && row['state'] !== 'not_asked' ? 'AllergyIntolerance' : 'Flag';
  return TYPES[entity] ?? 'Basic';
}

/** The id under which the API has it. */
export function apiForm(resource: Resource, id: string, version: Version, nameOf: (urn: string) => string | undefined): Resource {
  const meta: Meta = { versionId: version.versionId, lastUpdated: version.lastUpdated };
  const { resourceType, id: _, ...rest } = resource as Resource & Record<string, unknown>;
  const told = rewritten(rest, version.lastUpdated ?? UNDATED, nameOf) as Record<string, unknown>;
  const out = { resourceType, id, meta, ...told };
  if (resourceType === 'DocumentReference') bytesByAddress(out, id);
  return out as unknown as Resource;
}

/** A copy with every reference by its name; what is undefined is left out. */
function rewritten(value: unknown, lastUpdated: string, nameOf: (urn: string) => string | undefined): unknown {
  if (value === UNDATED) return lastUpdated;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => rewritten(one, lastUpdated, nameOf));
  const out: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    if (key !== 'reference' || typeof inner !== 'string' || !inner.startsWith('urn:uuid:')) {
      out[key] = rewritten(inner, lastUpdated, nameOf);
      continue;
    }
    const name = nameOf(inner);
    if (name !== undefined) out[key] = name;
    // It leads nowhere: who is meant is said all the same.
    else if (!('identifier' in value) || value.identifier === undefined) out['identifier'] = { system: 'urn:ietf:rfc:3986', value: inner };
  }
  return out;
}

/** The document of a letter has its own id; everything else is bytes under the id of its row. */
function bytesByAddress(resource: Record<string, unknown>, id: string): void {
  for (const content of (resource['content'] ?? []) as { id?: string; attachment?: Record<string, unknown> }[]) {
    if (content.attachment === undefined) continue;
    delete content.attachment['data'];
    content.attachment['url'] = `Binary/${content.id ?? id}`;
  }
}
