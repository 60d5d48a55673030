/**
 * A row as it travels in the feed: its own columns in snake case, `field_seq`, and the fields this
 * version does not know, side by side. `id`, `clinic_id`, `seq` and `deleted` are the feed's own columns.
 * In Postgres the same form is `to_jsonb(row) - '{clinic_id,id,seq,deleted,extra}' || coalesce(extra, '{}')`.
 */
import { z } from 'zod';
import { columnName } from '../model/entity.ts';
import { entityNames, type EntityName } from '../model/entities.ts';
import { fieldsOf, unbornRow, type StoredRow } from './row.ts';

const stampsSchema = z.record(z.string(), z.tuple([z.number(), z.string()]));
const bodySchema = z.record(z.string(), z.unknown());

/** Per entity: [field, column] of every own field, worked out once. */
const columnsByEntity = new Map<EntityName, readonly (readonly [field: string, column: string])[]>(
  entityNames.map((name) => [name, Object.keys(fieldsOf(name)).map((field) => [field, columnName(field)] as const)]),
);

/** The feed's `body` of a row. */
export function toBody(entity: EntityName, row: StoredRow): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [field, column] of columnsOf(entity)) body[column] = row[field] ?? null;
  return { ...body, field_seq: row.fieldSeq, ...row.extra };
}

export interface FeedPlace {
  clinicId: string;
  id: string;
  seq: number;
}

/**
 * The row in a `body`: missing fields take the model's initial value, unknown ones are kept in `extra`.
 * Values are not validated: the server has done it, and a laptop must keep what a newer one sent.
 * Throws when the text is not a JSON object.
 */
export function fromBody(entity: EntityName, place: FeedPlace, body: string): StoredRow {
  const parsed: unknown = JSON.parse(body);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new TypeError('a feed body is a JSON object');
  const rest: Record<string, unknown> = { ...parsed };
  const row = unbornRow(entity, place.clinicId, place.id);
  row.seq = place.seq;
  for (const [field, column] of columnsOf(entity)) {
    const value = rest[column];
    if (value !== undefined) row[field] = value;
    delete rest[column];
  }
  const stamps = rest['field_seq'];
  delete rest['field_seq'];
  row.fieldSeq = isStamps(stamps) ? stamps : {};
  row.extra = Object.keys(rest).length === 0 ? null : rest;
  return row;
}

/** A body of an entity this version does not know, for keeping. */
export function parseUnknownBody(body: string): Record<string, unknown> {
  return bodySchema.parse(JSON.parse(body));
}

function columnsOf(entity: EntityName): readonly (readonly [string, string])[] {
  return columnsByEntity.get(entity) ?? [];
}

function isStamps(value: unknown): value is Record<string, [number, string]> {
  return stampsSchema.safeParse(value).success;
}
