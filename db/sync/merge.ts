/**
 * What becomes of a change that meets a record others have changed too: the policy per field of
 * design.md §4. Pure; the server runs it inside its transaction and gives `seq` afterwards with
 * `applyWrite`. No clock decides anything: what counts is what the writer had read (`base`).
 */
import { columnName, type Field } from '../model/entity.ts';
import { isEntityName, SCHEMA_VERSION, type EntityName } from '../model/entities.ts';
import type { Change } from './change.ts';
import { conflictWrite, overruledConflict } from './conflict-row.ts';
import { erasedBy, ERASED } from './erase.ts';
import { mergeIntoAside, lateForFinished, mergeIntoSigned, SEALED_FLAG, signatureSupplements, warnOfDiscarded } from './frozen.ts';
import { isMoreCautious, FROZEN_CHILDREN, isSigned, movableFields, TEXT_COMPANIONS } from './policy.ts';
import { fieldsOf, sameValue, stampOf, valueOf, type RowWrite, type StoredRow } from './row.ts';
import { epochOf } from './place.ts';
import { siblingWrite } from './sibling.ts';

/** The rows a merge may look at; for a batch they are read beforehand (`relatedKeys`). */
export interface MergeReader {
  row(entity: EntityName, id: string): StoredRow | undefined;
  /** All rows of an entity that hang under an encounter and are frozen by its signature; sibling texts included. */
  childrenOf(entity: EntityName, encounterId: string): readonly StoredRow[];
}

export type MergeableChange = Pick<Change, 'id' | 'actor' | 'entity' | 'rowId' | 'base' | 'set' | 'at' | 'schema'>;

export interface MergeInput {
  change: MergeableChange;
  /** The device the change was born on. */
  deviceId: string;
  read: MergeReader;
}

export type MergeResult =
  | {
      outcome: 'applied' | 'merged' | 'conflict';
      /** Rows to write, the subject first; empty when everything already was as the change says. */
      writes: RowWrite[];
      /** Codes of rules it broke though it was stored. */
      flags: string[];
    }
  | { outcome: 'rejected'; code: RejectCode; details: Record<string, unknown> };

export type RejectCode =
  | 'entity/unknown'
  | 'change/unknown-field'
  | 'change/malformed'
  | 'change/incomplete'
  | 'field/fixed'
  | 'row/erased';

/** What the merge steps share. */
export interface Merging {
  entity: EntityName;
  change: MergeableChange;
  deviceId: string;
  read: MergeReader;
  /** The subject as stored; `undefined` at its birth. */
  row: StoredRow | undefined;
}

/**
 * Merges one change into the record.
 * @returns the rows to write, or why the change can never be applied (it then goes to quarantine, whole)
 */
export function mergeChange({ change, deviceId, read }: MergeInput): MergeResult {
  if (!isEntityName(change.entity)) return rejected('entity/unknown', { entity: change.entity });
  const entity = change.entity;
  const merging: Merging = { entity, change, deviceId, read, row: read.row(entity, change.rowId) };
  const wrong = malformed(merging);
  if (wrong !== undefined) return wrong;
  if (isErased(merging)) return rejected('row/erased', {});
  if (merging.row === undefined && change.set['deleted'] !== true) {
    const missing = Object.entries(fieldsOf(entity)).find(([name, spec]) => !('initial' in spec) && change.set[name] === undefined);
    if (missing !== undefined) return mergeIntoAside(merging) ?? rejected('change/incomplete', { field: missing[0] });
  }
  const news = withoutQuotation(merging, whatIsNew(merging));
  if (Object.keys(news).length === 0) return { outcome: 'applied', writes: [], flags: [] };

  const encounter = encounterOf(merging);
  if (entity === 'encounter' && isSigned(merging.row?.['status'])) return mergeIntoSigned(merging, news);
  if (FROZEN_CHILDREN.has(entity) && isSigned(encounter?.['status'])) return mergeIntoSigned(merging, news);
  const movable = movableFields(entity, merging.row);
  if (merging.row !== undefined && movable !== undefined) return mergeIntoFinished(merging, merging.row, news, movable);
  if (change.set['deleted'] === true) return mergeDeletion(merging, news);
  return merging.row === undefined ? birth(merging, news, encounter) : mergeFields(merging, merging.row, news, encounter);
}

/**
 * Rows besides the subjects that merging these changes may read; read them in one go before a batch.
 * @param row the subject as stored
 * @returns keys of rows, and the encounters of which all frozen children are needed
 */
export function relatedKeys(
  change: MergeableChange,
  deviceId: string,
  row: StoredRow | undefined,
): { rows: { entity: EntityName; id: string }[]; childrenOf: string[] } {
  if (!isEntityName(change.entity)) return { rows: [], childrenOf: [] };
  const entity = change.entity;
  const rows: { entity: EntityName; id: string }[] = [];
  const merging: Merging = { entity, change, deviceId, row, read: { row: () => undefined, childrenOf: () => [] } };
  const encounterId = FROZEN_CHILDREN.has(entity) ? (row?.['encounterId'] ?? change.set['encounterId']) : undefined;
  if (entity === 'amendment' || entity === 'letter') {
    const visit = row?.['encounterId'] ?? change.set['encounterId'];
    if (typeof visit === 'string') rows.push({ entity: 'encounter', id: visit });
  }
  if (typeof encounterId === 'string') {
    rows.push({ entity: 'encounter', id: encounterId });
    rows.push(...lineageKeys(merging, [...Object.keys(change.set), '*']));
    rows.push({ entity: 'conflict', id: conflictWrite.lineageId(merging, 'status', encounterId) });
  } else if (row === undefined) {
    if (FROZEN_CHILDREN.has(entity)) rows.push(...lineageKeys(merging, ['*']));
  } else {
    const contested = Object.keys(change.set).filter((field) => field === 'deleted' || isContested(merging, row, field));
    rows.push(...lineageKeys(merging, entity === 'encounter' ? [...contested, '*'] : contested));
  }
  const signs = entity === 'encounter' && change.set['status'] === 'signed';
  return { rows, childrenOf: signs ? [change.rowId] : [] };
}

function lineageKeys(merging: Merging, fields: string[]): { entity: EntityName; id: string }[] {
  const keys: { entity: EntityName; id: string }[] = fields.map((field) => ({
    entity: 'conflict',
    id: conflictWrite.lineageId(merging, field),
  }));
  if (merging.entity === 'note_section') {
    keys.push({ entity: 'note_section', id: siblingWrite.lineageId(merging) });
    keys.push({ entity: 'amendment', id: siblingWrite.supplementId(merging) });
  }
  return keys;
}

/**
 * Somebody else changed this field after the writer had read it. A field last written by the same
 * device is not contested: the queue is in order, so that change was known (had it lost, the field
 * would carry the winner's stamp). Except after a restore: what is sent again may win where it had
 * lost, and then a later change of the same device, made over the former winner, does not know it.
 */
export function isContested(merging: Merging, row: StoredRow, field: string): boolean {
  const stamp = stampOf(row, merging.entity, field);
  const base = merging.change.base[field] ?? 0;
  if (stamp === undefined || stamp[0] <= base) return false;
  return stamp[1] !== merging.deviceId || isOwnFromAnotherEpoch(merging, row, field);
}

/** The field carries a change of this device sent again after a restore, and this change was made over something else. */
function isOwnFromAnotherEpoch({ entity, change, deviceId }: Merging, row: StoredRow, field: string): boolean {
  const stamp = stampOf(row, entity, field);
  const base = change.base[field] ?? 0;
  if (stamp?.[1] !== deviceId || base === 0 || epochOf(base) === epochOf(stamp[0])) return false;
  const [before, after] = [row[field], change.set[field]];
  // Whoever wrote on in a text had it before them.
  return !(typeof before === 'string' && typeof after === 'string' && after.includes(before));
}

function birth(merging: Merging, news: Record<string, unknown>, encounter: StoredRow | undefined): MergeResult {
  const { own, extra } = split(merging.entity, news);
  const write: RowWrite = { entity: merging.entity, id: merging.change.rowId, birth: true, set: own, extra };
  const warning = warnOfDiscarded(merging, encounter);
  const supplements = signs(merging) ? signatureSupplements(merging, write) : [];
  const more = [...warning, ...supplements];
  return { outcome: more.length > 0 ? 'conflict' : 'applied', writes: [write, ...more], flags: [] };
}

/** A finished row: what may still move does, by the ordinary rules; the rest comes too late. */
function mergeIntoFinished(merging: Merging, row: StoredRow, news: Record<string, unknown>, movable: ReadonlySet<string>): MergeResult {
  const moves = ([field, value]: [string, unknown]): boolean => movable.has(field) && !(field === 'status' && value === 'draft');
  const moved = Object.fromEntries(Object.entries(news).filter(moves));
  const late = lateForFinished(merging, row, Object.fromEntries(Object.entries(news).filter((entry) => !moves(entry))));
  const result: MergeResult =
    Object.keys(moved).length === 0 ? { outcome: 'merged', writes: [], flags: [] } : mergeFields(merging, row, moved, undefined);
  if (late.length === 0 || result.outcome === 'rejected') return result;
  return { outcome: 'conflict', writes: [...result.writes, ...late], flags: [...result.flags, SEALED_FLAG] };
}

function mergeFields(merging: Merging, row: StoredRow, news: Record<string, unknown>, encounter: StoredRow | undefined): MergeResult {
  const { entity, change } = merging;
  const stands: Record<string, unknown> = {};
  const others: RowWrite[] = [];
  let overtaken = false;
  const fields = fieldsOf(entity);
  const companions = companionFields(entity, change.set);
  const textGoesAside = entity === 'note_section' && 'text' in news && isContested(merging, row, 'text');
  if (textGoesAside) others.push(siblingWrite.sibling(merging, row));

  for (const [field, value] of Object.entries(news)) {
    const spec = fields[field];
    if (textGoesAside && (field === 'text' || companions.has(field))) continue;
    if (isContested(merging, row, field) && isUnsaid(merging, field, value)) continue;
    if (!isContested(merging, row, field) || companions.has(field)) {
      if (spec?.merge === 'fixed' && isSaid(merging, row, field)) return rejected('field/fixed', { field });
      stands[field] = value;
    } else if (entity === 'conflict' || (TEXT_COMPANIONS[entity] ?? []).includes(field)) {
      // Two decided the same conflict: the first decision stands; what they decided about has its own contest.
      overtaken = true;
    } else if (spec?.merge === 'fixed') {
      return rejected('field/fixed', { field });
    } else if (spec?.merge === 'latest' || field === 'deleted') {
      stands[field] = value;
      overtaken = true;
    } else if (isOwnFromAnotherEpoch(merging, row, field)) {
      stands[field] = value;
      others.push(overruledConflict(merging, row, field, value, true));
    } else if (overrules(merging, row, field, value)) {
      stands[field] = value;
      others.push(overruledConflict(merging, row, field, value));
    } else {
      others.push(conflictWrite.of(merging, row, field, value));
    }
  }
  // Edit beats delete.
  if (row.deleted && !('deleted' in change.set)) stands['deleted'] = false;

  const { own, extra } = split(entity, stands);
  const writes: RowWrite[] = [];
  const changed = Object.keys(stands).length > 0;
  if (changed) writes.push({ entity, id: row.id, birth: false, set: own, extra });
  if (changed && signs(merging)) others.push(...signatureSupplements(merging, { set: { ...row, ...own } }));
  if ('text' in stands) others.push(...warnOfDiscarded(merging, encounter));
  writes.push(...others);
  if (others.length > 0) return { outcome: 'conflict', writes, flags: [] };
  return { outcome: overtaken || metOthers(merging, row) ? 'merged' : 'applied', writes, flags: [] };
}

/** Edit beats delete: a row somebody else has changed since it was read is kept, and the deletion shown. */
function mergeDeletion(merging: Merging, news: Record<string, unknown>): MergeResult {
  const { entity, row, change } = merging;
  if (row === undefined) return { outcome: 'applied', writes: [], flags: [] };
  const known = change.base['deleted'] ?? Math.max(0, ...Object.values(change.base));
  const editedSince = Object.values(row.fieldSeq).some(([seq, device]) => device !== merging.deviceId && seq > known);
  if (editedSince && row.seq > 0) return { outcome: 'conflict', writes: [conflictWrite.of(merging, row, 'deleted', true)], flags: [] };
  const { own, extra } = split(entity, news);
  return { outcome: 'applied', writes: [{ entity, id: row.id, birth: false, set: own, extra }], flags: [] };
}

/** Whether the later value stands although another was there first. */
function overrules(merging: Merging, row: StoredRow, field: string, value: unknown): boolean {
  const { entity } = merging;
  // The letter is the one whose pages were made at the signature.
  if (entity === 'letter' && field === 'content' && merging.change.set['status'] === 'signed') return true;
  // A signature beats a discarding: what a clinician has put a name to is not thrown away by another laptop.
  if (entity === 'encounter' && signs(merging) && row['status'] === 'discarded') return true;
  return fieldsOf(entity)[field]?.merge === 'cautious' && isMoreCautious(entity, field, value, row[field]);
}

function signs({ entity, change }: Merging): boolean {
  return entity === 'encounter' && change.set['status'] === 'signed';
}

/** The change's fields that describe its text, if it has one: they go where the text goes. */
function companionFields(entity: EntityName, set: Record<string, unknown>): ReadonlySet<string> {
  return new Set('text' in set ? TEXT_COMPANIONS[entity] : []);
}

/** The initial value in a birth is nobody's statement: the same row born on another laptop may already say more. */
function isUnsaid({ entity, change }: Merging, field: string, value: unknown): boolean {
  const spec = fieldsOf(entity)[field];
  return change.base[field] === undefined && spec !== undefined && 'initial' in spec && sameValue(value, spec.initial);
}

/** A fixed field that nobody has ever filled may still be filled once. */
function isSaid(merging: Merging, row: StoredRow, field: string): boolean {
  return stampOf(row, merging.entity, field) !== undefined || !sameValue(row[field], fieldsOf(merging.entity)[field]?.initial);
}

/** The row had moved on since it was read, in other fields. For information only. */
function metOthers(merging: Merging, row: StoredRow): boolean {
  const known = Math.max(0, ...Object.values(merging.change.base));
  return Object.values(row.fieldSeq).some(([seq, device]) => device !== merging.deviceId && seq > known);
}

/** Erasure beats edit: nothing is written into what was erased by law, nor under a visit that was. What was written is held sealed. */
export function isErased({ entity, row, change, read }: Omit<Merging, 'deviceId'>): boolean {
  if (erasedBy(row) !== undefined) return true;
  const encounterId = row?.['encounterId'] ?? change.set['encounterId'];
  const under = FROZEN_CHILDREN.has(entity) || entity === 'amendment' || entity === 'letter';
  return under && typeof encounterId === 'string' && erasedBy(read.row('encounter', encounterId)) !== undefined;
}

/** Text carried from a visit that has been erased since is no longer quoted; what was made of it is the writer's own. */
function withoutQuotation({ entity, row, read }: Merging, news: Record<string, unknown>): Record<string, unknown> {
  if (entity !== 'note_section' || typeof news['originText'] !== 'string') return news;
  const from = news['originEncounterId'] ?? row?.['originEncounterId'];
  return typeof from === 'string' && erasedBy(read.row('encounter', from)) !== undefined ? { ...news, originText: null } : news;
}

function encounterOf({ entity, row, change, read }: Merging): StoredRow | undefined {
  if (!FROZEN_CHILDREN.has(entity)) return undefined;
  const id = row?.['encounterId'] ?? change.set['encounterId'];
  return typeof id === 'string' ? read.row('encounter', id) : undefined;
}

/** The fields whose value differs from what is stored. Saying what already stands is not news, to anybody. */
function whatIsNew({ entity, row, change }: Merging): Record<string, unknown> {
  if (row === undefined) return change.set['deleted'] === true ? {} : { ...change.set };
  const differs = Object.entries(change.set).filter(([field, value]) => !sameValue(valueOf(row, entity, field), value));
  return Object.fromEntries(differs);
}

function split(entity: EntityName, values: Record<string, unknown>): { own: Record<string, unknown>; extra: Record<string, unknown> } {
  const known = fieldsOf(entity);
  const own: Record<string, unknown> = {};
  const extra: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(values)) (field in known || field === 'deleted' ? own : extra)[field] = value;
  return { own, extra };
}

const RESERVED: ReadonlySet<string> = new Set([ERASED, 'id', 'clinicId', 'seq', 'fieldSeq', 'extra', 'constructor', '__proto__', '*']);
const RESERVED_COLUMNS: ReadonlySet<string> = new Set(['id', 'clinic_id', 'seq', 'field_seq', 'extra', 'deleted']);

function malformed({ entity, change }: Merging): MergeResult | undefined {
  const fields = fieldsOf(entity);
  for (const [field, value] of Object.entries(change.set)) {
    if (field === 'deleted') {
      if (typeof value !== 'boolean') return rejected('change/malformed', { field });
      continue;
    }
    const spec = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (spec === undefined) {
      // A made-up name whose column is a field of ours would lie over that field in the feed.
      const column = columnName(field);
      const covers = Object.keys(fields).some((known) => columnName(known) === column);
      const fromNewer = change.schema > SCHEMA_VERSION && !RESERVED.has(field) && !RESERVED_COLUMNS.has(column) && !covers;
      if (!fromNewer || !isStorable(value)) return rejected('change/unknown-field', { field });
    } else if (!isStorable(value) || !isValid(spec, value)) return rejected('change/malformed', { field });
  }
  return undefined;
}

function isValid(spec: Field, value: unknown): boolean {
  return spec.schema.safeParse(value).success;
}

/** Postgres can hold neither U+0000 nor half a surrogate pair; a digest over either would differ. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => isStorable(key) && isStorable(inner));
}

function rejected(code: RejectCode, details: Record<string, unknown>): MergeResult {
  return { outcome: 'rejected', code, details };
}
