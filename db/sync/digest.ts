/**
 * A short proof that two replicas hold the same rows: SHA-256 per entity, over one line per living row.
 * Always worked out from rows, never taken over from another (sync.md R9).
 */
import { columnName } from '../model/entity.ts';
import type { EntityName } from '../model/entities.ts';
import { canonical } from './change.ts';
import { fieldsOf, type StoredRow } from './row.ts';

/** Lower-case hex SHA-256 of a UTF-8 text; handed in, so that this folder needs no platform. */
export type Sha256Hex = (text: string) => string;

export interface EntityDigest {
  entity: string;
  rows: number;
  digest: string;
  /** The place in the feed at which it was taken. */
  seq: number;
}

/**
 * The canonical text of a row. Empty fields are left out, so that a field which only the newer of two
 * versions knows does not make them differ; versions (`seq`, stamps) are not content.
 */
export function digestInput(entity: EntityName, row: StoredRow): string {
  const content: Record<string, unknown> = {};
  for (const field of Object.keys(fieldsOf(entity))) {
    const value = row[field];
    if (value !== null && value !== undefined) content[columnName(field)] = value;
  }
  for (const [column, value] of Object.entries(row.extra ?? {})) if (value !== null) content[column] = value;
  return canonical(content);
}

/** One row's line, or `undefined` for a deleted row: of those a laptop may hold nothing. */
export function digestLine(entity: EntityName, row: StoredRow, sha256: Sha256Hex): string | undefined {
  return row.deleted ? undefined : `${row.id}:${sha256(digestInput(entity, row))}`;
}

/** Digest over the lines of all living rows of one entity, in any order. */
export function digestOf(lines: Iterable<string>, sha256: Sha256Hex): { rows: number; digest: string } {
  const sorted = [...lines].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return { rows: sorted.length, digest: sha256(sorted.join('\n')) };
}
