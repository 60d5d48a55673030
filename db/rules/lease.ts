/**
 * How long a laptop opens without having met its server (design.md §5). A session that is open is never ended by it; nor is a clinic without a
 * server. Source: security.md §1.2.
 */

/** Days from each contact. */
export const LEASE_DAYS = 14;
/** With so many days left the person is told. */
export const LEASE_WARNING_DAYS = 7;

export interface LeaseState {
  /** Whole days left, at least 0; null without a lease. */
  daysLeft: number | null;
  expired: boolean;
  /** Whether the person should be told. */
  soon: boolean;
}

const DAY_MS = 86_400_000;

/**
 * @param notAfter instant of the lease, or null for none
 * @param now the laptop's clock, ISO instant
 * @param latest the latest instant this laptop has seen: a clock set back buys no time
 */
export function leaseState(notAfter: string | null, now: string, latest: string | null): LeaseState {
  if (notAfter === null) return { daysLeft: null, expired: false, soon: false };
  const at = Math.max(Date.parse(now), latest === null ? 0 : Date.parse(latest));
  const left = Date.parse(notAfter) - at;
  const daysLeft = Math.max(0, Math.ceil(left / DAY_MS));
  return { daysLeft, expired: left <= 0, soon: daysLeft <= LEASE_WARNING_DAYS };
}
