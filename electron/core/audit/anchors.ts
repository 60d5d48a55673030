/** Once a day, when the laptop is in step with the server, it keeps where the clinic's log stands (verify-log.ts). */
import { createPublicKey, verify } from 'node:crypto';
import { clinicDay } from '#db/rules/appointments.ts';
import { anchorText, signedAnchorSchema, type SignedAnchor } from '#db/sync/access-log.ts';
import { hasAnchor, keepAnchor } from '#db/sqlite/queries/anchors.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { askServer } from '../clinic/server-client.ts';
import type { Ports } from '../ports.ts';

/** A server that does not answer is asked at the next occasion; an anchor whose signature does not hold is not kept. */
export async function keepTodaysAnchor(
  ports: Ports,
  db: SqliteDatabase,
  clinicId: string,
  serverUrl: string,
  credential: string,
): Promise<void> {
  const day = clinicDay(ports.clock.now().toISOString());
  if (hasAnchor(db, day)) return;
  const reply = await askServer(ports, { url: `${serverUrl}/v1/audit/anchor`, method: 'GET', credential }, signedAnchorSchema);
  if (reply.ok && db.open && reply.value.clinicId === clinicId && isSigned(reply.value)) keepAnchor(db, day, reply.value);
}

function isSigned(anchor: SignedAnchor): boolean {
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: anchor.publicKey }, format: 'jwk' });
    return verify(null, Buffer.from(anchorText(anchor), 'utf8'), key, Buffer.from(anchor.signature, 'base64url'));
  } catch {
    return false;
  }
}
