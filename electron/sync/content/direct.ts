/**
 * Pieces of a large attachment straight from the bucket they lie in. The server says where, for some minutes, and gives the key of each of
 * these pieces alone; what comes is opened here, and the whole is verified as ever. Whatever goes wrong, the server itself is asked instead.
 */
import { createDecipheriv } from 'node:crypto';
import type { ContentJob } from '#db/sqlite/queries/content.ts';
import { chunkLength, DIRECT_BYTES, directContentSchema, type DirectContent } from '#db/sync/content.ts';
import type { Fetch } from '../ports.ts';

type Piece = DirectContent['pieces'][number];
/** By content: the pieces that are known; `none`: it is not tried again. */
export type DirectPlaces = Map<string, Map<number, Piece> | 'none'>;

export interface DirectDeps {
  serverUrl: string;
  credential(): string;
  fetch: Fetch;
}

const ONE_REQUEST_MS = 60_000;
const NONCE = 12;
const TAG = 16;

/** @returns undefined: ask the server for it */
export async function directChunk(
  deps: DirectDeps,
  job: Pick<ContentJob, 'attachmentId' | 'sha256' | 'byteLength'>,
  n: number,
  places: DirectPlaces,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  const { sha256, byteLength } = job;
  if (byteLength < DIRECT_BYTES || places.get(sha256) === 'none') return undefined;
  const known = places.get(sha256);
  const piece = (known === 'none' ? undefined : known?.get(n)) ?? (await asked(deps, job, n, places, signal));
  const bytes = piece === undefined ? undefined : await fetched(deps, piece, chunkLength(byteLength, n), signal);
  // A network that does not let us there, an address that is too old, a proxy's page in its place.
  if (bytes === undefined && !signal.aborted) places.set(sha256, 'none');
  return bytes;
}

async function asked(
  { serverUrl, credential, fetch }: DirectDeps,
  { attachmentId, sha256 }: Pick<ContentJob, 'attachmentId' | 'sha256'>,
  n: number,
  places: DirectPlaces,
  signal: AbortSignal,
): Promise<Piece | undefined> {
  try {
    const response = await fetch(`${serverUrl}/v1/attachments/${attachmentId}/direct?from=${n}`, {
      headers: { authorization: `Bearer ${credential()}` },
      cache: 'no-store',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ONE_REQUEST_MS)]),
    });
    if (!response.ok) return undefined;
    const { pieces } = directContentSchema.parse(await response.json());
    const found = new Map(pieces.map((piece) => [piece.n, piece]));
    places.set(sha256, found);
    return found.get(n);
  } catch {
    return undefined;
  }
}

async function fetched({ serverUrl, fetch }: DirectDeps, piece: Piece, length: number, signal: AbortSignal): Promise<Buffer | undefined> {
  // Sealed as it is, it does not go where anybody on the way can see who fetches what.
  if (serverUrl.startsWith('https:') && !piece.url.startsWith('https:')) return undefined;
  try {
    // Neither our credential nor a cookie goes along.
    const response = await fetch(piece.url, {
      credentials: 'omit',
      redirect: 'error',
      cache: 'no-store',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ONE_REQUEST_MS)]),
    });
    if (!response.ok) return undefined;
    const bytes = opened(piece, Buffer.from(await response.arrayBuffer()));
    return bytes.length === length ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** As the server seals (db/postgres/sealing/envelope.ts): nonce, tag, bytes; AES-256-GCM. Throws where it does not open. */
function opened({ key, place }: Piece, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(key, 'base64'), sealed.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAuthTag(sealed.subarray(NONCE, NONCE + TAG));
  decipher.setAAD(Buffer.from(place, 'latin1'));
  const bytes = decipher.update(sealed.subarray(NONCE + TAG));
  decipher.final();
  return bytes;
}
