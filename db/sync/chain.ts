/**
 * One signature for a run of changes. A change may carry, before its signature, the head of its actor's chain as it was before it; what is
 * signed then is not the change's hash but the new head, over both. A head can be made from its own past alone, so that the actor's
 * signature under the last of a run stands for each change in it, and one check does for all (decision 0051). A change signed the
 * older way, over its hash alone, stands for itself.
 */

/** What came before the first of a chain. */
export const CHAIN_START = '0'.repeat(64);

export interface Link {
  /** Head before the change, hex; undefined for a change signed by itself. */
  after: string | undefined;
  /** Ed25519, base64url: over the head after the change, or over its hash. */
  signature: string;
}

const CHAINED = /^([0-9a-f]{64})\.([A-Za-z0-9_-]{86})$/;

/** How a link stands in a change's `actorSignature`. */
export function actorSignature(after: string, signature: string): string {
  return `${after}.${signature}`;
}

export function linkIn(text: string): Link {
  const found = CHAINED.exec(text);
  return { after: found?.[1], signature: found?.[2] ?? text };
}

/**
 * What is hashed (SHA-256) to the head after a change. Its first words are those of no change and of no other thing that is signed.
 * @param hash of the change, hex
 */
export function headText(after: string, hash: string): string {
  return `ryggrad chain 1\n${after}\n${hash}`;
}
