/**
 * What is kept of a signature, so that anybody can show later, from the ledger and this alone, whose each change was: the changes of `actor`
 * from `fromN` to `toN` in the device's ledger, the head before the first, and the signature at the end of the chain.
 */
import { hash, verify } from 'node:crypto';
import { headText } from '#db/sync/chain.ts';
import type { KeptProof } from '#db/postgres/queries/push.ts';
import { bytesOfSignature, publicKeyFrom, type Proofs, type Run } from './signatures.ts';

/** The proofs of these places of the queue, which are stored together. */
export function keptProofs(places: readonly number[], proofs: Proofs): KeptProof[] {
  const ends = new Map<Run, { fromN: number; toN: number }>();
  for (const n of places) {
    for (const run of proofs.get(n)?.values() ?? []) {
      const span = ends.get(run);
      if (span === undefined) ends.set(run, { fromN: n, toN: n });
      else span.toN = n;
    }
  }
  return [...ends].flatMap(([{ actor, publicKey, links }, { fromN, toN }]) => {
    const last = links.at(-1);
    if (last === undefined) return [];
    const after = links.find(({ n }) => n === fromN)?.after ?? null;
    // What was signed with these and is stored with a later batch, because the time of this one was up.
    const tail = links.filter(({ n }) => n > toN).map((link) => link.hash);
    return [{ actor, publicKey, fromN, toN, after, tail, signature: last.signature }];
  });
}

/** @param hashes of this actor's changes from `fromN` to `toN`, in order, as the ledger has them */
export function isProven({ publicKey, after, tail, signature }: KeptProof, hashes: readonly string[]): boolean {
  const key = publicKeyFrom(publicKey);
  const [first] = hashes;
  if (key === undefined || first === undefined || (after === null && hashes.length + tail.length > 1)) return false;
  const signed = after === null ? first : [...hashes, ...tail].reduce((head, one) => hash('sha256', headText(head, one), 'hex'), after);
  return verify(null, Buffer.from(signed, 'hex'), key, bytesOfSignature(signature));
}
