/**
 * Who asks the FHIR API, and what they may see. The one place that knows: whoever is signed in, with the roles they have everywhere
 * (db/rules/permissions.ts); or an app in their name (core/smart), which sees of that what its scopes say.
 */
import type { Role } from '#db/model/clinic.ts';
import { KINDS } from '#db/fhir/kinds.ts';
import type { Audience } from '#db/model/entity.ts';
import { entities, type EntityName } from '#db/model/entities.ts';
import { mayRead } from '#db/rules/permissions.ts';
import { audienceOf } from '#db/sync/audience.ts';
import type { StoredRow } from '#db/sync/row.ts';
import type { AppAccess, Principal } from '../principal.ts';
import { reachOf } from '../smart/scopes.ts';

/** Create, read, update, search. */
export type Letter = 'c' | 'r' | 'u' | 's';

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
  /** How far a type goes, by a letter of `cruds`: anybody's, the patient's an app was launched for, or not at all. */
  may(type: string, letter: Letter): 'any' | 'patient' | 'none';
  /** The app that asks in the person's name. */
  readonly app: Pick<AppAccess, 'id' | 'name' | 'grantId' | 'patientId'> | undefined;
  /** All of the clinic. */
  readonly takesOutAll: boolean;
  /** All of the log, that about one patient, or nothing of it (core/read-log.ts). */
  readonly log: 'all' | 'patient' | 'none';
}

/** Whom and where a visit was is part of what an app is told of the visit (Nav asks for it by patient's scopes alone): read by id, never searched for. */
const AROUND = new Set(['Organization', 'Practitioner', 'PractitionerRole']);

/** Types of which a role sees any. */
export function typesFor(roles: readonly Role[], audience: Audience): ReadonlySet<string> {
  const granted = audience === 'clinical' && !roles.includes('PRACTITIONER');
  const seen = KINDS.filter(({ entity }) => mayRead(entity, roles, granted)).map(({ type }) => type);
  // The log is nobody's but the clinic's.
  return new Set([...seen.filter((type) => type !== 'AuditEvent'), 'Questionnaire']);
}

export function callerOf(principal: Principal): FhirCaller {
  const { clinicId, userId, roles, audience } = principal;
  const app = principal.kind === 'user' ? principal.app : undefined;
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
    app,
    may(type, letter) {
      if (app === undefined) return 'any';
      if (type === 'AuditEvent') return 'none';
      const reach = reachOf(app.scopes, type, letter);
      return reach !== 'any' && letter === 'r' && AROUND.has(type) && app.scopes.length > 0 ? 'any' : reach;
    },
    takesOut: roles.includes('PRACTITIONER'),
    takesOutAll: app === undefined && roles.includes('ADMIN') && roles.includes('PRACTITIONER'),
    log: app !== undefined ? 'none' : roles.includes('ADMIN') ? 'all' : roles.includes('PRACTITIONER') ? 'patient' : 'none',
  };
}
