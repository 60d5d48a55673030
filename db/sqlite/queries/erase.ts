/**
 * Erasure by law on this laptop: the words go from the row, from the server's copy of it beside, from a feed being read anew, from what was sent
 * and from what was refused; `secure_delete` overwrites them. The line in `erased_row` stays, so that nothing brings them back.
 */
import { columnName } from '../../model/entity.ts';
import { isEntityName, type EntityName } from '../../model/entities.ts';
import type { RowKey } from '../../model/erasure.ts';
import { blanked, type Find, type Found } from '../../sync/erase.ts';
import type { StoredRow } from '../../sync/row.ts';
import type { SqliteDatabase } from '../open.ts';
import { decodeRow, prepared, readReplica, readRow, writeReplica, writeRow, type RowOf } from '../store.ts';

export function findRows(db: SqliteDatabase, { entity, field, ids }: Find): Found[] {
  return prepared(db, `select * from "${entity}" where "${columnName(field)}" in (select value from json_each(?))`)
    .all(JSON.stringify(ids))
    .map((raw) => ({ entity, row: { ...decodeRow(entity, raw) } as unknown as StoredRow }));
}

export function isErasedHere(db: SqliteDatabase, entity: string, id: string): boolean {
  return prepared(db, 'select 1 from erased_row where entity = ? and id = ?').get(entity, id) !== undefined;
}

/** `entity/id` of all that was ever erased here. */
export function erasedKeys(db: SqliteDatabase): Set<string> {
  return new Set(prepared(db, "select entity || '/' || id from erased_row").pluck().all().map(String));
}

/**
 * Empties these rows for good, in the transaction that is open. What of them waits to be sent still goes up: the server refuses it and holds it
 * sealed for whoever decided.
 * @param erasureId undefined where the server alone knows the erasure
 */
export function eraseHere(db: SqliteDatabase, keys: readonly RowKey[], erasureId?: string): void {
  throughGuards(db, () => {
    for (const { entity, id } of keys) {
      prepared(db, 'insert into erased_row (entity, id, erasure_id) values (?, ?, ?) on conflict do nothing').run(
        entity,
        id,
        erasureId ?? null,
      );
      if (isEntityName(entity)) blank(db, entity, id, erasureId ?? '');
      for (const beside of ['server_row', 'refetch_row', 'unknown_row'])
        prepared(db, `update ${beside} set body = null, deleted = 1 where entity = ? and id = ?`).run(entity, id);
      // It no longer lies over the row.
      prepared(db, 'update outbox set passed = 1 where entity = ? and row_id = ? and passed = 0').run(entity, id);
    }
    forgetWords(db);
  });
}

function blank(db: SqliteDatabase, entity: EntityName, id: string, erasureId: string): void {
  const row = readRow(db, entity, id);
  if (row === undefined) return;
  if (entity === 'attachment') letGoOfBytes(db, row as unknown as RowOf<'attachment'>);
  writeRow(db, entity, blanked(entity, row as unknown as StoredRow, erasureId) as unknown as typeof row);
}

/** Its sealed file goes too, once nothing else has the very same bytes: its name is remembered until the file is gone. */
function letGoOfBytes(db: SqliteDatabase, { id, sha256 }: RowOf<'attachment'>): void {
  const others = prepared(db, 'select 1 from attachment where sha256 = ? and id <> ? and deleted = 0').get(sha256, id);
  const file = prepared(db, 'select file from content where sha256 = ?').pluck().get(sha256);
  if (others !== undefined || typeof file !== 'string') return;
  prepared(db, "update erased_row set file = ? where entity = 'attachment' and id = ?").run(file, id);
  prepared(db, 'delete from content where sha256 = ?').run(sha256);
}

/** Files of sealed bytes that are to be removed, and then said to be gone. */
export function erasedFiles(db: SqliteDatabase): string[] {
  return prepared(db, 'select file from erased_row where file is not null').pluck().all().map(String);
}
export function noteFileGone(db: SqliteDatabase, file: string): void {
  prepared(db, 'update erased_row set file = null where file = ?').run(file);
}

/**
 * What was never sent of erased rows is not sent any more: nobody else has ever had it. Only for whoever decides about the erasure; what others
 * wrote without knowing goes up and is held sealed.
 */
export function forgetUnsent(db: SqliteDatabase, now: string): void {
  prepared(
    db,
    `update outbox set "set" = '{}', base = '{}', state = 'acked', passed = 1, acked_at = ? where state in ('open', 'ready')
       and exists (select 1 from erased_row r where r.entity = outbox.entity and r.id = outbox.row_id)`,
  ).run(now);
}

/** Of changes to erased rows that the server has answered, the words go; that they were made stays, for the queue has no holes. */
export function forgetWords(db: SqliteDatabase): void {
  if (prepared(db, 'select 1 from erased_row limit 1').get() === undefined) return;
  prepared(
    db,
    `update outbox set "set" = '{}', base = '{}',
       resolution = case when state = 'quarantined' and code is not 'row/erased' then coalesce(resolution, 'erased') else resolution end
     where state in ('acked', 'quarantined') and "set" <> '{}'
       and exists (select 1 from erased_row r where r.entity = outbox.entity and r.id = outbox.row_id)`,
  ).run();
  // Sent once more to a server that was restored, an emptied change proves nothing any more and is refused: there is nothing to decide about it.
  prepared(
    db,
    `update outbox set resolution = 'erased' where state = 'quarantined' and code is not 'row/erased' and resolution is null and "set" = '{}'
       and exists (select 1 from erased_row r where r.entity = outbox.entity and r.id = outbox.row_id)`,
  ).run();
  // What only quoted it loses the quotation.
  prepared(
    db,
    `update outbox set "set" = json_remove("set", '$.originText') where state in ('acked', 'quarantined') and entity = 'note_section'
       and json_extract("set", '$.originText') is not null
       and exists (select 1 from erased_row r where r.entity = 'encounter' and r.id = json_extract(outbox."set", '$.originEncounterId'))`,
  ).run();
  prepared(
    db,
    `update outbox set "set" = json_remove("set", '$.asked', '$.decisionReason') where state in ('acked', 'quarantined') and entity = 'journal_request'
       and row_id in (select request_id from erasure where request_id is not null)`,
  ).run();
}

/** What only quoted an erased entry is emptied of the quotation. */
export function unquoteHere(db: SqliteDatabase, rows: readonly Found[]): void {
  throughGuards(db, () => {
    for (const { entity, row } of rows) writeRow(db, entity, row as unknown as RowOf<typeof entity>);
  });
}

/** The guards of what is signed let through what takes in the server's rows, and what erases; nothing else. */
function throughGuards(db: SqliteDatabase, run: () => void): void {
  const already = readReplica(db, 'applying') !== undefined;
  if (!already) writeReplica(db, 'applying', '1');
  run();
  if (!already) prepared(db, "delete from replica where key = 'applying'").run();
}
