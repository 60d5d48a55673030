/**
 * The bytes of attachments in and out. What the record says decides: bytes are taken for a row that a clinician signed and
 * the server accepted, of that length, that type and that hash; and given to devices that may read notes.
 */
import { createHash } from 'node:crypto';
import { typeOfContent } from '#db/rules/attachments.ts';
import { mayChange } from '#db/rules/permissions.ts';
import { chunkCount, chunkLength, DIRECT_BYTES, type ContentState, type DirectContent } from '#db/sync/content.ts';
import { readClinic, type Pool } from '#db/postgres/open.ts';
import { attachmentFacts, type AttachmentFacts } from '#db/postgres/queries/content.ts';
import { askForScan, type ScanDeps } from './content-scan.ts';
import type { ContentStore } from './content-store.ts';
import type { Principal } from './principal.ts';
import { err, ok, type Result } from './result.ts';

interface Deps {
  pool: Pool;
  content: ContentStore;
  /** Absent: nobody looks attachments over. */
  scans?: Pick<ScanDeps, 'pool' | 'enqueue'>;
}

/** Errors: attachment/forbidden, attachment/unknown. */
export async function contentState({ pool, content }: Deps, principal: Principal, id: string): Promise<Result<ContentState>> {
  const facts = await factsFor(pool, principal, id, 'read');
  if (!facts.ok) return facts;
  const { complete, have } = await content.state(principal.clinicId, facts.value.sha256);
  return ok({ byteLength: facts.value.byteLength, complete, have });
}

/**
 * @param hash SHA-256 (hex) of `bytes`, as the sender computed it
 * Errors: attachment/forbidden, attachment/unknown, attachment/chunk-size, attachment/chunk-hash, attachment/type.
 */
export async function takeChunk(
  { pool, content }: Deps,
  principal: Principal,
  { id, n, bytes, hash }: { id: string; n: number; bytes: Buffer; hash: string },
): Promise<Result<null>> {
  const facts = await factsFor(pool, principal, id, 'write');
  if (!facts.ok) return facts;
  const { byteLength, mediaType } = facts.value;
  const wanted = chunkLength(byteLength, n);
  if (wanted === 0 || bytes.length !== wanted) return err('attachment/chunk-size', { wanted });
  if (createHash('sha256').update(bytes).digest('hex') !== hash) return err('attachment/chunk-hash');
  if (n === 0 && typeOfContent(bytes) !== mediaType) return err('attachment/type');
  await content.keep(principal.clinicId, facts.value, n, bytes);
  return ok(null);
}

/** Errors: attachment/forbidden, attachment/unknown, attachment/incomplete, attachment/hash-mismatch (its pieces are gone). */
export async function completeContent({ pool, content, scans }: Deps, principal: Principal, id: string): Promise<Result<null>> {
  const facts = await factsFor(pool, principal, id, 'write');
  if (!facts.ok) return facts;
  const { byteLength, sha256 } = facts.value;
  const found = await content.complete(principal.clinicId, facts.value, chunkCount(byteLength), scans === undefined ? null : 'waiting');
  if (found === 'complete') {
    // Killed before this: the sweep finds it.
    if (scans !== undefined) await askForScan(scans, principal.clinicId, sha256);
    return ok(null);
  }
  return err(found === 'incomplete' ? 'attachment/incomplete' : 'attachment/hash-mismatch');
}

/** Errors: attachment/forbidden, attachment/unknown, attachment/not-uploaded, attachment/chunk-size, attachment/not-scanned, attachment/infected. */
export async function giveChunk({ pool, content }: Deps, principal: Principal, id: string, n: number): Promise<Result<Buffer>> {
  const facts = await factsFor(pool, principal, id, 'give');
  if (!facts.ok) return facts;
  if (chunkLength(facts.value.byteLength, n) === 0) return err('attachment/chunk-size', { wanted: 0 });
  const bytes = await content.read(principal.clinicId, facts.value.sha256, n);
  return bytes === undefined ? err('attachment/not-uploaded') : ok(bytes);
}

/** Pieces asked for together, and how long their addresses hold. */
const DIRECT_PIECES = 32;
const DIRECT_SECONDS = 300;

/**
 * Where the bucket itself gives out the next pieces, each with the key of that piece alone; for what is large. None: they are asked for here.
 * Errors as of `giveChunk`.
 */
export async function givePlaces({ pool, content }: Deps, principal: Principal, id: string, from: number): Promise<Result<DirectContent>> {
  const facts = await factsFor(pool, principal, id, 'give');
  if (!facts.ok) return facts;
  const { sha256, byteLength } = facts.value;
  const last = Math.min(chunkCount(byteLength), from + DIRECT_PIECES);
  const wanted = Array.from({ length: Math.max(0, last - from) }, (_, i) => from + i);
  const pieces = byteLength < DIRECT_BYTES ? [] : await content.direct(principal.clinicId, sha256, wanted, DIRECT_SECONDS);
  return ok({ pieces, seconds: DIRECT_SECONDS });
}

/** Another clinic's row is as unknown as one there is not: row security does not show it. */
async function factsFor(pool: Pool, principal: Principal, id: string, to: 'read' | 'give' | 'write'): Promise<Result<AttachmentFacts>> {
  const { clinicId, audience, roles } = principal;
  if (audience !== 'clinical' || (to === 'write' && !mayChange('attachment', roles))) return err('attachment/forbidden');
  const facts = await readClinic(pool, clinicId, (tx) => attachmentFacts(tx, clinicId, id));
  if (facts === undefined || !/^[0-9a-f]{64}$/.test(facts.sha256)) return err('attachment/unknown');
  if (to === 'give' && facts.scan === 'infected') return err('attachment/infected');
  // Whoever added it has seen it: only others wait for the scanner.
  if (to === 'give' && facts.scan === 'waiting' && facts.addedById !== principal.userId) return err('attachment/not-scanned');
  return ok(facts);
}
