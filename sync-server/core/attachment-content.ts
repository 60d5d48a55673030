/**
 * The bytes of attachments in and out. What the record says decides: bytes are taken for a row that a clinician signed and
 * the server accepted, of that length, that type and that hash; and given to devices that may read notes.
 */
import { createHash } from 'node:crypto';
import { typeOfContent } from '#db/rules/attachments.ts';
import { mayChange } from '#db/rules/permissions.ts';
import { chunkCount, chunkLength, type ContentState } from '#db/sync/content.ts';
import { readClinic, type Pool } from '#db/postgres/open.ts';
import { attachmentFacts, type AttachmentFacts } from '#db/postgres/queries/content.ts';
import type { ContentStore } from './content-store.ts';
import type { Principal } from './principal.ts';
import { err, ok, type Result } from './result.ts';

interface Deps {
  pool: Pool;
  content: ContentStore;
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
export async function completeContent({ pool, content }: Deps, principal: Principal, id: string): Promise<Result<null>> {
  const facts = await factsFor(pool, principal, id, 'write');
  if (!facts.ok) return facts;
  const found = await content.complete(principal.clinicId, facts.value, chunkCount(facts.value.byteLength));
  if (found === 'complete') return ok(null);
  return err(found === 'incomplete' ? 'attachment/incomplete' : 'attachment/hash-mismatch');
}

/** Errors: attachment/forbidden, attachment/unknown, attachment/not-uploaded, attachment/chunk-size. */
export async function giveChunk({ pool, content }: Deps, principal: Principal, id: string, n: number): Promise<Result<Buffer>> {
  const facts = await factsFor(pool, principal, id, 'read');
  if (!facts.ok) return facts;
  if (chunkLength(facts.value.byteLength, n) === 0) return err('attachment/chunk-size', { wanted: 0 });
  const bytes = await content.read(principal.clinicId, facts.value.sha256, n);
  return bytes === undefined ? err('attachment/not-uploaded') : ok(bytes);
}

/** Another clinic's row is as unknown as one there is not: row security does not show it. */
async function factsFor(pool: Pool, principal: Principal, id: string, to: 'read' | 'write'): Promise<Result<AttachmentFacts>> {
  const { clinicId, audience, roles } = principal;
  if (audience !== 'clinical' || (to === 'write' && !mayChange('attachment', roles))) return err('attachment/forbidden');
  const facts = await readClinic(pool, clinicId, (tx) => attachmentFacts(tx, clinicId, id));
  return facts === undefined || !/^[0-9a-f]{64}$/.test(facts.sha256) ? err('attachment/unknown') : ok(facts);
}
