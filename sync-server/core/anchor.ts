/** A signed statement of where the clinic's log stands: whoever keeps one can show later that it was so. */
import { readClinic, type Pool } from '#db/postgres/open.ts';
import { clinicChainHead } from '#db/postgres/queries/audit.ts';
import { anchorText, type SignedAnchor } from '#db/sync/access-log.ts';
import { serverKey } from './server-key.ts';

export async function anchorOf(pool: Pool, clinicId: string, secret: Uint8Array, now: Date): Promise<SignedAnchor> {
  const head = await readClinic(pool, clinicId, (tx) => clinicChainHead(tx, clinicId));
  const key = serverKey(secret);
  const anchor = { clinicId, ...head, at: now.toISOString(), publicKey: key.publicKey };
  return { ...anchor, signature: key.sign(anchorText(anchor)) };
}
