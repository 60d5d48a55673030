/**
 * Proofs of who made each change, worked out before the clinic is locked and in Node's thread pool: an Ed25519
 * check costs as much as everything else about a change together, so a run of one person's chain is proven by one (db/sync/chain.ts).
 * Which key proves a change is found here; whether that key counts is decided in its turn (decide-change.ts).
 */
import { createPublicKey, hash, verify, type KeyObject } from 'node:crypto';
import { CHAIN_START, headText, linkIn } from '#db/sync/chain.ts';
import type { ReadChange } from './read-change.ts';

/** One person's changes that follow one another in a chain, up to one that carries a signature which holds. */
export interface Run {
  actor: string;
  publicKey: string;
  links: readonly SignedLink[];
}
interface SignedLink {
  n: number;
  hash: string;
  /** Head before it; undefined where the change was signed by itself, and is the only one of its run. */
  after: string | undefined;
  signature: string;
  /** The 32 bytes under the signature. */
  signed: Buffer;
}

/** Per n the runs that prove the change, by public key (base64url). */
export type Proofs = Map<number, Map<string, Run>>;
export type Keys = ReadonlyMap<string, ReadonlyMap<string, KeyObject>>;

/**
 * How many keys of one person are tried: the newest of those that are known, and as many that a push brings. A laptop makes a person one, and a
 * restored one another; each that is not refused unlooked at is tried at every change (measured: 250 keys before 250 changes, 17 s of CPU).
 */
export const MOST_KEYS = 4;

/**
 * Keys known for these people, and those that the changes themselves introduce.
 * @param known newest first
 */
export function keysOf(known: readonly { userId: string; publicKey: string }[], changes: readonly unknown[]): Keys {
  const keys = new Map<string, Map<string, KeyObject>>();
  let most = MOST_KEYS;
  const add = (userId: unknown, text: unknown) => {
    if (typeof userId !== 'string' || typeof text !== 'string') return;
    const theirs = keys.get(userId) ?? new Map<string, KeyObject>();
    if (theirs.size >= most || theirs.has(text)) return;
    const key = publicKeyFrom(text);
    if (key !== undefined) keys.set(userId, theirs.set(text, key));
  };
  for (const { userId, publicKey } of known) add(userId, publicKey);
  most += MOST_KEYS;
  for (const change of changes) {
    if (typeof change !== 'object' || change === null || !('entity' in change) || change.entity !== 'signing_key') continue;
    const set: unknown = 'set' in change ? change.set : undefined;
    if (typeof set === 'object' && set !== null) add('userId' in set && set.userId, 'publicKey' in set && set.publicKey);
  }
  return keys;
}

/** Adds the proofs of these changes. They are proven among themselves: what is stored with a batch needs no change of another. */
export async function proveSignatures(proofs: Proofs, keys: Keys, items: readonly ReadChange[]): Promise<void> {
  await Promise.all(
    chainsIn(items).map(async ({ actor, links }) => {
      const known = keys.get(actor) ?? [];
      for (const [publicKey, key] of known) {
        // From the end: the last signature that holds stands for all before it.
        let end = links.length;
        while (end > 0 && !(await holds(links[end - 1], key))) end -= 1;
        const run: Run = { actor, publicKey, links: links.slice(0, end) };
        for (const { n } of run.links) proofs.set(n, (proofs.get(n) ?? new Map<string, Run>()).set(publicKey, run));
      }
    }),
  );
}

/**
 * Each person's changes in their order, parted wherever one does not say the head of the one before it: something was left out,
 * put in or told otherwise, or the chain began anew. Keys stand alone, for with a key the next chain may be signed by it.
 */
function chainsIn(items: readonly ReadChange[]): { actor: string; links: SignedLink[] }[] {
  const chains: { actor: string; links: SignedLink[] }[] = [];
  const open = new Map<string, { head: string; links: SignedLink[] }>();
  for (const { n, hash: changeHash, change } of items) {
    if (change === undefined) continue;
    const { actor } = change;
    const { after, signature } = linkIn(change.actorSignature);
    const head = after === undefined ? changeHash : hash('sha256', headText(after, changeHash), 'hex');
    const link: SignedLink = { n, hash: changeHash, after, signature, signed: Buffer.from(head, 'hex') };
    const before = open.get(actor);
    const isKey = change.entity === 'signing_key';
    if (before !== undefined && !isKey && after === before.head && after !== CHAIN_START) {
      before.links.push(link);
      before.head = head;
      continue;
    }
    const links = [link];
    chains.push({ actor, links });
    if (after === undefined || isKey) open.delete(actor);
    else open.set(actor, { head, links });
  }
  return chains;
}

function holds(link: SignedLink | undefined, key: KeyObject): Promise<boolean> {
  if (link === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    verify(null, link.signed, key, bytesOfSignature(link.signature), (error, valid) => resolve(error === null && valid));
  });
}

/** Base64url in its one form: Buffer.from would read quotes, blanks and stray bits past. */
export function bytesOfSignature(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : Buffer.alloc(0);
}

/** An Ed25519 key from its 32 raw bytes in base64url. */
export function publicKeyFrom(raw: string): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw }, format: 'jwk' });
  } catch {
    return undefined;
  }
}
