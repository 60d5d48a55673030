/** Who sent a request, as far as a verified credential says. The clinic is never taken from anywhere else. */
import type { Role } from '#db/model/clinic.ts';
import type { Audience } from '#db/model/entity.ts';
import type { ResourceScope } from './smart/scopes.ts';

export interface DevicePrincipal {
  kind: 'device';
  clinicId: string;
  deviceId: string;
  /** The person the device was enrolled for; others may work on it too. */
  userId: string;
  roles: readonly Role[];
  audience: Audience;
  /** The clinic asks for level 4 of who reads charts over the network, and its person has not shown it here. */
  levelMissing: boolean;
  /** A revoked device may still hand in what it holds (to quarantine), and nothing else. */
  revoked: boolean;
  /** With which proof of whom it was revoked, if a person at a device did it. */
  revokeProof?: string;
}
export interface AppAccess {
  id: string;
  name: string;
  grantId: string;
  scopes: readonly ResourceScope[];
  /** Whom it was launched for. */
  patientId: string | null;
}
export interface UserPrincipal {
  kind: 'user';
  clinicId: string;
  userId: string;
  roles: readonly Role[];
  audience: Audience;
  /** Would read charts, were the level shown that the clinic asks for. */
  levelMissing: boolean;
  /** At which device a person has signed. */
  deviceId?: string;
  /** The clinic has its FHIR API off. */
  fhirOff: boolean;
  /** An app asks in the person's name (core/smart): by FHIR alone, and as far as its scopes go. */
  app?: AppAccess;
  /** Of a session by HelseID, with its id. */
  level?: number;
  session?: string;
}
export type Principal = DevicePrincipal | UserPrincipal;

/** Whether charts are withheld: a device's record stays as it is, it only gets nothing new (docs/decisions/0101). */
export const lacksLevel = (principal: Principal): boolean =>
  principal.levelMissing && (principal.kind === 'user' || principal.audience === 'clinical');
