/**
 * The bytes of attachments: their rows, and their pieces one at a time. A piece lies here in an envelope of the clinic's key, or as an object
 * in a store, sealed with a key of its own that lies here in such an envelope. Every query stands under the clinic's row security.
 */
import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Tx } from '../open.ts';
import { currentKey, keyNumbered, withKeys, type ClinicKeys } from '../sealing/clinic-keys.ts';
import { keyIdOf, openBytes, openText, placeOf, sealBytes, sealText } from '../sealing/envelope.ts';
import type { DataKey } from '../sealing/master-keys.ts';

export interface AttachmentFacts {
  sha256: string;
  byteLength: number;
  mediaType: string;
  addedById: string;
  /** Of its bytes, once they are here. */
  scan: Scan | null;
}

/** What the record says of an attachment; undefined when this clinic has none of this id. */
export async function attachmentFacts(tx: Tx, clinicId: string, id: string): Promise<AttachmentFacts | undefined> {
  const { rows } = await tx.query<AttachmentFacts>(
    `select a.sha256, a.byte_length as "byteLength", a.media_type as "mediaType", a.added_by_id as "addedById", c.scan
     from attachment a left join content c on c.clinic_id = a.clinic_id and c.sha256 = a.sha256
     where a.clinic_id = $1 and a.id = $2 and not a.deleted`,
    [clinicId, id],
  );
  return rows[0];
}

export type Scan = 'waiting' | 'clean' | 'infected';
export interface WholeState {
  complete: boolean;
  have: number[];
  scan: Scan | null;
}

/** Numbers of the pieces that are here, whether the whole has been verified, and what the scanner said. */
export async function piecesOf(tx: Tx, clinicId: string, sha256: string): Promise<WholeState> {
  const whole = await tx.query<{ complete: boolean; scan: Scan | null }>(
    'select complete, scan from content where clinic_id = $1 and sha256 = $2',
    [clinicId, sha256],
  );
  const { rows } = await tx.query<{ n: number }>('select n from content_chunk where clinic_id = $1 and sha256 = $2 order by n', [
    clinicId,
    sha256,
  ]);
  const { complete = false, scan = null } = whole.rows[0] ?? {};
  return { complete, scan, have: rows.map(({ n }) => n) };
}

/** What a piece is sealed to. */
export const chunkPlace = (clinicId: string, sha256: string, n: number): string =>
  placeOf(clinicId, 'content_chunk', 'bytes', `${sha256}:${n}`);
const keyPlace = (clinicId: string, sha256: string, n: number): string =>
  placeOf(clinicId, 'content_chunk', 'object_key', `${sha256}:${n}`);

/** Bytes that lie in a store already, sealed to `chunkPlace` with this key. */
export interface PutObject {
  store: string;
  object: string;
  key: Buffer;
}

/**
 * Keeps one piece. One that is here already stays as it is: who sends it again got no answer the first time.
 * @returns false when it was here
 */
export async function keepPiece(
  tx: Tx,
  clinicId: string,
  whole: { sha256: string; byteLength: number },
  n: number,
  piece: Buffer | PutObject,
): Promise<boolean> {
  const { sha256, byteLength } = whole;
  // The clinic before its pieces, as everybody locks.
  const key = await currentKey(tx);
  await tx.query('insert into content (clinic_id, sha256, byte_length) values ($1, $2, $3) on conflict do nothing', [
    clinicId,
    sha256,
    byteLength,
  ]);
  // Not while somebody verifies the whole or throws its pieces away.
  const { rows } = await tx.query<{ complete: boolean }>('select complete from content where clinic_id = $1 and sha256 = $2 for share', [
    clinicId,
    sha256,
  ]);
  if (rows[0]?.complete === true) return false;
  const columns = Buffer.isBuffer(piece)
    ? [sealBytes(key.seals, chunkPlace(clinicId, sha256, n), piece), null, null, null]
    : [null, piece.store, piece.object, sealedKeyOf(key, clinicId, { sha256, n }, piece.key)];
  const { rowCount } = await tx.query(
    `insert into content_chunk (clinic_id, sha256, n, key_id, bytes, store, object, object_key) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict do nothing`,
    [clinicId, sha256, n, key.id, ...columns],
  );
  return rowCount === 1;
}

export function sealedKeyOf(key: DataKey, clinicId: string, { sha256, n }: { sha256: string; n: number }, objectKey: Buffer): string {
  return sealText(key.seals, String(key.id), keyPlace(clinicId, sha256, n), objectKey.toString('base64'));
}

/** An object's own key in an envelope of the key in force. Throws SealBroken. */
export function resealKey(keys: ClinicKeys, key: DataKey, piece: { sha256: string; n: number }, envelope: string): string {
  return sealedKeyOf(key, keys.clinicId, piece, openKey(keys, piece, envelope));
}

function openKey(keys: ClinicKeys, { sha256, n }: { sha256: string; n: number }, envelope: string): Buffer {
  const text = openText(keyNumbered(keys, keyIdOf(envelope)).seals, keyPlace(keys.clinicId, sha256, n), envelope);
  return Buffer.from(text, 'base64');
}

/** A piece in the clear, or where it lies and what opens it there (`openObject`). */
export type FoundPiece = { bytes: Buffer } | { store: string; object: string; key: Buffer };

/** Throws SealBroken. */
export async function pieceAt(tx: Tx, clinicId: string, sha256: string, n: number, only?: 'complete'): Promise<FoundPiece | undefined> {
  const { rows } = await tx.query<{
    keyId: number | null;
    bytes: Buffer | null;
    store: string | null;
    object: string | null;
    objectKey: string | null;
  }>(
    `select p.key_id as "keyId", p.bytes, p.store, p.object, p.object_key as "objectKey"
     from content_chunk p join content w using (clinic_id, sha256)
     where p.clinic_id = $1 and p.sha256 = $2 and p.n = $3 and (w.complete or $4)`,
    [clinicId, sha256, n, only !== 'complete'],
  );
  const [found] = rows;
  if (found === undefined) return undefined;
  const { keyId, bytes, store, object, objectKey } = found;
  return withKeys(tx, (keys) => {
    if (bytes !== null)
      return { bytes: keyId === null ? bytes : openBytes(keyNumbered(keys, String(keyId)).seals, chunkPlace(clinicId, sha256, n), bytes) };
    if (store === null || object === null || objectKey === null) return undefined;
    return { store, object, key: openKey(keys, { sha256, n }, objectKey) };
  });
}

const asKey = (key: Buffer): KeyObject => createSecretKey(key);
/** @param place `chunkPlace` of the piece */
export const sealObject = (key: Buffer, place: string, bytes: Buffer): Buffer => sealBytes(asKey(key), place, bytes);
/** Throws SealBroken. */
export const openObject = (key: Buffer, place: string, sealed: Buffer): Buffer => openBytes(asKey(key), place, sealed);

/** The pieces as they stand, by which it is known later that they are the same ones; undefined: complete already. */
export async function piecesToVerify(tx: Tx, clinicId: string, sha256: string): Promise<string[] | undefined> {
  const { rows } = await tx.query<{ complete: boolean; piece: string | null }>(
    `select w.complete, p.n || ' ' || extract(epoch from p.kept_at) as piece from content w left join content_chunk p using (clinic_id, sha256)
     where w.clinic_id = $1 and w.sha256 = $2 order by p.n`,
    [clinicId, sha256],
  );
  if (rows[0]?.complete === true) return undefined;
  return rows.flatMap(({ piece }) => (piece === null ? [] : [piece]));
}

/**
 * The pieces were read outside of this transaction: what was found holds only if they are still the same.
 * @param verified together they are what the row says; otherwise they are thrown away, since which of them is wrong nobody can tell
 * @param scan what is to be said of a whole that was never looked over
 * @returns false when somebody was there before; to be done again
 */
export async function settleWhole(
  tx: Tx,
  clinicId: string,
  sha256: string,
  { pieces, verified, scan }: { pieces: readonly string[]; verified: boolean; scan: 'waiting' | null },
): Promise<boolean> {
  await tx.query('select from content where clinic_id = $1 and sha256 = $2 for update', [clinicId, sha256]);
  const now = await piecesToVerify(tx, clinicId, sha256);
  if (now === undefined) return true;
  if (now.join() !== pieces.join()) return false;
  if (verified)
    await tx.query(
      'update content set complete = true, completed_at = now(), scan = $3, scanned_at = null, scan_detail = null where clinic_id = $1 and sha256 = $2',
      [clinicId, sha256, scan],
    );
  else await tx.query('delete from content_chunk where clinic_id = $1 and sha256 = $2', [clinicId, sha256]);
  return true;
}
