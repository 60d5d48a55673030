/**
 * One-time codes by time (RFC 6238): six digits, 30 seconds, SHA-1, which is what every authenticator reads. The only importer of `otpauth`
 * (kept since 2017, no dependency but @noble/hashes, compares in constant time).
 */
import { Secret, TOTP } from 'otpauth';

const PERIOD_S = 30;
/** Steps before and after that are taken too: clocks of telephones drift (RFC 6238 § 5.2 advises one). */
const WINDOW = 1;
/** 160 bits (RFC 4226 § 4, R6). */
const SECRET_BYTES = 20;

/** Base32, as a person would type it. */
export const newTotpSecret = (): string => new Secret({ size: SECRET_BYTES }).base32;

const totp = (secret: string, label = ''): TOTP =>
  new TOTP({ issuer: 'Ryggrad', label, secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: PERIOD_S });

/** What the QR says (otpauth://). */
export const totpUri = (secret: string, label: string): string => totp(secret, label).toString();

/** The time step this code belongs to; null when it is none of the steps that are taken now. */
export function stepOf(secret: string, code: string, now: Date): number | null {
  // The library throws at what is not six plain digits.
  if (!/^\d{6}$/.test(code)) return null;
  const delta = totp(secret).validate({ token: code, timestamp: now.getTime(), window: WINDOW });
  return delta === null ? null : Math.floor(now.getTime() / 1000 / PERIOD_S) + delta;
}

/** The code of a moment, for tests and for nobody else. */
export const codeAt = (secret: string, now: Date): string => totp(secret).generate({ timestamp: now.getTime() });
