/**
 * Where the bytes of attachments lie: in Postgres, beside the record and under the same row security and backup. The seam
 * for a store of objects (S3): whoever brings one keeps these promises.
 */
import { readClinic, withClinic, type Pool } from '#db/postgres/open.ts';
import { givenPiece, keepPiece, piecesOf, verifyWhole } from '#db/postgres/queries/content.ts';

export interface Whole {
  /** Hex, of all bytes; names the content within its clinic. */
  sha256: string;
  byteLength: number;
}

export interface ContentStore {
  state(clinicId: string, sha256: string): Promise<{ complete: boolean; have: number[] }>;
  /** The same piece again changes nothing. Durable when it resolves. */
  keep(clinicId: string, whole: Whole, n: number, bytes: Buffer): Promise<void>;
  /** A piece of a complete whole; undefined for any other. */
  read(clinicId: string, sha256: string, n: number): Promise<Buffer | undefined>;
  /** Complete only when all bytes together have the hash; on a mismatch the pieces are dropped. */
  complete(clinicId: string, whole: Whole, count: number): Promise<'complete' | 'incomplete' | 'mismatch'>;
}

export function postgresContent(pool: Pool): ContentStore {
  return {
    state: (clinicId, sha256) => readClinic(pool, clinicId, (tx) => piecesOf(tx, clinicId, sha256)),
    keep: (clinicId, whole, n, bytes) => withClinic(pool, clinicId, (tx) => keepPiece(tx, clinicId, whole, n, bytes)),
    read: (clinicId, sha256, n) => readClinic(pool, clinicId, (tx) => givenPiece(tx, clinicId, sha256, n)),
    complete: (clinicId, whole, count) => withClinic(pool, clinicId, (tx) => verifyWhole(tx, clinicId, whole, count)),
  };
}
