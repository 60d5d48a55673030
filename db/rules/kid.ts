/**
 * KID and account number of an invoice. A KID is 4–25 digits of which the last checks the others, by modulus 10 or 11 as the payee's
 * agreement with the bank says; in modulus 11 the check may be `-` (mastercardpaymentservices.com/norway/utvikler/kid, read November 2026).
 */
import type { KID_KINDS } from '../model/money.ts';

export type KidKind = (typeof KID_KINDS)[number];

/** Digits from the right, weighted 2, 1, 2, 1 …; of products of two digits the digits are added. */
export function mod10Digit(digits: string): string {
  const sum = [...digits].toReversed().reduce((total, digit, at) => {
    const product = Number(digit) * (at % 2 === 0 ? 2 : 1);
    return total + (product > 9 ? product - 9 : product);
  }, 0);
  return String((10 - (sum % 10)) % 10);
}

/** Digits from the right, weighted 2 to 7 and over again; what would be ten is `-`. */
export function mod11Digit(digits: string): string {
  const sum = [...digits].toReversed().reduce((total, digit, at) => total + Number(digit) * (2 + (at % 6)), 0);
  const rest = (11 - (sum % 11)) % 11;
  return rest === 10 ? '-' : String(rest);
}

/** KID of an invoice: its series as eight digits, its number as six, and the check. Fifteen characters, always; null where none is used. */
export function kidOf(kind: KidKind, series: string, running: number): string | null {
  if (kind === 'none') return null;
  const digits = `${String(Number.parseInt(series, 16)).padStart(8, '0')}${String(running).padStart(6, '0')}`;
  return digits + (kind === 'mod10' ? mod10Digit(digits) : mod11Digit(digits));
}

/** A Norwegian account number: eleven digits, the last by modulus 11. */
export function isAccountNumber(text: string): boolean {
  return /^\d{11}$/.test(text) && mod11Digit(text.slice(0, 10)) === text.slice(10);
}

/** `15032080119` → `1503 20 80119`. */
export const shownAccount = (account: string): string =>
  /^\d{11}$/.test(account) ? `${account.slice(0, 4)}\u00a0${account.slice(4, 6)}\u00a0${account.slice(6)}` : account;
