/**
 * Takes the server's rows into the replica. One transaction holds the rows, the cursor and whatever our own
 * changes look like on top of them, so that a kill at any moment leaves a state that was true.
 * Invariants A1–A6 of SPEC.md are enforced here.
 */
import { isEntityName, type EntityName } from '#db/model/entities.ts';
import type { RowKey } from '#db/model/erasure.ts';
import { fromBody } from '#db/sync/body.ts';
import { fieldsOf, stampOf, type StoredRow } from '#db/sync/row.ts';
import { upcast, type Told } from '#db/sync/upcast.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { keepServerRow } from '#db/sqlite/server-row.ts';
import { erasedKeys, eraseHere, isErasedHere } from '#db/sqlite/queries/erase.ts';
import { indexPatients } from '#db/sqlite/queries/patient-search.ts';
import { indexSamePersons } from '#db/sqlite/queries/same-person.ts';
import { prepared } from '#db/sqlite/store.ts';
import { writeCursor, type Cursor } from './cursor.ts';
import { overlaysFor } from './overlaid.ts';
import { isNewer, readStored, upsertBody, upsertRow } from './replica-rows.ts';

/** One row of the feed with its numbers parsed. */
export interface FeedEntry {
  clinicId: string;
  entity: string;
  id: string;
  seq: number;
  deleted: boolean;
  body: string | null;
}

export interface Applied {
  /** Entities of which rows changed, with the ids; what the window must ask for again. */
  changed: Map<string, string[]>;
}

/** Overlays end only up to here; what the server wrote later is not on this laptop yet. */
export interface ApplyOptions {
  cursor: Cursor;
  /** The server's rows count whatever their seq: after a restore they start lower (refetch). */
  force?: boolean;
}

/** Applies rows in feed order and moves the cursor. Throws when the disk does, with nothing changed. */
export function applyFeed(db: SqliteDatabase, entries: readonly FeedEntry[], options: ApplyOptions): Applied {
  return inApplying(db, () => {
    const changed = new Map<string, string[]>();
    // First, so that a row which comes now is written once, as the server's, and not under an overlay that is then taken off it.
    const ended = markEnded(db, options.cursor.passedSeq);
    const erased = erasedKeys(db);
    const context = { isOverlaid: overlaysFor(db, entries.length), kept: keptRows(db), erased, force: options.force === true };
    for (const entry of entries) {
      if (!applyEntry(db, entry, context)) continue;
      note(changed, entry.entity, entry.id);
      if (entry.entity === 'erasure') takeErasure(db, entry.id, erased, changed);
      ended.delete(`${entry.entity}/${entry.id}`);
    }
    writeCursor(db, options.cursor);
    takeOffAll(db, ended, changed);
    takeErasures(db, changed);
    indexPatients(db, [...new Set(changed.get('patient'))]);
    if (changed.has('patient') || changed.has('patient_link')) indexSamePersons(db);
    return { changed };
  });
}

interface Context {
  isOverlaid(key: string): boolean;
  /** `entity/id` → seq of rows of which the server's version is kept beside the one shown. */
  kept: Map<string, number>;
  force: boolean;
  /** `entity/id` of rows erased by law. */
  erased: Set<string>;
}

/**
 * Erasure beats everything: what the trace names is emptied here, and stays so. Whoever decided hears of more than they decided about when the
 * overlay of their own trace ends. (Seed 47.)
 */
export function takeErasures(db: SqliteDatabase, changed: Map<string, string[]>): void {
  for (const id of changed.get('erasure') ?? []) takeErasure(db, id, new Set(), changed);
}

function takeErasure(db: SqliteDatabase, id: string, erased: Set<string>, changed: Map<string, string[]>): void {
  const keys = keysIn(readStored(db, 'erasure', id)?.['erased']);
  eraseHere(db, keys, id);
  for (const key of keys) {
    erased.add(`${key.entity}/${key.id}`);
    note(changed, key.entity, key.id);
  }
}

function keysIn(value: unknown): RowKey[] {
  return Array.isArray(value) ? value.filter((one): one is RowKey => typeof one?.entity === 'string' && typeof one?.id === 'string') : [];
}

function applyEntry(db: SqliteDatabase, entry: FeedEntry, context: Context): boolean {
  if (!isEntityName(entry.entity)) return keepUnknown(db, entry, context.force);
  const key = `${entry.entity}/${entry.id}`;
  // Erased by law: neither a server that was restored nor a stretch of feed read late brings it back.
  if (context.erased.has(key)) return false;
  const keptSeq = context.kept.get(key);
  if (keptSeq !== undefined && !context.force && entry.seq <= keptSeq) return false;
  const pending = context.isOverlaid(key) ? pendingOf(db, entry.entity, entry.id) : [];
  if (pending.length === 0 && keptSeq === undefined && !entry.deleted) {
    return writeOrKeep(db, entry, entry.entity, context.force);
  }
  const stored = readStored(db, entry.entity, entry.id);
  if (stored !== undefined && !context.force && !isNewer(entry.seq, stored.seq)) return false;
  if (pending.length > 0 || (entry.deleted && stored === undefined)) {
    keepServerEntry(db, entry);
    context.kept.set(key, entry.seq);
  } else if (keptSeq !== undefined) {
    dropServerEntry(db, entry.entity, entry.id);
    context.kept.delete(key);
  }
  const base = serverVersion(entry.entity, entry, stored);
  if (base === undefined) return false;
  return upsertRow(db, entry.entity, withOverlay(base, pending), true);
}

/** A row this version cannot hold (a newer server left out what we require) is kept raw for the next one. */
function writeOrKeep(db: SqliteDatabase, entry: FeedEntry, entity: EntityName, force: boolean): boolean {
  try {
    return upsertBody(db, entity, entry, entry.body ?? '{}', force);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'SQLITE_CONSTRAINT_NOTNULL')) throw error;
    return keepUnknown(db, entry, force);
  }
}

/**
 * Ends overlays whose outcome the cursor has passed (or that were refused): the row becomes what the server
 * says, with the changes still on their way on top.
 * @param passedSeq the place up to which everything the server wrote is here
 */
export function endOverlays(db: SqliteDatabase, passedSeq: number, changed: Map<string, string[]>): void {
  takeOffAll(db, markEnded(db, passedSeq), changed);
}

interface Key {
  entity: string;
  id: string;
}

/** The changes are no longer pending; their rows, by `entity/id`, still look as if they were. */
function markEnded(db: SqliteDatabase, passedSeq: number): Map<string, Key> {
  const which = "passed = 0 and state in ('acked', 'quarantined') and (outcome_seq is null or outcome_seq <= ?)";
  const done = prepared(db, `select distinct entity, row_id as id from outbox indexed by outbox_ending where ${which}`).all(passedSeq);
  if (done.length > 0) prepared(db, `update outbox indexed by outbox_ending set passed = 1 where ${which}`).run(passedSeq);
  return new Map(done.map(keyOf).map((key) => [`${key.entity}/${key.id}`, key]));
}

function takeOffAll(db: SqliteDatabase, rows: ReadonlyMap<string, Key>, changed: Map<string, string[]>): void {
  for (const { entity, id } of rows.values()) if (isEntityName(entity) && takeOff(db, entity, id)) note(changed, entity, id);
}

/** Shows the server's version with what is still pending on top. */
function takeOff(db: SqliteDatabase, entity: EntityName, id: string): boolean {
  const pending = pendingOf(db, entity, id);
  const stored = readStored(db, entity, id);
  const kept = keptEntry(db, entity, id);
  if (kept === undefined) {
    // Born here, and yet the server has no such row: refused (the entry keeps its text), or kept elsewhere, as a
    // supplement to a signed visit is. It must not go on being shown as if it were part of the record.
    if (stored === undefined || stored.seq > 0 || pending.length > 0 || !isAnswered(db, entity, id)) return false;
    return upsertRow(db, entity, { ...stored, deleted: true }, true);
  }
  if (pending.length === 0) dropServerEntry(db, entity, id);
  const base = serverVersion(entity, { ...kept, clinicId: stored?.clinicId ?? '' }, stored);
  return base !== undefined && upsertRow(db, entity, withOverlay(base, pending), true);
}

/** The server has said where this row's changes went, or that it refused them all. */
function isAnswered(db: SqliteDatabase, entity: EntityName, id: string): boolean {
  const raw = prepared(
    db,
    "select max(outcome_seq) as place, sum(state <> 'quarantined') as accepted from outbox where entity = ? and row_id = ?",
  ).get(entity, id);
  return typeof valueIn(raw, 'place') === 'number' || valueIn(raw, 'accepted') === 0;
}

function serverVersion(entity: EntityName, entry: FeedEntry, stored: StoredRow | undefined): StoredRow | undefined {
  if (!entry.deleted && entry.body !== null) return rowOf(entity, entry);
  return stored === undefined ? undefined : { ...stored, seq: entry.seq, deleted: true, fieldSeq: asReadUntilNow(entity, stored) };
}

/**
 * A deletion comes without what the row said last: whoever writes in it again (edit beats delete) has read no more than
 * what stood here before, field by field, however high the deletion's own place is.
 */
function asReadUntilNow(entity: EntityName, stored: StoredRow): StoredRow['fieldSeq'] {
  const unstamped = Object.keys(fieldsOf(entity)).filter((field) => stampOf(stored, entity, field) === undefined);
  return { ...stored.fieldSeq, ...Object.fromEntries(unstamped.map((field) => [field, [stored.seq, OWN] as const])) };
}

function rowOf(entity: EntityName, entry: FeedEntry): StoredRow {
  return fromBody(entity, { clinicId: entry.clinicId, id: entry.id, seq: entry.seq }, entry.body ?? '{}');
}

/** Stands for this laptop in stamps that only this laptop reads. */
const OWN = 'self';

interface Pending {
  set: Record<string, unknown>;
  base: Record<string, unknown>;
}

/**
 * The row as its writer sees it. The stamps under our own fields stay what the writer had read: whoever writes on
 * in a text has not seen the server's newer one beneath it, and must not overwrite it as if they had.
 */
function withOverlay(base: StoredRow, pending: readonly Pending[]): StoredRow {
  if (pending.length === 0) return base;
  // Writing again what was deleted brings it back, as it will on the server.
  let row = base;
  for (const { set } of pending) row = { ...row, deleted: false, ...set };
  return { ...row, fieldSeq: { ...base.fieldSeq, ...stampsOf(pending) } };
}

/**
 * What the writer of these changes had read of each field, by the last of them: after a restore earlier changes lie over
 * the row again, and whoever wrote the later ones had read more.
 */
function stampsOf(pending: readonly Pending[]): StoredRow['fieldSeq'] {
  return Object.fromEntries(
    pending.flatMap(({ set, base }) =>
      Object.keys(set).map((field) => [field, [typeof base[field] === 'number' ? base[field] : 0, OWN] as const]),
    ),
  );
}

/**
 * A row that the server does not have (it was restored), of which changes of ours are on their way: as if born here, with
 * those changes over what it showed. Whoever writes in it next has then read what goes up before them. (Seed 502258.)
 */
export function asBornHere(db: SqliteDatabase, entity: EntityName, id: string): void {
  const stored = readStored(db, entity, id);
  const pending = pendingOf(db, entity, id);
  if (stored !== undefined) upsertRow(db, entity, { ...withOverlay(stored, pending), seq: 0, fieldSeq: stampsOf(pending) }, true);
}

/** Changes of ours are on their way again: they lie over the row at once, so that whoever writes in it next has read them. (Seed 600101.) */
export function layPendingOver(db: SqliteDatabase, entity: string, id: string): void {
  if (!isEntityName(entity)) return;
  const stored = readStored(db, entity, id);
  if (stored === undefined) return;
  if (stored.seq === 0) return asBornHere(db, entity, id);
  keepServerRow(db, entity, stored);
  upsertRow(db, entity, withOverlay(stored, pendingOf(db, entity, id)), true);
}

/** Our changes to a row that the cursor has not passed, oldest first. */
function pendingOf(db: SqliteDatabase, entity: string, id: string): Pending[] {
  if (isErasedHere(db, entity, id)) return [];
  const found = prepared(db, 'select "set", base, schema from outbox where entity = ? and row_id = ? and passed = 0 order by born');
  // Written before this program was upgraded: shown in today's words, sent as it was signed.
  return found.all(entity, id).map((raw) =>
    upcast({
      entity,
      schema: numberOf(raw, 'schema'),
      set: parseObject(textOf(raw, 'set')) as Told['set'],
      base: parseObject(textOf(raw, 'base')) as Told['base'],
    }),
  );
}

function keptRows(db: SqliteDatabase): Map<string, number> {
  const rows = prepared(db, 'select entity, id, seq from server_row').all();
  return new Map(rows.map((raw) => [`${textOf(raw, 'entity')}/${textOf(raw, 'id')}`, numberOf(raw, 'seq')]));
}

function keptEntry(db: SqliteDatabase, entity: string, id: string): FeedEntry | undefined {
  const raw = prepared(db, 'select seq, deleted, body from server_row where entity = ? and id = ?').get(entity, id);
  if (raw === undefined) return undefined;
  const body = numberOf(raw, 'deleted') === 1 ? null : textOf(raw, 'body');
  return { clinicId: '', entity, id, seq: numberOf(raw, 'seq'), deleted: body === null, body };
}

function keepServerEntry(db: SqliteDatabase, entry: FeedEntry): void {
  prepared(
    db,
    `insert into server_row(entity, id, seq, deleted, body) values (?, ?, ?, ?, ?)
     on conflict(entity, id) do update set seq = excluded.seq, deleted = excluded.deleted, body = excluded.body`,
  ).run(entry.entity, entry.id, entry.seq, entry.deleted ? 1 : 0, entry.body);
}

function dropServerEntry(db: SqliteDatabase, entity: string, id: string): void {
  prepared(db, 'delete from server_row where entity = ? and id = ?').run(entity, id);
}

function keepUnknown(db: SqliteDatabase, entry: FeedEntry, force: boolean): boolean {
  const guard = force ? '' : 'where excluded.seq > unknown_row.seq';
  prepared(
    db,
    `insert into unknown_row(entity, id, seq, deleted, body) values (?, ?, ?, ?, ?)
     on conflict(entity, id) do update set seq = excluded.seq, deleted = excluded.deleted, body = excluded.body ${guard}`,
  ).run(entry.entity, entry.id, entry.seq, entry.deleted ? 1 : 0, entry.body);
  return false;
}

/** Runs `fn` in one transaction in which the guards of signed rows let the server's version in. */
export function inApplying<T>(db: SqliteDatabase, fn: () => T): T {
  return db
    .transaction(() => {
      prepared(db, "insert into replica(key, value) values ('applying', '1') on conflict do nothing").run();
      const result = fn();
      prepared(db, "delete from replica where key = 'applying'").run();
      return result;
    })
    .immediate();
}

function note(changed: Map<string, string[]>, entity: string, id: string): void {
  const ids = changed.get(entity);
  if (ids === undefined) changed.set(entity, [id]);
  else ids.push(id);
}

function keyOf(raw: unknown): Key {
  return { entity: textOf(raw, 'entity'), id: textOf(raw, 'id') };
}

export function textOf(raw: unknown, name: string): string {
  const value = valueIn(raw, name);
  if (typeof value !== 'string') throw new TypeError(`${name} is not text`);
  return value;
}

export function numberOf(raw: unknown, name: string): number {
  const value = valueIn(raw, name);
  if (typeof value !== 'number') throw new TypeError(`${name} is not a number`);
  return value;
}

export function valueIn(raw: unknown, name: string): unknown {
  return typeof raw === 'object' && raw !== null && Object.hasOwn(raw, name) ? (raw as Record<string, unknown>)[name] : undefined;
}

export function parseObject(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('not a JSON object');
  return { ...value };
}
