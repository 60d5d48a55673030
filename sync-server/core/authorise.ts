/**
 * Who may write what (db/rules/permissions), checked again on the server: a laptop's own check can be patched away.
 * The actor is known by signature; roles are those held now or ever (a role lost later is flagged, design.md §4).
 */
import type { Role } from '#db/model/clinic.ts';
import type { EntityName } from '#db/model/entities.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { decidesOnExports, mayChange, readsNotes } from '#db/rules/permissions.ts';
import type { Change } from '#db/sync/change.ts';
import { SERVER_FIELDS } from '#db/model/message.ts';
import { HELFO_SERVER_FIELDS } from '#db/model/money.ts';
import { sameValue, type StoredRow } from '#db/sync/row.ts';

export interface Actor {
  id: string;
  /** Roles held now. */
  roles: readonly Role[];
  /** Roles held now or at any time before. */
  everHeld: readonly Role[];
  active: boolean;
  /** Last day as a locum, `YYYY-MM-DD`. */
  lastDay: string | null;
}

const UNDELETABLE: ReadonlySet<EntityName> = new Set([
  'letter',
  'document',
  'payment',
  'invoice',
  'invoice_payment',
  'helfo_claim',
  'helfo_message',
  'sick_leave',
  'attachment',
  'questionnaire_response',
  'import_batch',
  'imported_entry',
  'patient_link',
  'journal_request',
  'erasure',
  'export_approval',
]);
const SEEN: ReadonlySet<string> = new Set(['seenById', 'seenAt']);
const ENDING: ReadonlySet<string> = new Set(['endedById', 'endedAt']);
/** Who works here, who is let in, with which keys, and what things cost. */
export const GOVERNING: ReadonlySet<EntityName> = new Set([
  'user',
  'access_grant',
  'erasure',
  'clinic',
  'price_item',
  'billing_setting',
  'device',
  'signing_key',
  'integration_setting',
]);

export type Verdict = { ok: true; flags: string[] } | { ok: false; code: 'actor/forbidden' };

/** Whether this person may make this change; allowed with a flag when only a role since lost allows it. */
export function authorise(actor: Actor, change: Pick<Change, 'set' | 'at'>, entity: EntityName, row: StoredRow | undefined): Verdict {
  // By the laptop's clock, which proves nothing the other way: what says itself that it is too late is believed.
  if (actor.lastDay !== null && clinicDay(change.at) > actor.lastDay) return { ok: false, code: 'actor/forbidden' };
  const flags = actor.active ? [] : ['actor/inactive'];
  if (may(actor.id, actor.roles, change, entity, row)) return { ok: true, flags };
  // A role that was taken away still covers the notes written while it was held; never who may do what, or what things cost.
  if (!GOVERNING.has(entity) && may(actor.id, actor.everHeld, change, entity, row))
    return { ok: true, flags: [...flags, 'actor/role-lost'] };
  return { ok: false, code: 'actor/forbidden' };
}

/** Asked for at birth by whom it says; afterwards taken back, decided, or marked as read. */
function mayWriteMessage(set: Readonly<Record<string, unknown>>, row: StoredRow | undefined, actorId: string): boolean {
  if (set['deleted'] === true || SERVER_FIELDS.some((field) => field in set)) return false;
  if (row === undefined)
    return set['requestedById'] === actorId && (set['body'] === undefined || set['body'] === null || set['templateId'] === 'answer');
  return Object.keys(set).every((field) => LATER_MESSAGE_FIELDS.has(field) || sameValue(set[field], row[field]));
}
const LATER_MESSAGE_FIELDS: ReadonlySet<string> = new Set(['wanted', 'plannedAt', 'decision', 'decidedById', 'seenById', 'seenAt']);

/** A clinician asks for it in their own name; afterwards it is taken back, and nothing else. */
function mayAskHelfo(set: Readonly<Record<string, unknown>>, row: StoredRow | undefined, actorId: string, roles: readonly Role[]): boolean {
  if (!readsNotes(roles) || HELFO_SERVER_FIELDS.some((field) => field in set)) return false;
  return row === undefined
    ? set['requestedById'] === actorId
    : Object.keys(set).every((field) => field === 'wanted' && set[field] === false);
}

/** Asked for by a clinician in their own name; decided once, by somebody else. */
function mayDecideOnExport(
  set: Readonly<Record<string, unknown>>,
  row: StoredRow | undefined,
  actorId: string,
  roles: readonly Role[],
): boolean {
  if (set['deleted'] === true) return false;
  if (row === undefined)
    return (
      readsNotes(roles) && set['askedById'] === actorId && (set['state'] ?? 'asked') === 'asked' && (set['decidedById'] ?? null) === null
    );
  const decides = row['state'] === 'asked' && row['askedById'] !== actorId && set['decidedById'] === actorId;
  return decides && decidesOnExports(roles) && Object.keys(set).every((field) => DECISION.has(field));
}
const DECISION: ReadonlySet<string> = new Set(['state', 'decidedById', 'decidedAt']);

function may(
  actorId: string,
  roles: readonly Role[],
  change: Pick<Change, 'set'>,
  entity: EntityName,
  row: StoredRow | undefined,
): boolean {
  const fields = Object.keys(change.set);
  // One's own key; an administrator vouches for the first key of a colleague let in on this laptop (`user.add`).
  if (entity === 'signing_key' && (row?.['userId'] ?? change.set['userId']) !== actorId)
    return row === undefined && roles.includes('ADMIN');
  // Nobody deletes what is finished, nor a desk a patient.
  if (change.set['deleted'] === true && UNDELETABLE.has(entity)) return false;
  if (change.set['deleted'] === true && entity === 'patient') return roles.includes('PRACTITIONER');
  // One's own name and address, not one's own roles.
  if (entity === 'user' && row?.id === actorId && fields.every((field) => field === 'name' || field === 'email')) return roles.length > 0;
  // What a device receives, and whether it is revoked, is decided through the server's own routes.
  if (entity === 'device' && row !== undefined && fields.some((field) => field !== 'name')) return roles.includes('ADMIN');
  // The patient's word is not changed by whom it is about, and nobody opens a journal in another's name or sees their own alert away.
  if (entity === 'access_block') return (row?.['userId'] ?? change.set['userId']) !== actorId && mayChange(entity, roles);
  // About what stands in a journal a clinician decides; that it is their own to decide about is a rule of its own (judge-rules.ts).
  if (entity === 'erasure') return readsNotes(roles) && row === undefined;
  // Nobody lets themselves in, and what was granted is only ended.
  if (entity === 'access_grant')
    return (
      (row?.['userId'] ?? change.set['userId']) !== actorId &&
      mayChange(entity, roles) &&
      (row === undefined || fields.every((field) => ENDING.has(field)))
    );
  if (entity === 'emergency_access') {
    const own = (row?.['userId'] ?? change.set['userId']) === actorId;
    return row === undefined ? own && readsNotes(roles) : !own && roles.includes('ADMIN') && fields.every((field) => SEEN.has(field));
  }
  // Whether bytes are infected is the server's word; a row is born with all its fields.
  if (entity === 'attachment' && 'virusScan' in change.set && (row !== undefined || (change.set['virusScan'] ?? null) !== null))
    return false;
  // How a message went is the server's word, and what a patient wrote is theirs.
  if (entity === 'message' && !mayWriteMessage(change.set, row, actorId)) return false;
  if (entity === 'helfo_message' && !mayAskHelfo(change.set, row, actorId, roles)) return false;
  if (entity === 'export_approval') return mayDecideOnExport(change.set, row, actorId, roles);
  if (entity === 'conflict' && (row?.['audience'] ?? change.set['audience']) !== 'desk') return readsNotes(roles);
  return mayChange(entity, roles);
}
