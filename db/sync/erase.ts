/**
 * What goes with an entry that is erased, and what is left of a row then: ids, the moment, and who; no word and no value of what stood in it.
 * The same on both sides; each store only says how rows are found (`Find`).
 */
import type { Field } from '../model/entity.ts';
import { isEntityName, type EntityName } from '../model/entities.ts';
import type { RowKey } from '../model/erasure.ts';
import { fieldsOf, type StoredRow } from './row.ts';

export type Found = { entity: EntityName; row: StoredRow };
/** Rows of an entity whose field holds one of these ids, deleted ones too. */
export type Find = { entity: EntityName; field: string; ids: readonly string[] };

export interface Closure {
  /** Nothing of them stays. */
  whole: Found[];
  /** They are another entry's, and only quote: the field that quotes goes. */
  quoting: Found[];
}

const UNDER_VISIT: readonly EntityName[] = [
  'note_section',
  'observation',
  'red_flag_answer',
  'treatment_consent',
  'diagnosis',
  'amendment',
  'letter',
];

/** Asks for rows step by step and gives the closure: run it with `closureNow`, or with `await` in between. */
export function* closureOf(targets: readonly RowKey[], requestId: string | null): Generator<Find, Closure, Found[]> {
  const whole = new Map<string, Found>();
  const add = (found: readonly Found[]): void => found.forEach((one) => void whole.set(`${one.entity}/${one.row.id}`, one));
  const ids = (entity: EntityName): string[] => [...whole.values()].flatMap((one) => (one.entity === entity ? [one.row.id] : []));
  for (const entity of new Set(targets.map((target) => target.entity))) {
    if (!isEntityName(entity)) continue;
    add(yield { entity, field: 'id', ids: targets.filter((target) => target.entity === entity).map(({ id }) => id) });
  }
  const visits = ids('encounter');
  if (visits.length > 0) for (const entity of UNDER_VISIT) add(yield { entity, field: 'encounterId', ids: visits });
  const documents = [...whole.values()].flatMap(({ entity, row }) =>
    entity === 'letter' && typeof row['documentId'] === 'string' ? [row['documentId']] : [],
  );
  if (documents.length > 0) add(yield { entity: 'document', field: 'id', ids: documents });
  add(yield { entity: 'conflict', field: 'subjectId', ids: [...whole.values()].map(({ row }) => row.id) });
  const quoting: Found[] = [];
  if (visits.length > 0) {
    const carried = yield { entity: 'note_section', field: 'originEncounterId', ids: visits };
    quoting.push(...carried.filter(({ row }) => !whole.has(`note_section/${row.id}`) && row['originText'] !== null));
  }
  // What was asked often repeats what stood there: who, when and the conditions stay, the words go.
  if (requestId !== null) quoting.push(...(yield { entity: 'journal_request', field: 'id', ids: [requestId] }));
  return { whole: [...whole.values()], quoting };
}

/** Runs it where rows are found at once. */
export function closureNow(steps: Generator<Find, Closure, Found[]>, find: (asked: Find) => Found[]): Closure {
  let step = steps.next();
  while (!step.done) step = steps.next(find(step.value));
  return step.value;
}

/** The column under which an erased row names its erasure: its `extra` holds this alone. */
export const ERASED = 'erased';

export const erasedBy = (row: StoredRow | undefined): string | undefined => {
  const id = row?.extra?.[ERASED];
  return typeof id === 'string' ? id : undefined;
};

/** What is left of a row. */
export function blanked(entity: EntityName, row: StoredRow, erasureId: string): StoredRow {
  const left: Record<string, unknown> = {};
  for (const [field, spec] of Object.entries(fieldsOf(entity))) left[field] = leftOf(field, spec, row[field]);
  return { ...row, ...left, extra: { [ERASED]: erasureId }, deleted: true };
}

/** What is left of a row that only quoted. */
export function unquoted(entity: EntityName, row: StoredRow): StoredRow {
  return entity === 'note_section' ? { ...row, originText: null } : { ...row, asked: '', decisionReason: null };
}

/** Ids, the moment and the state stay; what may be empty is; the rest is emptied as far as its kind allows. */
function leftOf(field: string, { kind, nullable, schema }: Field, value: unknown): unknown {
  if (field === 'status' || field === 'audience') return value;
  if (nullable && field !== 'signedAt' && field !== 'signedById') return null;
  if (kind === 'id' || kind === 'instant' || kind === 'date') return value;
  if (kind === 'integer') return 0;
  if (kind === 'boolean') return false;
  if (kind === 'json')
    return ['{}', '[]', 'null'].map((text): unknown => JSON.parse(text)).find((empty) => schema.safeParse(empty).success);
  return ['', value].find((empty) => schema.safeParse(empty).success);
}
