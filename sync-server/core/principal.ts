/** Who sent a request, as far as a verified credential says. The clinic is never taken from anywhere else. */
import type { Role } from '#db/model/clinic.ts';
import type { Audience } from '#db/model/entity.ts';

export interface DevicePrincipal {
  kind: 'device';
  clinicId: string;
  deviceId: string;
  /** The person the device was enrolled for; others may work on it too. */
  userId: string;
  roles: readonly Role[];
  audience: Audience;
  /** A revoked device may still hand in what it holds (to quarantine), and nothing else. */
  revoked: boolean;
  /** With which proof of whom it was revoked, if a person at a device did it. */
  revokeProof?: string;
}
export interface UserPrincipal {
  kind: 'user';
  clinicId: string;
  userId: string;
  roles: readonly Role[];
  audience: Audience;
}
export type Principal = DevicePrincipal | UserPrincipal;
