/**
 * What of a row lies in envelopes. One envelope holds all sensitive fields of a row together (a patient has sixteen: sixteen envelopes
 * would cost sixteen times as much, at every first load), and a second one those that may still change once the row is finished, so that
 * Postgres' triggers can go on holding the first one to be the very same for ever. Fields that only a newer version knows are sealed too.
 *
 * In the record tables the sensitive columns are then empty. In the feed the envelopes stand before the rest of the body:
 * `v2.…~v2.…{"…": …}`; who has no keys carries them unread. A value that stands in a sensitive column all the same was put there before
 * there was sealing, or by somebody else's SQL: it counts, until the job of key rotation has sealed it.
 */
import { columnName } from '../../model/entity.ts';
import { entityNames, isEntityName, type EntityName } from '../../model/entities.ts';
import { canonical } from '../../sync/change.ts';
import { ERASED, erasedBy } from '../../sync/erase.ts';
import { CLOSING_FIELDS, movableFields } from '../../sync/policy.ts';
import { fieldsOf, type StoredRow } from '../../sync/row.ts';
import { comparable, keyNumbered, type ClinicKeys } from './clinic-keys.ts';
import { keyIdOf, openText, placeOf, sealText } from './envelope.ts';
import { isLegacy, openLegacy } from './legacy.ts';
import type { DataKey } from './master-keys.ts';

export type RawRow = Readonly<Record<string, unknown>>;
type Said = Record<string, unknown>;
type Part = 'sealed' | 'sealed_late';

interface Shape {
  /** [field, column] of every own field. */
  own: readonly (readonly [string, string])[];
  fieldByColumn: ReadonlyMap<string, string>;
  /** Column of a sensitive field → where it lies. */
  parts: ReadonlyMap<string, Part>;
  /** [field, column] of those that are compared. */
  compared: readonly (readonly [string, string])[];
}

const SHAPES = new Map<EntityName, Shape>(
  entityNames.map((name) => {
    const fields = Object.entries(fieldsOf(name));
    const own = fields.map(([field]) => [field, columnName(field)] as const);
    const late = name === 'encounter' ? CLOSING_FIELDS : (movableFields(name, { status: 'signed' }) ?? new Set());
    const sensitive = fields.filter(([, { sensitive: marked }]) => marked);
    return [
      name,
      {
        own,
        fieldByColumn: new Map(own.map(([field, column]) => [column, field])),
        parts: new Map(sensitive.map(([field]) => [columnName(field), late.has(field) ? 'sealed_late' : 'sealed'])),
        compared: fields.flatMap(([field, spec]) => (spec.compared === true ? [[field, columnName(field)] as const] : [])),
      },
    ];
  }),
);

function shapeOf(entity: EntityName): Shape {
  const shape = SHAPES.get(entity);
  if (shape === undefined) throw new TypeError(`no entity ${entity}`);
  return shape;
}

/** Columns of an entity that are empty once its rows are sealed. */
export const sensitiveColumns = (entity: EntityName): string[] => [...shapeOf(entity).parts.keys()];
/** Columns that only Postgres has: the envelopes, and what sensitive values are compared by. */
export function sealingColumns(entity: EntityName): string[] {
  const { parts, compared } = shapeOf(entity);
  const late = [...parts.values()].includes('sealed_late') ? ['sealed_late'] : [];
  return ['sealed', ...late, ...compared.map(([, column]) => indexColumn(column))];
}
export const indexColumn = (column: string): string => `${column}_index`;

interface Seen {
  /** Something stands in the clear that belongs into an envelope. */
  plain: boolean;
  envelopes: Partial<Record<Part, { envelope: string; said: Said }>>;
}

const remembered = (keys: ClinicKeys, entity: EntityName, id: string) => keys.seen.get(`${entity}/${id}`) as Seen | undefined;

/** Whether this row was read with something sensitive in the clear. */
export function wasPlain(keys: ClinicKeys, entity: EntityName, id: string): boolean {
  return remembered(keys, entity, id)?.plain === true;
}

/**
 * The row in a record table's columns. Throws SealBroken.
 * @param remember keeps its envelopes for when it is written again in this transaction
 */
export function openRow(keys: ClinicKeys, entity: EntityName, raw: RawRow, remember: boolean): StoredRow {
  const { own, fieldByColumn, parts } = shapeOf(entity);
  const row: Said = {};
  const extra: Said = { ...(raw['extra'] as Said | null) };
  const seen: Seen = { plain: Object.keys(extra).length > 0, envelopes: {} };
  for (const [field, column] of own) {
    let value: unknown = raw[column] ?? null;
    if (value !== null && parts.has(column)) {
      seen.plain = true;
      value = fromLegacy(keys, value);
    }
    row[field] = value;
  }
  const id = String(raw['id']);
  // What was erased says nothing any more: it lies open, under no key.
  if (extra[ERASED] !== undefined) seen.plain = false;
  for (const part of ['sealed', 'sealed_late'] as const) {
    const envelope = raw[part];
    if (typeof envelope !== 'string') continue;
    const said = JSON.parse(openPart(keys, entity, part, id, envelope)) as Said;
    for (const [column, value] of Object.entries(said)) {
      const field = fieldByColumn.get(column);
      if (field === undefined) extra[column] = value;
      else if (row[field] === null) row[field] = value;
    }
    seen.envelopes[part] = { envelope, said };
  }
  if (remember) keys.seen.set(`${entity}/${id}`, seen);
  return {
    ...row,
    id,
    clinicId: keys.clinicId,
    seq: Number(raw['seq']),
    deleted: raw['deleted'] === true,
    fieldSeq: raw['field_seq'] as StoredRow['fieldSeq'],
    extra: Object.keys(extra).length === 0 ? null : extra,
  };
}

function openPart(keys: ClinicKeys, entity: string, part: Part, id: string, envelope: string): string {
  return openText(keyNumbered(keys, keyIdOf(envelope)).seals, placeOf(keys.clinicId, entity, part, id), envelope);
}

function fromLegacy({ ring, legacyAllowed }: ClinicKeys, value: unknown): unknown {
  return ring.legacy !== undefined && legacyAllowed === true && isLegacy(value) ? openLegacy(ring.legacy, value) : value;
}

/**
 * The columns of a row. What says what it said when it was read keeps its envelope, also one with an older key: a finished row may not
 * change, and the job of key rotation has a way of its own.
 */
export function sealRow(keys: ClinicKeys, key: DataKey, entity: EntityName, row: StoredRow): Record<string, unknown> {
  const { own, parts, compared } = shapeOf(entity);
  const out: Record<string, unknown> = {
    id: row.id,
    clinic_id: keys.clinicId,
    seq: row.seq,
    deleted: row.deleted,
    field_seq: row.fieldSeq,
  };
  // What was erased by law says nothing any more, and its mark is asked by the triggers (guards.sql, a_erased).
  const erased = erasedBy(row) !== undefined;
  if (erased) out['extra'] = row.extra;
  const said: Record<Part, Said> = { sealed: erased ? {} : { ...row.extra }, sealed_late: {} };
  for (const [field, column] of own) {
    const value = row[field] ?? null;
    const part = erased ? undefined : parts.get(column);
    // What is left out is null, in the columns as in the envelope.
    if (part === undefined && value !== null) out[column] = value;
    if (part !== undefined && value !== null) said[part][column] = value;
  }
  for (const [field, column] of compared) {
    const value = row[field];
    out[indexColumn(column)] = typeof value === 'string' && value !== '' ? comparable(key, entity, column, value) : null;
  }
  const seen = remembered(keys, entity, row.id);
  for (const part of ['sealed', 'sealed_late'] as const) {
    if (Object.keys(said[part]).length === 0) {
      out[part] = null;
      continue;
    }
    const before = seen?.envelopes[part];
    out[part] =
      before !== undefined && same(before.said, said[part])
        ? before.envelope
        : sealText(key.seals, String(key.id), placeOf(keys.clinicId, entity, part, row.id), JSON.stringify(said[part]));
  }
  return out;
}

function same(a: Said, b: Said): boolean {
  return JSON.stringify(a) === JSON.stringify(b) || canonical(a) === canonical(b);
}

/**
 * A body of the feed as laptops read it. What stands in the clear comes last, and so counts. Throws SealBroken.
 * @param entity as the feed names it; it may be one that this version does not know
 */
export function openBody(keys: ClinicKeys, entity: string, id: string, body: string): string {
  let text = body;
  if (!body.startsWith('{')) {
    const at = body.indexOf('{');
    const [sealed = '', late = ''] = body.slice(0, at).split('~');
    const inner = [
      ...(sealed === '' ? [] : [openPart(keys, entity, 'sealed', id, sealed).slice(1, -1)]),
      ...(late === '' ? [] : [openPart(keys, entity, 'sealed_late', id, late).slice(1, -1)]),
      body.slice(at + 1, -1),
    ];
    text = `{${inner.filter((part) => part !== '').join(', ')}}`;
  }
  return keys.ring.legacy !== undefined && keys.legacyAllowed === true && isEntityName(entity) ? legacyBody(keys, entity, text) : text;
}

function legacyBody(keys: ClinicKeys, entity: EntityName, text: string): string {
  const said = JSON.parse(text) as Said;
  for (const column of shapeOf(entity).parts.keys()) if (isLegacy(said[column])) said[column] = fromLegacy(keys, said[column]);
  return JSON.stringify(said);
}
