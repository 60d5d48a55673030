/**
 * For how long an assistant has been let in to read notes (norway.md J11; pasientjournalloven § 19, helsepersonelloven § 21 a: only as
 * far as the work needs it). A grant has an end from the beginning; nobody is let in for good.
 */
import type { accessGrant } from '../model/access.ts';
import type { Row } from '../model/entity.ts';

export const MAX_GRANT_DAYS = 366;

export type Grant = Pick<Row<typeof accessGrant>, 'validFrom' | 'validUntil' | 'endedAt'>;

/** Whether one of the person's grants holds at this moment. */
export function isGranted(grants: readonly Grant[], now: string): boolean {
  return grants.some(({ validFrom, validUntil, endedAt }) => endedAt === null && validFrom <= now && now < validUntil);
}

/** Whether a grant may be given for this stretch of time. */
export function isGrantable(now: string, validFrom: string, validUntil: string): boolean {
  const longest = Date.parse(validFrom) + MAX_GRANT_DAYS * 86_400_000;
  return validFrom < validUntil && now < validUntil && Date.parse(validUntil) <= longest;
}
