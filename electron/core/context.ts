/**
 * What a use-case works with: one transaction in which each write is the row, its audit event and its
 * outbox entry together. Nothing else in the core writes the record.
 */
import { hash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { bornSchema } from '#db/model/entity.ts';
import type { OwnFields } from '#db/model/entity.ts';
import { entities, SCHEMA_VERSION } from '#db/model/entities.ts';
import type { EntityName, EntityOf } from '#db/model/entities.ts';
import type { AuditEvent } from '#db/model/audit.ts';
import type { Role } from '#db/model/clinic.ts';
import { changeBytes } from '#db/sync/change.ts';
import { baseFor, sameValue } from '#db/sync/row.ts';
import type { StoredRow } from '#db/sync/row.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { addEntry, openEntry, releaseAll, releaseRow, replaceEntry } from '#db/sqlite/outbox.ts';
import { keepServerRow } from '#db/sqlite/server-row.ts';
import { patchRow, readRow, rowsWhere, writeRow } from '#db/sqlite/store.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import { indexPatient } from '#db/sqlite/queries/patient-search.ts';
import { assertOpen } from './access/guard.ts';
import { indexSamePersons } from '#db/sqlite/queries/same-person.ts';
import { appendAudit } from './audit/append-audit.ts';
import type { Ports } from './ports.ts';
import { signChange } from './sign-change.ts';

export interface Actor {
  userId: string;
  name: string;
  email: string;
  roles: readonly Role[];
  /** Lets an assistant read notes, now. */
  granted: boolean;
  profession: string | null;
  hprNumber: string | null;
  /** Ed25519 of this person on this device. */
  signingKey: KeyObject;
}

export interface AuditNote {
  action: AuditEvent['action'];
  subjectEntity?: EntityName;
  subjectId?: string;
  patientId?: string | null;
  /** Ids and codes only. */
  details?: Record<string, unknown>;
  reason?: string | null;
}

type OwnOf<N extends EntityName> = OwnFields<EntityOf<N>>;
/** Fields at birth: those with an initial value may be left out. */
export type Born<N extends EntityName> = Partial<OwnOf<N>>;

export interface WriteOptions {
  /** The outbox entry may be replaced by the next autosave of the same row. */
  autosave?: boolean;
  /** The feed's seq of the text the person had before them, when that is older than the row's own. */
  baseSeq?: number;
  /** What the writer had read of each field, where that was long ago: a refused change that is sent again. */
  base?: Readonly<Record<string, number>>;
  /** Fields that are said again even where they do not differ: what a signature covers goes with it. */
  restate?: readonly string[];
}

export interface Context {
  readonly db: SqliteDatabase;
  readonly clinicId: string;
  readonly deviceId: string;
  readonly actor: Actor;
  readonly ports: Ports;
  readonly verb: string;
  /** The moment of this call, ISO 8601 in UTC. */
  readonly now: string;
  newId(): string;
  /** The row, unless deleted or unknown. */
  get<N extends EntityName>(entity: N, id: string): RowOf<N> | undefined;
  /** Living rows; the condition is SQL in column names. */
  rows<N extends EntityName>(entity: N, condition: string, parameters?: readonly (string | number | null)[]): RowOf<N>[];
  insert<N extends EntityName>(entity: N, fields: Born<N>, id?: string): RowOf<N>;
  /** Writes the fields that differ. */
  patch<N extends EntityName>(entity: N, id: string, set: Partial<OwnOf<N>>, options?: WriteOptions): RowOf<N>;
  /** Inserts, or patches the row of this (derived) id. */
  put<N extends EntityName>(entity: N, id: string, fields: Born<N>, options?: WriteOptions): RowOf<N>;
  remove<N extends EntityName>(entity: N, id: string): void;
  /** Adds to the log, in this transaction. Throws JournalShut where the patient has shut the journal for this person. */
  audit(note: AuditNote): void;
  /** Lets all autosaved entries go out as they are: before signing, on lock. */
  releaseOutbox(): void;
  readonly touched: { entities: Set<string>; ids: Set<string> };
  /** Something was written that begins a new entry of the queue, and nothing was logged. */
  unlogged(): boolean;
}

export interface ContextInput {
  db: SqliteDatabase;
  clinicId: string;
  deviceId: string;
  actor: Actor;
  ports: Ports;
  verb: string;
}

const bornSchemas = Object.fromEntries(Object.entries(entities).map(([name, entity]) => [name, bornSchema(entity)])) as unknown as Record<
  EntityName,
  { parse(value: unknown): Record<string, unknown> }
>;

/** A context for one transaction that the caller has begun. */
export function createContext(input: ContextInput): Context {
  const { db, clinicId, deviceId, actor, ports, verb } = input;
  const now = ports.clock.now().toISOString();
  const touched = { entities: new Set<string>(), ids: new Set<string>() };
  let begun = false;
  let logged = false;

  function enqueue(
    entity: EntityName,
    rowId: string,
    before: StoredRow | undefined,
    set: Record<string, unknown>,
    options: WriteOptions = {},
  ): void {
    const autosave = options.autosave === true;
    const open = openEntry(db, actor.userId, entity, rowId);
    const replacing = autosave && open !== undefined;
    if (!autosave && open !== undefined) releaseRow(db, entity, rowId);
    const read = baseFor(entity, before, Object.keys(set));
    for (const field of Object.keys(read)) if (options.baseSeq !== undefined) read[field] = Math.min(read[field] ?? 0, options.baseSeq);
    const base = { ...(options.base ?? read), ...(replacing ? open.base : {}) };
    const change = {
      id: replacing ? open.id : ports.ids.uuid(),
      actor: actor.userId,
      verb,
      entity,
      rowId,
      base,
      set: replacing ? { ...open.set, ...set } : set,
      at: now,
      schema: SCHEMA_VERSION,
    };
    const signed = { id: change.id, hash: hash('sha256', changeBytes(change as Parameters<typeof changeBytes>[0]), 'hex') };
    const entry = {
      ...change,
      deviceId,
      actorSignature: signChange(actor.signingKey, signed, replacing),
      hash: signed.hash,
      state: autosave ? ('open' as const) : ('ready' as const),
      openedAt: replacing ? open.openedAt : now,
      touchedAt: now,
    };
    if (replacing) replaceEntry(db, open.born, entry);
    else addEntry(db, entry);
    begun ||= !replacing;
  }

  function note(entity: EntityName, id: string): void {
    touched.entities.add(entity);
    touched.ids.add(id);
    if (entity === 'patient') indexPatient(db, id);
    if (entity === 'patient' || entity === 'patient_link') indexSamePersons(db);
  }

  const context: Context = {
    db,
    clinicId,
    deviceId,
    actor,
    ports,
    verb,
    now,
    touched,
    newId: () => ports.ids.uuid(),
    get(entity, id) {
      const row = readRow(db, entity, id);
      return row === undefined || row.deleted ? undefined : row;
    },
    rows: (entity, condition, parameters) => rowsWhere(db, entity, condition, parameters),
    insert(entity, fields, id = ports.ids.uuid()) {
      const own = bornSchemas[entity].parse(fields);
      const row = { id, clinicId, seq: 0, deleted: false, fieldSeq: {}, extra: null, ...own } as unknown as RowOf<typeof entity>;
      writeRow(db, entity, row);
      enqueue(entity, id, undefined, own);
      note(entity, id);
      return row;
    },
    patch(entity, id, set, options) {
      const before = readRow(db, entity, id);
      if (before === undefined) throw new Error(`no ${entity} ${id}`);
      const stored = before as unknown as StoredRow;
      const changed = Object.fromEntries(
        Object.entries(set).filter(([field, value]) => value !== undefined && !sameValue(stored[field], value)),
      );
      if (Object.keys(changed).length === 0) return before;
      for (const field of options?.restate ?? []) changed[field] = (set as Record<string, unknown>)[field] ?? stored[field];
      keepServerRow(db, entity, stored);
      patchRow(db, entity, id, changed as Partial<RowOf<typeof entity>>);
      enqueue(entity, id, stored, changed, options);
      note(entity, id);
      return { ...before, ...changed };
    },
    put(entity, id, fields, options) {
      const before = readRow(db, entity, id);
      if (before === undefined) return context.insert(entity, fields, id);
      if (!before.deleted) return context.patch(entity, id, fields as Partial<OwnOf<typeof entity>>, options);
      const revived = { ...fields, deleted: false } as unknown as Partial<OwnOf<typeof entity>>;
      return context.patch(entity, id, revived, options);
    },
    remove(entity, id) {
      context.patch(entity, id, { deleted: true } as unknown as Partial<OwnOf<typeof entity>>);
    },
    unlogged: () => begun && !logged,
    audit(event) {
      if (typeof event.patientId === 'string')
        assertOpen(db, { patientId: event.patientId, userId: actor.userId, verb, action: event.action, now });
      logged = true;
      appendAudit(db, { clinicId, deviceId, actor, now, verb, id: ports.ids.uuid(), ...event });
    },
    releaseOutbox: () => void releaseAll(db),
  };
  return context;
}
