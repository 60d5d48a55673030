/** What an actor signs: the 32 bytes of SHA-256 over the change's RFC 8785 form (db/sync/change.ts). */
import { createHash } from 'node:crypto';
import { changeBytes, type Change } from '#db/sync/change.ts';

export function changeHash(change: Omit<Change, 'n' | 'actorSignature'>): Buffer {
  return createHash('sha256').update(changeBytes(change), 'utf8').digest();
}
