/**
 * A locum works here until a day, and is a health worker with a number of their own: the journal must say who wrote it (hpl § 40, PJF § 4;
 * HPR numbers: hpl § 42 a). Days are the clinic's, in Norwegian time.
 */
import type { Role } from '../model/clinic.ts';

/** @param day `YYYY-MM-DD`; the last day is still a working day */
export const worksOn = (person: { active: boolean; validUntil: string | null }, day: string): boolean =>
  person.active && (person.validUntil === null || person.validUntil >= day);

/** What stands in the way of somebody with a last day; null for those without one. */
export function locumProblem(
  person: { roles: readonly Role[]; hprNumber: string | null; validUntil: string | null },
  today: string,
): 'user/locum-over' | 'user/locum-hpr' | 'user/locum-admin' | null {
  if (person.validUntil === null) return null;
  if (person.validUntil < today) return 'user/locum-over';
  // Who answers for the clinic does not vanish from it on a day.
  if (person.roles.includes('ADMIN')) return 'user/locum-admin';
  if (person.roles.includes('PRACTITIONER') && person.hprNumber === null) return 'user/locum-hpr';
  return null;
}
