/**
 * The tables behind the merge: which of two values is the more cautious one, which fields describe a
 * text and go where it goes, and what hangs under an encounter and is frozen by its signature.
 */
import type { EntityName } from '../model/entities.ts';

/** Least cautious first. A value not listed ranks as the empty one. */
const CAUTION: Readonly<Record<string, readonly unknown[]>> = {
  'safety_fact.state': ['not_asked', 'none', 'yes'],
  'red_flag_answer.answer': ['no', null, 'yes'],
  'treatment_consent.given': [true, null, false],
};

/** Whether `a` is more cautious than `b`. Free text: something said is more cautious than nothing. */
export function isMoreCautious(entity: EntityName, field: string, a: unknown, b: unknown): boolean {
  const order = CAUTION[`${entity}.${field}`] ?? [null];
  const rank = (value: unknown): number => {
    const place = order.indexOf(value ?? null);
    return place >= 0 ? place : order.length;
  };
  return rank(a) > rank(b);
}

/** Say something about the text they stand beside: they are never in conflict by themselves. */
export const TEXT_COMPANIONS: Readonly<Partial<Record<EntityName, readonly string[]>>> = {
  note_section: ['origin', 'originEncounterId', 'originText', 'review'],
};

/** Children of an encounter that are frozen when it is signed. */
export const FROZEN_CHILDREN: ReadonlySet<EntityName> = new Set<EntityName>([
  'note_section',
  'observation',
  'red_flag_answer',
  'treatment_consent',
  'diagnosis',
]);

/**
 * What may still change on a row that is finished: a signed letter can be handed over or withdrawn, a payment voided, an invoice nothing (a credit
 * note is another one), an attachment or an imported entry entered in error or looked over for viruses, a merging of two patients or an import undone, a document and a signed
 * amendment nothing at all. Undefined while the row is not finished.
 */
export function movableFields(entity: EntityName, row: Readonly<Record<string, unknown>> | undefined): ReadonlySet<string> | undefined {
  if (row === undefined) return undefined;
  if (entity === 'letter') return row['status'] === 'draft' ? undefined : LETTER_FIELDS;
  if (entity === 'amendment') return row['status'] === 'signed' ? NO_FIELDS : undefined;
  if (entity === 'payment' || entity === 'invoice_payment') return PAYMENT_FIELDS;
  if (entity === 'invoice') return NO_FIELDS;
  if (entity === 'attachment') return ATTACHMENT_FIELDS;
  if (entity === 'patient_link') return UNDOING_FIELDS;
  if (entity === 'import_batch') return IMPORT_FIELDS;
  if (entity === 'imported_entry') return CLOSED_FIELDS;
  if (entity === 'journal_request') return row['status'] === 'open' ? undefined : NO_FIELDS;
  if (entity === 'erasure' || entity === 'questionnaire_response') return NO_FIELDS;
  return entity === 'document' ? NO_FIELDS : undefined;
}
const LETTER_FIELDS: ReadonlySet<string> = new Set(['status', 'objection', 'objectionNote', 'deliveredAt', 'affectedByAmendmentId']);
const UNDOING_FIELDS: ReadonlySet<string> = new Set(['undone', 'undoneById', 'undoneAt']);
const PAYMENT_FIELDS: ReadonlySet<string> = new Set(['voided', 'voidReason']);
/** Taken back by a person; looked over by the server (who alone may say so: sync-server/core/authorise.ts). */
const ATTACHMENT_FIELDS: ReadonlySet<string> = new Set(['status', 'closedReason', 'closedById', 'closedAt', 'virusScan']);
const IMPORT_FIELDS: ReadonlySet<string> = new Set([...UNDOING_FIELDS, 'taken', 'endedAt']);
const CLOSED_FIELDS: ReadonlySet<string> = new Set(['status', 'closedReason', 'closedById', 'closedAt']);
const NO_FIELDS: ReadonlySet<string> = new Set();

/**
 * Whether something of a row can no longer be written: it is signed, hangs under a signed visit, or is finished.
 * @param fields what is to be written; undefined asks about any field at all
 * @param visitStatus of the visit that the row hangs under, if any
 */
export function isFinished(
  entity: EntityName,
  row: Readonly<Record<string, unknown>> | undefined,
  visitStatus: unknown,
  fields?: readonly string[],
): boolean {
  if (entity === 'encounter') return isSigned(row?.['status']);
  const movable = movableFields(entity, row);
  if (movable !== undefined && (fields === undefined || fields.some((field) => !movable.has(field)))) return true;
  return FROZEN_CHILDREN.has(entity) && isSigned(visitStatus);
}

/** All that may still change on a signed encounter, and only towards `entered_in_error`. */
export const CLOSING_FIELDS: ReadonlySet<string> = new Set(['status', 'closedReason', 'closedById', 'closedAt']);

/** Whether an encounter in this state has been signed; nothing of it changes afterwards. */
export function isSigned(status: unknown): boolean {
  return status === 'signed' || status === 'entered_in_error';
}
