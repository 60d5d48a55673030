/** GET /v1/lease: until when this device may be opened without meeting the server again. */
import { z } from 'zod';
import { canonical } from './change.ts';

export const signedLeaseSchema = z.object({
  clinicId: z.uuid(),
  /** Null for a person's session, which has no device. */
  deviceId: z.uuid().nullable(),
  notAfter: z.iso.datetime({ precision: 3 }),
  at: z.iso.datetime({ precision: 3 }),
  /** Ed25519, raw 32 bytes, base64url. */
  publicKey: z.string(),
  signature: z.string(),
  /** FEATURE_GDPR_STRICT. Not under the signature: laptops of before it would take the lease for a forged one. */
  strict: z.boolean().optional(),
});
export type SignedLease = z.infer<typeof signedLeaseSchema>;

/** The bytes that are signed. */
export function leaseText({ clinicId, deviceId, notAfter, at, publicKey }: Omit<SignedLease, 'signature'>): string {
  return canonical({ clinicId, deviceId, notAfter, at, publicKey });
}
