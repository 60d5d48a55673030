/** The bytes of attachments: their rows, and their pieces one at a time. Every query stands under the clinic's row security. */
import { createHash } from 'node:crypto';
import type { Tx } from '../open.ts';
import { currentKey, keyNumbered, withKeys } from '../sealing/clinic-keys.ts';
import { openBytes, placeOf, sealBytes } from '../sealing/envelope.ts';

export interface AttachmentFacts {
  sha256: string;
  byteLength: number;
  mediaType: string;
}

/** What the record says of an attachment; undefined when this clinic has none of this id. */
export async function attachmentFacts(tx: Tx, clinicId: string, id: string): Promise<AttachmentFacts | undefined> {
  const { rows } = await tx.query<AttachmentFacts>(
    `select sha256, byte_length as "byteLength", media_type as "mediaType" from attachment where clinic_id = $1 and id = $2 and not deleted`,
    [clinicId, id],
  );
  return rows[0];
}

/** Numbers of the pieces that are here, and whether the whole has been verified. */
export async function piecesOf(tx: Tx, clinicId: string, sha256: string): Promise<{ complete: boolean; have: number[] }> {
  const whole = await tx.query<{ complete: boolean }>('select complete from content where clinic_id = $1 and sha256 = $2', [
    clinicId,
    sha256,
  ]);
  const { rows } = await tx.query<{ n: number }>('select n from content_chunk where clinic_id = $1 and sha256 = $2 order by n', [
    clinicId,
    sha256,
  ]);
  return { complete: whole.rows[0]?.complete ?? false, have: rows.map(({ n }) => n) };
}

/** Keeps one piece. One that is here already stays as it is: who sends it again got no answer the first time. */
export async function keepPiece(
  tx: Tx,
  clinicId: string,
  whole: { sha256: string; byteLength: number },
  n: number,
  bytes: Buffer,
): Promise<void> {
  // The clinic before its pieces, as everybody locks.
  const key = await currentKey(tx);
  await tx.query('insert into content (clinic_id, sha256, byte_length) values ($1, $2, $3) on conflict do nothing', [
    clinicId,
    whole.sha256,
    whole.byteLength,
  ]);
  // Not while somebody verifies the whole or throws its pieces away.
  const { rows } = await tx.query<{ complete: boolean }>('select complete from content where clinic_id = $1 and sha256 = $2 for share', [
    clinicId,
    whole.sha256,
  ]);
  if (rows[0]?.complete === true) return;
  await tx.query('insert into content_chunk (clinic_id, sha256, n, key_id, bytes) values ($1, $2, $3, $4, $5) on conflict do nothing', [
    clinicId,
    whole.sha256,
    n,
    key.id,
    sealBytes(key.seals, chunkPlace(clinicId, whole.sha256, n), bytes),
  ]);
}

/** A piece of a whole that has been verified; undefined for any other. */
export async function givenPiece(tx: Tx, clinicId: string, sha256: string, n: number): Promise<Buffer | undefined> {
  return readBytes(
    tx,
    `select p.key_id as "keyId", p.bytes from content_chunk p join content w using (clinic_id, sha256)
     where p.clinic_id = $1 and p.sha256 = $2 and p.n = $3 and w.complete`,
    [clinicId, sha256, n],
  );
}

/** What a piece is sealed to. */
export const chunkPlace = (clinicId: string, sha256: string, n: number): string =>
  placeOf(clinicId, 'content_chunk', 'bytes', `${sha256}:${n}`);

/** Throws SealBroken. */
async function readBytes(tx: Tx, text: string, values: [clinicId: string, sha256: string, n: number]): Promise<Buffer | undefined> {
  const { rows } = await tx.query<{ keyId: number | null; bytes: Buffer }>(text, values);
  const [found] = rows;
  if (found === undefined) return undefined;
  const { keyId, bytes } = found;
  return keyId === null ? bytes : withKeys(tx, (keys) => openBytes(keyNumbered(keys, String(keyId)).seals, chunkPlace(...values), bytes));
}

/**
 * Reads all pieces, one at a time, and marks the whole as complete when its hash is what the row says. Pieces that together
 * are something else are thrown away: which of them is wrong nobody can tell.
 */
export async function verifyWhole(
  tx: Tx,
  clinicId: string,
  { sha256, byteLength }: { sha256: string; byteLength: number },
  count: number,
): Promise<'complete' | 'incomplete' | 'mismatch'> {
  const { rows } = await tx.query<{ complete: boolean }>('select complete from content where clinic_id = $1 and sha256 = $2 for update', [
    clinicId,
    sha256,
  ]);
  if (rows[0] === undefined) return 'incomplete';
  if (rows[0].complete) return 'complete';
  const hash = createHash('sha256');
  let length = 0;
  for (let n = 0; n < count; n += 1) {
    const piece = await readBytes(
      tx,
      'select key_id as "keyId", bytes from content_chunk where clinic_id = $1 and sha256 = $2 and n = $3',
      [clinicId, sha256, n],
    );
    if (piece === undefined) return 'incomplete';
    hash.update(piece);
    length += piece.length;
  }
  if (length === byteLength && hash.digest('hex') === sha256) {
    await tx.query('update content set complete = true, completed_at = now() where clinic_id = $1 and sha256 = $2', [clinicId, sha256]);
    return 'complete';
  }
  await tx.query('delete from content_chunk where clinic_id = $1 and sha256 = $2', [clinicId, sha256]);
  return 'mismatch';
}
