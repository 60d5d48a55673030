/** What is done with the bytes of attachments by the clock: looked over for viruses, moved, let go of. */
import type { Tx } from '../open.ts';
import type { StoredRow } from '../../sync/row.ts';
import { currentKey } from '../sealing/clinic-keys.ts';
import { sealedKeyOf, type PutObject, type Scan } from './content.ts';

export interface ToScan {
  byteLength: number;
  scan: Scan | null;
}

/** A whole that is here, and what was said of it; undefined: not here as a whole. */
export async function wholeToScan(tx: Tx, clinicId: string, sha256: string): Promise<ToScan | undefined> {
  const { rows } = await tx.query<ToScan>(
    'select byte_length as "byteLength", scan from content where clinic_id = $1 and sha256 = $2 and complete',
    [clinicId, sha256],
  );
  return rows[0];
}

/** @param detail the scanner's name of what it found, or a code of why it could not look */
export async function noteScan(tx: Tx, clinicId: string, sha256: string, scan: Scan, detail: string | null): Promise<void> {
  await tx.query(
    `update content set scan = $3, scan_detail = $4, scanned_at = case when $3 = 'waiting' then scanned_at else now() end
     where clinic_id = $1 and sha256 = $2 and complete`,
    [clinicId, sha256, scan, detail],
  );
}

/** Attachments of these bytes that say something else. */
export async function attachmentsSaying(tx: Tx, clinicId: string, sha256: string, other: StoredRow[string]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    'select id from attachment where clinic_id = $1 and sha256 = $2 and not deleted and virus_scan is distinct from $3 order by id',
    [clinicId, sha256, other],
  );
  return rows.map(({ id }) => id);
}

/** Wholes that nobody has looked over, oldest first: since there was no scanner then, or it was away. */
export async function neverScanned(tx: Tx, clinicId: string, limit: number): Promise<string[]> {
  const { rows } = await tx.query<{ sha256: string }>(
    `select sha256 from content where clinic_id = $1 and complete and (scan is null or scan = 'waiting') order by completed_at limit $2`,
    [clinicId, limit],
  );
  return rows.map(({ sha256 }) => sha256);
}

/** Uploads of which nothing came for so long, and bytes that no attachment has named for so long. @returns pieces that went */
export async function dropUnused(tx: Tx, clinicId: string, stale: Date, deleted: Date, now: Date): Promise<number> {
  const named = 'exists (select from attachment a where a.clinic_id = c.clinic_id and a.sha256 = c.sha256 and not a.deleted)';
  await tx.query(`update content c set unused_since = null where clinic_id = $1 and unused_since is not null and ${named}`, [clinicId]);
  await tx.query(`update content c set unused_since = $2 where clinic_id = $1 and unused_since is null and not ${named}`, [clinicId, now]);
  const { rowCount } = await tx.query(
    `delete from content_chunk p using content c where p.clinic_id = $1 and c.clinic_id = p.clinic_id and c.sha256 = p.sha256 and (
       c.unused_since <= $3
       or (not c.complete and not exists (
         select from content_chunk q where q.clinic_id = c.clinic_id and q.sha256 = c.sha256 and q.kept_at > $2)))`,
    [clinicId, stale, deleted],
  );
  await tx.query('update content set complete = false where clinic_id = $1 and complete and unused_since <= $2', [clinicId, deleted]);
  return rowCount ?? 0;
}

export interface Garbage {
  store: string;
  object: string;
}

/** Objects that no piece names, longer than a backup lives, or erased by law. */
export async function dueGarbage(tx: Tx, clinicId: string, before: Date, limit: number): Promise<Garbage[]> {
  const { rows } = await tx.query<Garbage>(
    'select store, object from content_garbage where clinic_id = $1 and (urgent or since <= $2) order by since, object limit $3',
    [clinicId, before, limit],
  );
  return rows;
}

export async function forgetGarbage(tx: Tx, clinicId: string, gone: readonly Garbage[]): Promise<void> {
  await tx.query(
    `delete from content_garbage where clinic_id = $1 and (store, object) in (
       select g.store, g.object from jsonb_to_recordset($2::jsonb) as g(store text, object text))`,
    [clinicId, JSON.stringify(gone)],
  );
}

/** Those of these objects that the record knows of: named by a piece, or waiting to be removed. */
export async function knownObjects(tx: Tx, clinicId: string, objects: readonly string[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ object: string }>(
    `select object from content_chunk where clinic_id = $1 and object = any($2::text[])
     union select object from content_garbage where clinic_id = $1 and object = any($2::text[])`,
    [clinicId, objects],
  );
  return new Set(rows.map(({ object }) => object));
}

/** Pieces that lie in Postgres, or in one of these stores. */
export async function piecesElsewhere(
  tx: Tx,
  clinicId: string,
  stores: readonly string[],
  after: { sha256: string; n: number },
  limit: number,
): Promise<{ sha256: string; n: number }[]> {
  const { rows } = await tx.query<{ sha256: string; n: number }>(
    `select sha256, n from content_chunk where clinic_id = $1 and (store is null or store = any($2::text[])) and (sha256, n) > ($3, $4::int)
     order by sha256, n limit $5`,
    [clinicId, stores, after.sha256, after.n, limit],
  );
  return rows;
}

/** The piece lies there now; false when it has gone meanwhile. Its former object is noted by the trigger. */
export async function movePiece(tx: Tx, clinicId: string, { sha256, n }: { sha256: string; n: number }, put: PutObject): Promise<boolean> {
  const key = await currentKey(tx);
  const { rowCount } = await tx.query(
    `update content_chunk set key_id = $4, bytes = null, store = $5, object = $6, object_key = $7
     where clinic_id = $1 and sha256 = $2 and n = $3`,
    [clinicId, sha256, n, key.id, put.store, put.object, sealedKeyOf(key, clinicId, { sha256, n }, put.key)],
  );
  return rowCount === 1;
}
