/**
 * Proofs of who made each change, worked out before the clinic is locked and in Node's thread pool: an Ed25519
 * check costs as much as everything else about a change together. Which key proves a change is found here;
 * whether that key counts is decided in its turn (decide-change.ts).
 */
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { changeHash } from './change-hash.ts';
import type { ReadChange } from './read-change.ts';
import type { RecordTx } from './record-store.ts';

/** Per n the public keys (base64url) that prove the change. */
export type Proofs = ReadonlyMap<number, ReadonlySet<string>>;

/** Keys known for these people, and those that the changes themselves introduce. */
export async function proveSignatures(tx: RecordTx, deviceId: string, items: readonly ReadChange[]): Promise<Proofs> {
  const actors = new Set(items.flatMap(({ change }) => (change === undefined ? [] : [change.actor])));
  const keys = new Map<string, Map<string, KeyObject>>();
  const add = (userId: string, text: string) => {
    const key = publicKeyFrom(text);
    if (key !== undefined && actors.has(userId)) keys.set(userId, (keys.get(userId) ?? new Map()).set(text, key));
  };
  for (const { userId, publicKey } of await tx.signingKeys(deviceId, [...actors])) add(userId, publicKey);
  for (const { change } of items) {
    const { userId, publicKey } = change?.entity === 'signing_key' ? change.set : {};
    if (typeof userId === 'string' && typeof publicKey === 'string') add(userId, publicKey);
  }
  const proofs = new Map<number, Set<string>>();
  const prove = async ({ n, change }: ReadChange): Promise<void> => {
    if (change === undefined) return;
    const hash = changeHash(change);
    const signature = bytesOfSignature(change.actorSignature);
    const proven = new Set<string>();
    for (const [text, key] of keys.get(change.actor) ?? []) if (await holds(hash, key, signature)) proven.add(text);
    proofs.set(n, proven);
  };
  // In turns: hashing five hundred changes at once would keep everybody else waiting.
  for (let at = 0; at < items.length; at += TURN) await Promise.all(items.slice(at, at + TURN).map(prove));
  return proofs;
}

/** Enough for every thread of the pool, little for the event loop. */
const TURN = 50;

function holds(hash: Buffer, key: KeyObject, signature: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    verify(null, hash, key, signature, (error, valid) => resolve(error === null && valid));
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
