/**
 * The bytes of one attachment on this laptop's disk: a file of chunks, each sealed by itself (AES-256-GCM, NIST SP 800-38D)
 * with a key of this file alone, which lies in the encrypted database. Nothing is ever on the disk in the clear. Name, number
 * and count of chunks are authenticated: a chunk cannot be moved, taken from another file, or cut off unseen.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { constants, mkdirSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { CHUNK_BYTES, chunkCount, chunkLength } from '#db/sync/content.ts';

const NONCE = 12;
const TAG = 16;
/** Bytes that sealing adds to each chunk. */
export const OVERHEAD = NONCE + TAG;

export interface SealedFile {
  /** Name of the file. */
  file: string;
  /** Base64 of 32 bytes. */
  key: string;
  byteLength: number;
}

/** A name that says nothing, and a key. */
export function newSealedFile(byteLength: number): SealedFile {
  return { file: randomBytes(16).toString('hex'), key: randomBytes(32).toString('base64'), byteLength };
}

/** The folder beside the database in which they lie. */
export function contentFolder(clinicFolder: string): string {
  const folder = join(clinicFolder, 'attachments');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Bytes of the whole file on the disk. */
export function sealedLength(byteLength: number): number {
  return byteLength + chunkCount(byteLength) * OVERHEAD;
}

/** Writes the n-th chunk. Not yet durable: `syncFile`. Throws what the disk throws. */
export async function writeChunk(folder: string, sealed: SealedFile, n: number, bytes: Uint8Array): Promise<void> {
  if (bytes.length !== chunkLength(sealed.byteLength, n)) throw new RangeError(`chunk ${n} has another length`);
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(sealed.key, 'base64'), nonce);
  cipher.setAAD(boundTo(sealed, n));
  const all = Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  await using(folder, sealed, constants.O_RDWR | constants.O_CREAT, async (handle) => {
    await handle.write(all, 0, all.length, placeOf(n));
  });
}

/** The n-th chunk in the clear; undefined when it is missing, cut, moved or changed. */
export async function readChunk(folder: string, sealed: SealedFile, n: number): Promise<Buffer | undefined> {
  const length = chunkLength(sealed.byteLength, n);
  if (length === 0) return undefined;
  const all = Buffer.allocUnsafe(length + OVERHEAD);
  try {
    const read = await using(folder, sealed, constants.O_RDONLY, (handle) => handle.read(all, 0, all.length, placeOf(n)));
    if (read.bytesRead < all.length) return undefined;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  }
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(sealed.key, 'base64'), all.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(boundTo(sealed, n));
  decipher.setAuthTag(all.subarray(NONCE + length));
  try {
    return Buffer.concat([decipher.update(all.subarray(NONCE, NONCE + length)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** Makes all that was written durable. */
export async function syncFile(folder: string, sealed: SealedFile): Promise<void> {
  await using(folder, sealed, constants.O_RDWR, (handle) => handle.sync());
}

/** SHA-256 (hex) of the whole in the clear, a chunk at a time; undefined when a chunk does not open. */
export async function hashOf(folder: string, sealed: SealedFile): Promise<string | undefined> {
  const hash = createHash('sha256');
  for (let n = 0; n < chunkCount(sealed.byteLength); n += 1) {
    const bytes = await readChunk(folder, sealed, n);
    if (bytes === undefined) return undefined;
    hash.update(bytes);
  }
  return hash.digest('hex');
}

function boundTo({ file, byteLength }: SealedFile, n: number): Buffer {
  return Buffer.from(`ryggrad-content-1|${file}|${n}|${chunkCount(byteLength)}`, 'utf8');
}

const placeOf = (n: number): number => n * (CHUNK_BYTES + OVERHEAD);

async function using<T>(folder: string, { file }: SealedFile, flags: number, run: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(join(folder, file), flags, 0o600);
  try {
    return await run(handle);
  } finally {
    await handle.close();
  }
}
