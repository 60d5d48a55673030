/**
 * The table language: each entity of the record is described once, as data.
 * db/sqlite and db/postgres build their tables from it, the contract and the sync its Zod schemas.
 * Why one source: two hand-kept schemas drift, and a drift here is a lost field in a patient's record.
 */
import { z } from 'zod';

/** How a value is stored. `date` is `YYYY-MM-DD`; `instant` is ISO 8601 in UTC with milliseconds; money is `integer` øre. */
export type FieldKind = 'id' | 'text' | 'integer' | 'boolean' | 'date' | 'instant' | 'json';

/**
 * What happens when two laptops changed the same field without knowing of each other (db/sync/merge.ts):
 * - `scalar`: the first committed stands, the other becomes a visible conflict
 * - `prose`: both stay, as siblings, until a clinician decides (note text)
 * - `cautious`: as scalar, but the most cautious value shows until decided (safety facts)
 * - `fixed`: set at birth, never changed; a different later value is refused
 * - `latest`: the later commit simply stands; only for facts where nothing clinical can be lost (device name, tab order)
 */
export type MergePolicy = 'scalar' | 'prose' | 'cautious' | 'fixed' | 'latest';

/** Who receives a row: every device of the clinic, or only those on which a clinician is enrolled. */
export type Audience = 'desk' | 'clinical';

export interface Field<T = unknown> {
  readonly kind: FieldKind;
  readonly schema: z.ZodType<T>;
  readonly nullable: boolean;
  /** Value of a row born without it, or sent by a laptop that does not know it. Absent: required at birth. */
  readonly initial?: T;
  readonly merge: MergePolicy;
  /**
   * Says something about a patient: the server's database holds it in an envelope alone (db/postgres/sealing). What the server's SQL and
   * triggers must compare stays outside: ids, instants that order and overlap, states, and who works in the clinic.
   */
  readonly sensitive: boolean;
  /** A sensitive field of which the server must know whether two rows say the same: an HMAC of it stands beside the envelope. */
  readonly compared?: true;
  /** The entity this id points to: a foreign key in Postgres only. */
  readonly references?: string;
}

export type Fields = Readonly<Record<string, Field>>;

export interface Entity<N extends string = string, F extends Fields = Fields> {
  readonly name: N;
  readonly fields: F;
  /** `by-row`: the row's own `audience` field decides (a conflict follows its subject). */
  readonly audience: Audience | 'by-row';
}

/** What every synced row carries besides its own fields. */
export interface SyncedColumns {
  id: string;
  clinicId: string;
  /** Place in the clinic's feed, set by the server; 0 until it has been there. */
  seq: number;
  deleted: boolean;
  /** Per field: the seq of its last change and the device it came from. */
  fieldSeq: Record<string, [seq: number, deviceId: string]>;
  /** Fields a newer server sent and this version does not know, kept as they came. */
  extra: Record<string, unknown> | null;
}

export type FieldValue<F> = F extends Field<infer T> ? T : never;
export type OwnFields<E extends Entity> = { -readonly [K in keyof E['fields']]: FieldValue<E['fields'][K]> };
export type Row<E extends Entity> = SyncedColumns & OwnFields<E>;

interface Options {
  merge?: MergePolicy;
  sensitive?: boolean;
  compared?: true;
}

function field<T>(kind: FieldKind, schema: z.ZodType<T>, options: Options & { references?: string } = {}): Field<T> {
  return {
    kind,
    schema,
    nullable: false,
    merge: options.merge ?? 'scalar',
    sensitive: options.sensitive ?? false,
    ...(options.compared === undefined ? {} : { compared: options.compared }),
    ...(options.references === undefined ? {} : { references: options.references }),
  };
}

/** One section of a note may hold this many UTF-16 units; longer text is refused with a code, never cut. */
export const TEXT_LIMIT = 400_000;

export const text = (options: Options & { max?: number } = {}): Field<string> =>
  field('text', z.string().max(options.max ?? 2000), options);
export const prose = (options: Options = {}): Field<string> =>
  field('text', z.string().max(TEXT_LIMIT), { merge: 'prose', sensitive: true, ...options });
export const choice = <const V extends readonly [string, ...string[]]>(values: V, options: Options = {}): Field<V[number]> =>
  field<V[number]>('text', z.enum(values), options);
export const integer = (options: Options & { min?: number; max?: number } = {}): Field<number> =>
  field(
    'integer',
    z
      .int()
      .min(options.min ?? Number.MIN_SAFE_INTEGER)
      .max(options.max ?? Number.MAX_SAFE_INTEGER),
    options,
  );
/** Whole øre; kroner never exist as a number anywhere. */
export const ore = (options: Options = {}): Field<number> => integer({ min: -1_000_000_000, max: 1_000_000_000, ...options });
export const flag = (options: Options = {}): Field<boolean> => field('boolean', z.boolean(), options);
export const date = (options: Options = {}): Field<string> => field('date', z.iso.date(), options);
export const instant = (options: Options = {}): Field<string> => field('instant', z.iso.datetime({ precision: 3 }), options);
export const json = <T>(schema: z.ZodType<T>, options: Options = {}): Field<T> => field('json', schema, options);
export const reference = (entityName: string, options: Options = {}): Field<string> =>
  field('id', z.uuid(), { merge: 'fixed', ...options, references: entityName });
/** An id without a foreign key: it may point to a row of several entities, or to one another audience holds. */
export const looseId = (options: Options = {}): Field<string> => field('id', z.uuid(), { merge: 'fixed', ...options });

/** The field may be empty (`null`), and is so when nobody filled it. */
export function optional<T>(inner: Field<T>): Field<T | null> {
  return { ...inner, schema: inner.schema.nullable(), nullable: true, initial: null };
}

/** The field has a value from birth that is not clinical: a status, a flag, a list. */
export function initially<T>(inner: Field<T>, initial: T): Field<T> {
  return { ...inner, initial };
}

export function entity<const N extends string, const F extends Fields>(name: N, audience: Audience | 'by-row', fields: F): Entity<N, F> {
  return { name, audience, fields };
}

/** `familyName` → `family_name`: columns and feed bodies are in snake case in both dialects. */
export function columnName(fieldName: string): string {
  return fieldName.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Zod schema of an entity's own fields, for a row at birth (fields with an initial value may be missing). */
export function bornSchema<E extends Entity>(source: E): z.ZodType<OwnFields<E>> {
  const shape: Record<string, z.ZodType> = {};
  for (const [name, spec] of Object.entries(source.fields)) {
    shape[name] = 'initial' in spec ? spec.schema.default(spec.initial) : spec.schema;
  }
  return z.strictObject(shape) as unknown as z.ZodType<OwnFields<E>>;
}

/** Zod schema of a change to some of an entity's fields. */
export function changeSchema<E extends Entity>(source: E): z.ZodType<Partial<OwnFields<E>>> {
  const shape: Record<string, z.ZodType> = {};
  for (const [name, spec] of Object.entries(source.fields)) shape[name] = spec.schema.optional();
  return z.strictObject(shape) as unknown as z.ZodType<Partial<OwnFields<E>>>;
}
