/**
 * A row as it travels in the feed: its own columns in snake case, `field_seq`, and the fields this
 * version does not know, side by side. `id`, `clinic_id`, `seq` and `deleted` are the feed's own columns.
 * In Postgres the same form is `coalesce(extra, '{}') || to_jsonb(row) - '{clinic_id,id,seq,deleted,extra}'`: own columns lie on top.
 */
import { columnName } from '../model/entity.ts';
import { entityNames, type EntityName } from '../model/entities.ts';
import { fieldsOf, unbornRow, type StoredRow } from './row.ts';

/** Per entity: column → field of every own field, worked out once; a first load asks a hundred thousand times. */
const fieldByColumn = new Map<EntityName, ReadonlyMap<string, string>>(
  entityNames.map((name) => [name, new Map(Object.keys(fieldsOf(name)).map((field) => [columnName(field), field]))]),
);

/** The feed's `body` of a row. */
export function toBody(entity: EntityName, row: StoredRow): Record<string, unknown> {
  const body: Record<string, unknown> = { ...row.extra };
  for (const [column, field] of columnsOf(entity)) body[column] = row[field] ?? null;
  return { ...body, field_seq: row.fieldSeq };
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
  const row = unbornRow(entity, place.clinicId, place.id);
  row.seq = place.seq;
  const known = columnsOf(entity);
  const extra: Record<string, unknown> = {};
  for (const [column, value] of Object.entries(parsed)) {
    const field = known.get(column);
    if (field !== undefined) row[field] = value;
    else if (column === 'field_seq') row.fieldSeq = isStamps(value) ? value : {};
    else extra[column] = value;
  }
  row.extra = Object.keys(extra).length === 0 ? null : extra;
  return row;
}

function columnsOf(entity: EntityName): ReadonlyMap<string, string> {
  return fieldByColumn.get(entity) ?? new Map();
}

/** Whether this may be a row's `fieldSeq`. */
export function isStamps(value: unknown): value is Record<string, [number, string]> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((stamp) => Array.isArray(stamp) && typeof stamp[0] === 'number' && typeof stamp[1] === 'string');
}
