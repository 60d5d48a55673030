/**
 * Who may write what, checked again on the server: a laptop's own check can be patched away.
 * The actor is known by signature; roles are those held now or ever (a role lost later is flagged, design.md §4).
 */
import type { Role } from '#db/model/clinic.ts';
import type { EntityName } from '#db/model/entities.ts';
import type { Change } from '#db/sync/change.ts';
import type { StoredRow } from '#db/sync/row.ts';

const ANY: readonly Role[] = ['ADMIN', 'PRACTITIONER', 'ASSISTANT'];
const CLINICIAN: readonly Role[] = ['PRACTITIONER'];
const DESK: readonly Role[] = ['PRACTITIONER', 'ASSISTANT'];

/** Roles of which one is needed to write a row of this entity. */
const WRITERS: Readonly<Record<EntityName, readonly Role[]>> = {
  clinic: ['ADMIN'],
  user: ['ADMIN'],
  device: ANY,
  signing_key: ANY,
  phrase: CLINICIAN,
  price_item: ['ADMIN'],
  patient: DESK,
  guardian: DESK,
  channel_consent: DESK,
  safety_fact: CLINICIAN,
  episode: CLINICIAN,
  appointment: DESK,
  encounter: CLINICIAN,
  note_section: CLINICIAN,
  observation: CLINICIAN,
  red_flag_answer: CLINICIAN,
  treatment_consent: CLINICIAN,
  diagnosis: CLINICIAN,
  treatment_line: DESK,
  payment: DESK,
  amendment: CLINICIAN,
  letter: CLINICIAN,
  document: CLINICIAN,
  day_close: DESK,
  conflict: DESK,
};

export interface Actor {
  id: string;
  /** Roles held now. */
  roles: readonly Role[];
  /** Roles held now or at any time before. */
  everHeld: readonly Role[];
  active: boolean;
}

export type Verdict = { ok: true; flags: string[] } | { ok: false; code: 'actor/forbidden' };

/** Whether this person may make this change; allowed with a flag when only a role since lost allows it. */
export function authorise(actor: Actor, change: Pick<Change, 'entity' | 'set'>, entity: EntityName, row: StoredRow | undefined): Verdict {
  const needed = neededRoles(actor, change, entity, row);
  const flags = actor.active ? [] : ['actor/inactive'];
  if (needed.some((role) => actor.roles.includes(role))) return { ok: true, flags };
  if (needed.some((role) => actor.everHeld.includes(role))) return { ok: true, flags: [...flags, 'actor/role-lost'] };
  return { ok: false, code: 'actor/forbidden' };
}

function neededRoles(actor: Actor, change: Pick<Change, 'set'>, entity: EntityName, row: StoredRow | undefined): readonly Role[] {
  const fields = Object.keys(change.set);
  // One's own key, and never somebody else's.
  if (entity === 'signing_key') return (row?.['userId'] ?? change.set['userId']) === actor.id ? ANY : [];
  // One's own name and address, not one's own roles.
  if (entity === 'user' && row?.id === actor.id && fields.every((field) => field === 'name' || field === 'email')) return ANY;
  // What a device may see, and whether it is revoked, is decided through the server's own routes.
  if (entity === 'device' && fields.some((field) => field !== 'name') && row !== undefined) return ['ADMIN'];
  if (entity === 'conflict' && (row?.['audience'] ?? change.set['audience']) !== 'desk') return CLINICIAN;
  return WRITERS[entity];
}
