/** The signature of the person at the laptop under a request that opens a way in (db/sync/proof.ts). */
import { sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { PROOF_HEADER, proofText } from '#db/sync/proof.ts';

export function proofHeaders(
  actor: { userId: string; signingKey: KeyObject },
  request: { method: string; path: string; body?: unknown },
): Record<string, string> {
  const signature = sign(null, Buffer.from(proofText(request), 'utf8'), actor.signingKey).toString('base64url');
  return { [PROOF_HEADER]: `${actor.userId}.${signature}` };
}
