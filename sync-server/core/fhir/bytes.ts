/** The bytes of documents: put where those of attachments lie before their row is written, and given out as they are. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { fhirRows } from '#db/postgres/queries/fhir.ts';
import { CHUNK_BYTES, chunkCount } from '#db/sync/content.ts';
import { giveChunk } from '../attachment-content.ts';
import { askForScan } from '../content-scan.ts';
import type { ServerDeps } from '../deps.ts';
import { fhirFailure, isFailure, type FhirFailure } from './outcome.ts';
import { readOne } from './read.ts';
import type { Reading } from './reading.ts';
import type { FhirCaller } from './who.ts';

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Kept before its row is: bytes of a row that then is refused belong to nobody, are given to nobody, and are the same when it comes again. */
export async function keepBytes({ content, scans }: Pick<ServerDeps, 'content' | 'scans'>, clinicId: string, bytes: Buffer): Promise<void> {
  const whole = { sha256: sha256Of(bytes), byteLength: bytes.length };
  const count = chunkCount(bytes.length);
  for (let n = 0; n < count; n += 1) await content.keep(clinicId, whole, n, bytes.subarray(n * CHUNK_BYTES, (n + 1) * CHUNK_BYTES));
  await content.complete(clinicId, whole, count, scans === undefined ? null : 'waiting');
}

export async function scanBytes({ scans }: Pick<ServerDeps, 'scans'>, clinicId: string, bytes: Buffer): Promise<void> {
  if (scans !== undefined) await askForScan(scans, clinicId, sha256Of(bytes));
}

export interface GivenBytes {
  contentType: string;
  /** Of which DocumentReference: who may read it may have them. */
  patientId: string | undefined;
  length: number;
  stream(): Readable;
}

/** Codes: those of `readOne`; fhir/not-found also for bytes that have not come yet, or that the scanner has not let go. */
export async function bytesOf(reading: Reading, deps: ServerDeps, id: string): Promise<GivenBytes | FhirFailure> {
  const { tx, caller } = reading;
  const [document] = caller.reads('document')
    ? await fhirRows(tx, caller.clinicId, { entity: 'document', ids: [id].filter(isId), limit: 1 })
    : [];
  if (document !== undefined) {
    const patientId = String(document['patientId']);
    if (!reading.allows('DocumentReference', 'r', patientId)) return fhirFailure('fhir/not-found');
    if (reading.shut.has(patientId)) return fhirFailure('fhir/blocked', { patientId });
    const bytes = Buffer.from(String(document['data']), 'base64');
    return { contentType: String(document['mediaType']), patientId, length: bytes.length, stream: () => Readable.from([bytes]) };
  }
  const unit = await readOne(reading, 'DocumentReference', id);
  if (isFailure(unit)) return unit;
  const [attachment] = await fhirRows(tx, caller.clinicId, { entity: 'attachment', ids: [id].filter(isId), limit: 1 });
  if (attachment === undefined) return fhirFailure('fhir/not-found');
  const length = Number(attachment['byteLength']);
  const first = await giveChunk(deps, principalOf(caller), id, 0);
  if (!first.ok) return fhirFailure('fhir/not-found');
  const pieces = async function* (): AsyncGenerator<Buffer> {
    yield first.value;
    for (let n = 1; n < chunkCount(length); n += 1) {
      const piece = await giveChunk(deps, principalOf(caller), id, n);
      // The answer is under way: it is cut, and its length tells.
      if (!piece.ok) throw new Error(piece.code);
      yield piece.value;
    }
  };
  return { contentType: String(attachment['mediaType']), patientId: unit.patientId, length, stream: () => Readable.from(pieces()) };
}

const isId = (id: string): boolean => /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(id);
const principalOf = ({ clinicId, userId, roles }: FhirCaller) => ({
  kind: 'user' as const,
  clinicId,
  userId,
  roles,
  audience: 'clinical' as const,
  levelMissing: false,
  fhirOff: false,
});
