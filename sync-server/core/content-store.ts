/**
 * Where the bytes of attachments lie. What there is, and the keys, is in Postgres always; the bytes are there too, or in a store of the
 * operator's (a folder, a bucket), sealed before they leave us. A store that does not answer is an error that passes, never an absence.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readClinic, withClinic, type Pool } from '#db/postgres/open.ts';
import {
  chunkPlace,
  keepPiece,
  openObject,
  pieceAt,
  piecesOf,
  piecesToVerify,
  sealObject,
  settleWhole,
  type FoundPiece,
  type PutObject,
  type WholeState,
} from '#db/postgres/queries/content.ts';
import type { ObjectStore } from '../integrations/kit.ts';

export interface Whole {
  /** Hex, of all bytes; names the content within its clinic. */
  sha256: string;
  byteLength: number;
}

/** How one piece is read from its store by whoever is given this: nothing else opens with its key. */
export interface DirectPiece {
  n: number;
  url: string;
  /** Base64 of 32 bytes. */
  key: string;
  /** What is authenticated with the bytes. */
  place: string;
}

export interface ContentStore {
  state(clinicId: string, sha256: string): Promise<WholeState>;
  /** The same piece again changes nothing. Durable when it resolves. */
  keep(clinicId: string, whole: Whole, n: number, bytes: Buffer): Promise<void>;
  /**
   * A piece of a complete whole; undefined for any other.
   * @param any one of a whole that is not complete too
   */
  read(clinicId: string, sha256: string, n: number, any?: 'any'): Promise<Buffer | undefined>;
  /** Complete only when all bytes together have the hash; on a mismatch the pieces are dropped. */
  complete(clinicId: string, whole: Whole, count: number, scan: 'waiting' | null): Promise<'complete' | 'incomplete' | 'mismatch'>;
  /** For those of these pieces that a bucket gives out itself; the others are missing in the answer. */
  direct(clinicId: string, sha256: string, pieces: readonly number[], seconds: number): Promise<DirectPiece[]>;
}

/** A store does not answer, or the one that a piece lies in is not configured any more. */
export class StoreAway extends Error {
  readonly code = 'storage/unreachable';
  constructor(cause?: unknown) {
    super('the store of attachments does not answer', { cause });
  }
}

/** @param stores the first takes what is new; none: Postgres does */
export function contentStore(pool: Pool, stores: readonly ObjectStore[] = []): ContentStore {
  const [target] = stores;
  const reading = (clinicId: string, sha256: string, n: number, any?: 'any') =>
    readClinic(pool, clinicId, (tx) => pieceAt(tx, clinicId, sha256, n, any === undefined ? 'complete' : undefined));
  const read: ContentStore['read'] = async (clinicId, sha256, n, any) => {
    let piece = await reading(clinicId, sha256, n, any);
    for (let again = 0; ; again += 1) {
      if (piece === undefined || 'bytes' in piece) return piece?.bytes;
      const bytes = await fetchObject(stores, piece, chunkPlace(clinicId, sha256, n));
      if (bytes !== undefined) return bytes;
      // Moved to another store between the two questions, or lost.
      const before = piece.object;
      piece = await reading(clinicId, sha256, n, any);
      if (again > 0 || (piece !== undefined && 'object' in piece && piece.object === before)) return undefined;
    }
  };
  return {
    state: (clinicId, sha256) => readClinic(pool, clinicId, (tx) => piecesOf(tx, clinicId, sha256)),
    async keep(clinicId, whole, n, bytes) {
      const { complete, have } = await readClinic(pool, clinicId, (tx) => piecesOf(tx, clinicId, whole.sha256));
      if (complete || have.includes(n)) return;
      const piece = target === undefined ? bytes : await putObject(target, clinicId, whole.sha256, n, bytes);
      const kept = await withClinic(pool, clinicId, (tx) => keepPiece(tx, clinicId, whole, n, piece));
      // Somebody was there before. Should this fail, or we be killed before it, the object goes with the orphans.
      if (!kept && !Buffer.isBuffer(piece)) await target?.remove([piece.object]).catch(() => {});
    },
    read,
    async complete(clinicId, whole, count, scan) {
      const { sha256, byteLength } = whole;
      for (;;) {
        const pieces = await readClinic(pool, clinicId, (tx) => piecesToVerify(tx, clinicId, sha256));
        if (pieces === undefined) return 'complete';
        if (pieces.length < count) return 'incomplete';
        // Outside of any transaction: from a bucket it may take half a minute.
        const hash = createHash('sha256');
        let length = 0;
        for (let n = 0; n < count; n += 1) {
          const piece = await read(clinicId, sha256, n, 'any');
          if (piece === undefined) break;
          hash.update(piece);
          length += piece.length;
        }
        const verified = length === byteLength && hash.digest('hex') === sha256;
        const settled = await withClinic(pool, clinicId, (tx) => settleWhole(tx, clinicId, sha256, { pieces, verified, scan }));
        if (settled) return verified ? 'complete' : 'mismatch';
      }
    },
    async direct(clinicId, sha256, pieces, seconds) {
      const found: DirectPiece[] = [];
      for (const n of pieces) {
        const piece = await reading(clinicId, sha256, n);
        if (piece === undefined || 'bytes' in piece) continue;
        const url = await stores.find(({ name }) => name === piece.store)?.presign?.(piece.object, seconds);
        if (url !== undefined) found.push({ n, url, key: piece.key.toString('base64'), place: chunkPlace(clinicId, sha256, n) });
      }
      return found;
    },
  };
}

/** Seals a piece with a key of its own and puts it away. */
export async function putObject(store: ObjectStore, clinicId: string, sha256: string, n: number, bytes: Buffer): Promise<PutObject> {
  const key = randomBytes(32);
  const object = `${clinicId}/${randomBytes(16).toString('hex')}`;
  await store.put(object, sealObject(key, chunkPlace(clinicId, sha256, n), bytes)).catch((error: unknown) => {
    throw new StoreAway(error);
  });
  return { store: store.name, object, key };
}

/** @returns undefined when the store has no such object; throws StoreAway, SealBroken */
export async function fetchObject(
  stores: readonly ObjectStore[],
  { store, object, key }: Extract<FoundPiece, { object: string }>,
  place: string,
): Promise<Buffer | undefined> {
  const where = stores.find(({ name }) => name === store);
  if (where === undefined) throw new StoreAway();
  const sealed = await where.get(object).catch((error: unknown) => {
    throw new StoreAway(error);
  });
  return sealed === undefined ? undefined : openObject(key, place, sealed);
}
