/** The clinic's log as AuditEvents (R4 § AuditEvent, after IHE BALP where it has a word for it): who did what with whose journal. */
import type { AuditEvent as FhirAuditEvent, AuditEventEntity } from '@medplum/fhirtypes';
import type { AuditEvent } from '../model/audit.ts';
import { said } from './text.ts';

const REST = 'http://terminology.hl7.org/CodeSystem/audit-event-type';
const ACTIONS: Readonly<Partial<Record<AuditEvent['action'], FhirAuditEvent['action']>>> = {
  read: 'R',
  search: 'E',
  create: 'C',
  change: 'U',
  sign: 'U',
  print: 'R',
  export: 'R',
  reveal: 'R',
  refused: 'E',
};

/** @param event as the log has it @param shown ids of patients that a search showed */
export function auditEventOf(event: AuditEvent & { clinicN: number }, shown: readonly string[]): FhirAuditEvent {
  const patients = [...new Set([...(event.patientId === null ? [] : [event.patientId]), ...shown])];
  const entity: AuditEventEntity[] = patients.map((id) => ({ what: { reference: `Patient/${id}` } }));
  return {
    resourceType: 'AuditEvent',
    id: event.id,
    meta: { versionId: '1', lastUpdated: event.at },
    type: { system: REST, code: 'rest', display: 'RESTful Operation' },
    subtype: [{ system: 'urn:ryggrad:verb', code: event.verb }],
    action: ACTIONS[event.action] ?? 'E',
    recorded: event.at,
    outcome: event.action === 'refused' ? '4' : '0',
    purposeOfEvent: said(event.reason) === undefined ? undefined : [{ text: event.reason ?? undefined }],
    agent: [
      {
        who: event.actorId === null ? undefined : { reference: `Practitioner/${event.actorId}`, display: event.actorName ?? undefined },
        name: event.actorId === null ? 'Ingen som er innlogget' : undefined,
        role: event.roles.length === 0 ? undefined : event.roles.map((role) => ({ text: role })),
        requestor: true,
      },
    ],
    source: { observer: { reference: `Organization/${event.clinicId}` } },
    entity: entity.length === 0 ? undefined : entity,
  };
}
