/**
 * A signed statement of where the clinic's log stands: whoever keeps one can show later that it was so. The key follows from the server's own
 * secret (HKDF), so that every copy signs alike and nothing more has to be kept.
 */
import { createPrivateKey, createPublicKey, hkdfSync, sign, type KeyObject } from 'node:crypto';
import { readClinic, type Pool } from '#db/postgres/open.ts';
import { clinicChainHead } from '#db/postgres/queries/audit.ts';
import { anchorText, type SignedAnchor } from '#db/sync/access-log.ts';

/** PKCS #8 of an Ed25519 key, before its 32 bytes (RFC 8410 §7). */
const PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

function anchorKey(secret: Uint8Array): KeyObject {
  const seed = Buffer.from(hkdfSync('sha256', secret, '', 'ryggrad-anchor-v1', 32));
  return createPrivateKey({ key: Buffer.concat([PREFIX, seed]), format: 'der', type: 'pkcs8' });
}

export async function anchorOf(pool: Pool, clinicId: string, secret: Uint8Array, now: Date): Promise<SignedAnchor> {
  const head = await readClinic(pool, clinicId, (tx) => clinicChainHead(tx, clinicId));
  const key = anchorKey(secret);
  const anchor = { clinicId, ...head, at: now.toISOString(), publicKey: createPublicKey(key).export({ format: 'jwk' }).x ?? '' };
  return { ...anchor, signature: sign(null, Buffer.from(anchorText(anchor), 'utf8'), key).toString('base64url') };
}
