/** A device that the server still knows may be opened for another fortnight. Revoked devices never get here. */
import { LEASE_DAYS } from '#db/rules/lease.ts';
import { leaseText, type SignedLease } from '#db/sync/lease.ts';
import type { Principal } from './principal.ts';
import { serverKey } from './server-key.ts';

export function leaseFor(principal: Principal, secret: Uint8Array, now: Date, strict: boolean): SignedLease {
  const key = serverKey(secret);
  const notAfter = new Date(now.getTime() + LEASE_DAYS * 86_400_000).toISOString();
  const deviceId = principal.kind === 'device' ? principal.deviceId : null;
  const lease = { clinicId: principal.clinicId, deviceId, notAfter, at: now.toISOString(), publicKey: key.publicKey };
  return { ...lease, signature: key.sign(leaseText(lease)), strict };
}
