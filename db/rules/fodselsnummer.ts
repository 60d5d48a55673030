/**
 * National identity numbers by @navikt/fnrvalidator (the rules of Skatteetaten, with the control digits of 2032).
 * Says whether a number can be one; never sex or century, which the number stops telling in 2032 (norway.md §7).
 */
import { idnr } from '@navikt/fnrvalidator';

export type NationalIdKind = 'fnr' | 'dnr' | 'hnr';
export type ParsedNationalId =
  | {
      ok: true;
      kind: NationalIdKind;
      /** Eleven digits. */
      value: string;
      synthetic: boolean;
      /** Valid by the control digits of 2032 only; before that year it is more likely a slip of the finger. */
      onlyNewRule: boolean;
    }
  | { ok: false; code: 'national-id/length' | 'national-id/checksum' | 'national-id/date' | 'national-id/synthetic-not-allowed' };

/** @param options.synthetic whether numbers with month +80 are taken (demo clinics and tests only) */
export function parseNationalId(raw: string, options: { synthetic: boolean }): ParsedNationalId {
  const value = raw.replace(/[\s-]/g, '');
  if (!/^\d{11}$/.test(value)) return { ok: false, code: 'national-id/length' };
  const month = Number(value.slice(2, 4));
  const synthetic = month > 80;
  const result = idnr(value);
  if (result.status === 'invalid') {
    const reasons: readonly string[] = result.reasons;
    return { ok: false, code: reasons.includes('date') || !hasDate(value) ? 'national-id/date' : 'national-id/checksum' };
  }
  if (synthetic && !options.synthetic) return { ok: false, code: 'national-id/synthetic-not-allowed' };
  const kind: NationalIdKind = Number(value[0]) > 3 ? 'dnr' : month > 40 && month < 80 ? 'hnr' : 'fnr';
  return { ok: true, kind, value, synthetic, onlyNewRule: firstControlDigit(value) !== Number(value[9]) };
}

/** `010190 •••••` */
export function maskNationalId(value: string): string {
  return `${value.slice(0, 6)} •••••`;
}

/** Whether the number's first six digits are this birth date's; false is worth a question, not a refusal. */
export function agreesWithBirthDate(value: string, birthDate: string): boolean {
  const [year = '', month = '', day = ''] = birthDate.split('-');
  return plainDate(value) === `${day}${month}${year.slice(2)}`;
}

/** A number that no person has (month +80), for demo clinics and tests; the same for the same birth date and n. */
export function syntheticNationalId({ birthDate, n, dNumber = false }: { birthDate: string; n: number; dNumber?: boolean }): string {
  const [year = '1990', month = '01', day = '01'] = birthDate.split('-');
  const head = `${String(Number(day) + (dNumber ? 40 : 0)).padStart(2, '0')}${String(Number(month) + 80)}${year.slice(2)}`;
  // About one individual number in six has no control digits: n counts those that have, so that no two n below 800 meet.
  const usable: string[] = [];
  for (let individual = 0; individual < 1000; individual += 1) {
    const nine = `${head}${String(individual).padStart(3, '0')}`;
    const first = firstControlDigit(nine);
    const second = first === 10 ? 10 : control(`${nine}${first}`, SECOND);
    if (second !== 10) usable.push(`${nine}${first}${second}`);
  }
  return usable[n % usable.length] ?? '';
}

const FIRST = [3, 7, 6, 1, 8, 9, 4, 5, 2];
const SECOND = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];

/** By the rule that holds until 2032; 10 means that the number cannot exist. */
function firstControlDigit(value: string): number {
  return control(value.slice(0, 9), FIRST);
}
function control(digits: string, weights: readonly number[]): number {
  const sum = weights.reduce((total, weight, index) => total + weight * Number(digits[index]), 0);
  return (11 - (sum % 11)) % 11;
}

/** ddmmyy without the marks for D-numbers (day +40), help numbers (month +40) and synthetic ones (month +80). */
function plainDate(value: string): string {
  const day = Number(value.slice(0, 2));
  const month = Number(value.slice(2, 4));
  return `${String(day > 40 ? day - 40 : day).padStart(2, '0')}${String(month > 80 ? month - 80 : month > 40 ? month - 40 : month).padStart(2, '0')}${value.slice(4, 6)}`;
}
function hasDate(value: string): boolean {
  const plain = plainDate(value);
  const [day, month] = [Number(plain.slice(0, 2)), Number(plain.slice(2, 4))];
  return day >= 1 && day <= 31 && month >= 1 && month <= 12;
}
