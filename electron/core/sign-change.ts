/**
 * The actor's signature under a change, made while their session is open: whoever unlocks later can deliver it, and sign nothing for them.
 * Each change is chained to the one this person signed before it (db/sync/chain.ts).
 *
 * The head is kept in this process with the key and never read back from the database: everybody who works here can open that, and
 * a head taken from it would put this person's name under whatever somebody had written there. A chain that was lost (a restart, a lock,
 * a transaction taken back) begins anew, which costs the server one check more.
 */
import { hash, sign, type KeyObject } from 'node:crypto';
import { actorSignature, CHAIN_START, headText } from '#db/sync/chain.ts';

interface Last {
  changeId: string;
  /** Head before that change, and after it. */
  after: string;
  head: string;
}
const lasts = new WeakMap<KeyObject, Last>();

/** @param again the change was signed before, and is replaced by a newer text: its place in the chain is kept while it is the last */
export function signChange(key: KeyObject, change: { id: string; hash: string }, again: boolean): string {
  const last = lasts.get(key);
  const isLast = !again || last?.changeId === change.id;
  const after = last === undefined || !isLast ? CHAIN_START : again ? last.after : last.head;
  const head = hash('sha256', headText(after, change.hash), 'hex');
  if (isLast) lasts.set(key, { changeId: change.id, after, head });
  return actorSignature(after, sign(null, Buffer.from(head, 'hex'), key).toString('base64url'));
}
