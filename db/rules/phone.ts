/**
 * Telephone numbers as people write them, as vendors want them (E.164). Norwegian plan: eight digits; mobile numbers begin with 4 or 9
 * (Nkom, nummerplan E.164), and twelve digits from 58/59 belong to machines.
 */
export type PhoneProblem = 'number/missing' | 'number/invalid' | 'number/not-mobile' | 'number/foreign';
export type Phone = { ok: true; e164: string; country: 'no' | 'other' } | { ok: false; code: PhoneProblem };

const no = (code: PhoneProblem): Phone => ({ ok: false, code });

/** @param foreign whether numbers outside Norway are taken */
export function parseMobile(written: string | null | undefined, { foreign = true } = {}): Phone {
  if (written === null || written === undefined || written.trim() === '') return no('number/missing');
  const bare = written.trim().replace(/[\s().\-/  ]/g, '');
  const plus = bare.startsWith('00') ? `+${bare.slice(2)}` : bare;
  if (!/^\+?\d+$/.test(plus)) return no('number/invalid');
  // Without a country an eight-digit number is Norwegian; `47` before eight digits is the country without its plus.
  const whole = plus.startsWith('+') ? plus : /^\d{8}$/.test(plus) ? `+47${plus}` : /^47\d{8}$/.test(plus) ? `+${plus}` : undefined;
  if (whole === undefined) return no('number/invalid');
  if (whole.startsWith('+47')) {
    if (!/^\+47\d{8}$/.test(whole)) return no('number/invalid');
    return /^\+47[49]/.test(whole) ? { ok: true, e164: whole, country: 'no' } : no('number/not-mobile');
  }
  if (!/^\+[1-9]\d{7,14}$/.test(whole)) return no('number/invalid');
  return foreign ? { ok: true, e164: whole, country: 'other' } : no('number/foreign');
}
