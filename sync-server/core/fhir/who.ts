/**
 * Who asks the FHIR API, and what they may see. The one place that knows: today whoever is signed in, with the roles they have everywhere
 * (db/rules/permissions.ts). An access token with scopes (SMART App Launch, HelseID) becomes a narrower caller here, and nothing else changes.
 */
import type { Role } from '#db/model/clinic.ts';
import { entities, type EntityName } from '#db/model/entities.ts';
import { mayRead } from '#db/rules/permissions.ts';
import { audienceOf } from '#db/sync/audience.ts';
import type { StoredRow } from '#db/sync/row.ts';
import type { Principal } from '../principal.ts';

export interface FhirCaller {
  readonly clinicId: string;
  readonly userId: string;
  readonly roles: readonly Role[];
  /** Whether any row of the entity may be seen. */
  reads(entity: EntityName): boolean;
  /** Whether this one may: what says itself for whom it is. */
  readsRow(entity: EntityName, row: StoredRow): boolean;
  /** Whether a whole journal may be taken out: nobody's by a grant. */
  readonly takesOut: boolean;
  /** All of the clinic. */
  readonly takesOutAll: boolean;
  /** All of the log, that about one patient, or nothing of it (core/read-log.ts). */
  readonly log: 'all' | 'patient' | 'none';
}

export function callerOf({ clinicId, userId, roles, audience }: Principal): FhirCaller {
  const granted = audience === 'clinical' && !roles.includes('PRACTITIONER');
  // Who has not shown the level that charts ask for is the desk's, whatever their role.
  const reads = (entity: EntityName): boolean =>
    mayRead(entity, roles, granted) && (audience === 'clinical' || entities[entity].audience !== 'clinical');
  return {
    clinicId,
    userId,
    roles,
    reads,
    readsRow: (entity, row) => reads(entity) && (entity !== 'conflict' || audience === 'clinical' || audienceOf(entity, row) === 'desk'),
    takesOut: roles.includes('PRACTITIONER'),
    takesOutAll: roles.includes('ADMIN') && roles.includes('PRACTITIONER'),
    log: roles.includes('ADMIN') ? 'all' : roles.includes('PRACTITIONER') ? 'patient' : 'none',
  };
}
