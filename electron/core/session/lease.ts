/**
 * The lease under which a laptop opens without its server: fetched at every contact, held against the latest time this laptop has seen. The
 * key a server signs with is remembered. Another is taken while the lease still holds (an operator who changes SESSION_KEY), and not
 * afterwards: whoever has the laptop and the passphrase could be the server themselves.
 */
import { createPublicKey, verify } from 'node:crypto';
import { leaseState, type LeaseState } from '#db/rules/lease.ts';
import { leaseText, signedLeaseSchema, type SignedLease } from '#db/sync/lease.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { readReplica, writeReplica } from '#db/sqlite/store.ts';
import { askServer } from '../clinic/server-client.ts';
import type { Ports } from '../ports.ts';

const END = 'lease.not-after';
const KEY = 'lease.key';

export function leaseOf(db: SqliteDatabase, now: Date): LeaseState {
  const latest = Number(readReplica(db, 'latest-time') ?? 0);
  return leaseState(readReplica(db, END) ?? null, now.toISOString(), latest === 0 ? null : new Date(latest).toISOString());
}

/** @returns whether the server gave one; `revoked` when it says that this device is */
export async function renewLease(
  ports: Ports,
  db: SqliteDatabase,
  { clinicId, deviceId }: { clinicId: string; deviceId: string },
): Promise<'renewed' | 'revoked' | 'no-answer'> {
  const url = readReplica(db, 'server-url');
  const credential = readReplica(db, 'device-credential');
  if (url === undefined || credential === undefined) return 'no-answer';
  const reply = await askServer(ports, { url: `${url}/v1/lease`, method: 'GET', credential }, signedLeaseSchema);
  if (!db.open) return 'no-answer';
  if (!reply.ok) return reply.code === 'device/revoked' ? 'revoked' : 'no-answer';
  const lease = reply.value;
  if (lease.clinicId !== clinicId || lease.deviceId !== deviceId || !isSigned(lease)) return 'no-answer';
  const known = readReplica(db, KEY);
  if (known !== undefined && known !== lease.publicKey && leaseOf(db, ports.clock.now()).expired) return 'no-answer';
  writeReplica(db, KEY, lease.publicKey);
  writeReplica(db, END, lease.notAfter);
  writeReplica(db, 'gdpr-strict', String(lease.strict === true));
  return 'renewed';
}

/** The recovery code was shown: as long again as a contact gives. */
export function extendLease(db: SqliteDatabase, until: string): void {
  writeReplica(db, END, until);
}

function isSigned(lease: SignedLease): boolean {
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: lease.publicKey }, format: 'jwk' });
    return verify(null, Buffer.from(leaseText(lease), 'utf8'), key, Buffer.from(lease.signature, 'base64url'));
  } catch {
    return false;
  }
}
