/**
 * Proof that a person, and not only their laptop, asks the server for something that gives others a way in: an invitation, a
 * revocation, a new passphrase. A device's credential lies on it for everybody who works there; this needs the slot of one.
 */
import { canonical } from './change.ts';

export const PROOF_HEADER = 'ryggrad-proof';

/** The bytes that are signed (Ed25519) with the person's key on the asking device. Header: `{userId}.{base64url signature}`. */
export function proofText(request: { method: string; path: string; body?: unknown }): string {
  return canonical({ method: request.method, path: request.path, body: request.body ?? null });
}
