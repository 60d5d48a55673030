/**
 * How the bytes of attachments go between laptop and server (SPEC.md, Content): asked for by the id of the attachment's row,
 * which the server must hold and the caller be allowed to read. Pieces of CHUNK_BYTES, each with its own hash.
 */
import { z } from 'zod';

/** Bytes of one piece; the last is shorter. */
export const CHUNK_BYTES = 1024 * 1024;

export function chunkCount(byteLength: number): number {
  return Math.ceil(byteLength / CHUNK_BYTES);
}

/** Bytes of the n-th piece, from 0; 0 beyond the end. */
export function chunkLength(byteLength: number, n: number): number {
  return Math.max(0, Math.min(CHUNK_BYTES, byteLength - n * CHUNK_BYTES));
}

/** SHA-256 (hex) of the piece in the body, both ways. */
export const CHUNK_HASH_HEADER = 'x-chunk-sha256';

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/** GET /v1/attachments/:id/content */
export const contentStateSchema = z.object({
  byteLength: z.int().min(1),
  /** Verified as a whole, and to be had. */
  complete: z.boolean(),
  /** Pieces that need not be sent again. */
  have: z.array(z.int().min(0)),
});
export type ContentState = z.infer<typeof contentStateSchema>;

/** From here on a laptop asks whether the store itself gives the pieces out. 8 MiB. */
export const DIRECT_BYTES = 8 * CHUNK_BYTES;

/** GET /v1/attachments/:id/direct: pieces as they lie in the store, to be opened with the key beside them. Missing ones come from the server. */
export const directContentSchema = z.object({
  pieces: z.array(z.object({ n: z.int().min(0), url: z.url(), key: z.base64(), place: z.string() })),
  /** How long the addresses hold. */
  seconds: z.int().min(1),
});
export type DirectContent = z.infer<typeof directContentSchema>;
