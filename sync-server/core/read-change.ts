/** One element of a push, read: what is malformed is kept whole for quarantine, and does not fail its batch. */
import { hash } from 'node:crypto';
import { canonical, changeBytes, changeSchema, type Change } from '#db/sync/change.ts';
import { isEntityName } from '#db/model/entities.ts';
import { fieldsOf } from '#db/sync/row.ts';
import { UUID } from './record-batch.ts';

export interface ReadChange {
  n: number;
  /** SHA-256 (hex) of the change's canonical bytes. */
  hash: string;
  /** As it came. */
  raw: unknown;
  /** Absent when malformed; then `code` says how. */
  change: Change | undefined;
  code: string;
}

/** @param expected the n it has if it carries none that can be read */
export function readChange(raw: unknown, expected: number): ReadChange {
  const parsed = changeSchema.safeParse(raw);
  if (parsed.success && isPlain(parsed.data)) {
    const bytes = bytesOf(parsed.data);
    if (bytes !== undefined) return { n: parsed.data.n, hash: sha256(bytes), raw, change: parsed.data, code: '' };
  }
  return { n: readableN(raw) ?? expected, hash: sha256(safely(raw)), raw, change: undefined, code: 'change/malformed' };
}

export function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}

/** Ids in lower case (as Postgres says them back), and names without anything unprintable. */
function isPlain({ id, actor, rowId, verb, entity, set }: Change): boolean {
  if (![id, actor, rowId].every((value) => UUID.test(value))) return false;
  if (![verb, entity].every((value) => /^[\x21-\x7e]*$/.test(value))) return false;
  if (!isEntityName(entity)) return true;
  const fields = fieldsOf(entity);
  return Object.entries(set).every(([field, value]) => {
    const isId = Object.hasOwn(fields, field) && fields[field]?.kind === 'id';
    return !isId || typeof value !== 'string' || UUID.test(value);
  });
}

/** The n it says, where it says one. */
export function readableN(raw: unknown): number | undefined {
  if (typeof raw !== 'object' || raw === null || !('n' in raw)) return undefined;
  return typeof raw.n === 'number' && Number.isSafeInteger(raw.n) && raw.n >= 1 ? raw.n : undefined;
}

/** What would have been signed; undefined where there is no such thing: half a surrogate pair has no canonical form. */
function bytesOf(change: Change): string | undefined {
  try {
    return changeBytes(change);
  } catch {
    return undefined;
  }
}

/** Canonical where that is possible. */
function safely(raw: unknown): string {
  try {
    return canonical(raw);
  } catch {
    return textOf(raw);
  }
}

/** The change as JSON, for quarantine. */
export function textOf(raw: unknown): string {
  return JSON.stringify(raw) ?? 'null';
}
