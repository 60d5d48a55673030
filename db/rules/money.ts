/** Money is whole øre; kroner exist only as text that a person reads or types. */

/** `125050` → `1 250,50`; whole kroner without decimals: `70000` → `700`. */
export function formatOre(ore: number): string {
  const sign = ore < 0 ? '−' : '';
  const whole = String(Math.trunc(Math.abs(ore) / 100)).replace(/\B(?=(\d{3})+$)/g, '\u00a0');
  const rest = Math.abs(ore) % 100;
  return `${sign}${whole}${rest === 0 ? '' : `,${String(rest).padStart(2, '0')}`}`;
}

/** `1 250,50`, `1250.5`, `700 kr` → øre; null when it is not an amount of at most ten million kroner. */
export function parseKroner(text: string): number | null {
  const match = /^(\d{1,8})(?:[.,](\d{1,2}))?$/.exec(text.replace(/kr\.?/i, '').replace(/[\s\u00a0]/g, ''));
  if (match === null) return null;
  const ore = Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0') || '0');
  return ore <= 1_000_000_000 ? ore : null;
}

/** What the patient pays: price less refund, never below zero (norway.md §2: prices are free, refunds fixed). */
export function patientShare(priceOre: number, refundOre: number): number {
  return Math.max(0, priceOre - refundOre);
}

export interface BillLine {
  quantity: number;
  amountOre: number | null;
  refundOre: number | null;
}
/** Totals of a visit; no total while a line has no confirmed price. */
export function billTotals(lines: readonly BillLine[]): { totalOre: number | null; refundOre: number; patientShareOre: number | null } {
  const refundOre = lines.reduce((sum, line) => sum + (line.refundOre ?? 0) * line.quantity, 0);
  if (lines.some((line) => line.amountOre === null)) return { totalOre: null, refundOre, patientShareOre: null };
  const totalOre = lines.reduce((sum, line) => sum + (line.amountOre ?? 0) * line.quantity, 0);
  // Line by line: a refund above one line's price is not money for another.
  const patientShareOre = lines.reduce((sum, line) => sum + patientShare(line.amountOre ?? 0, line.refundOre ?? 0) * line.quantity, 0);
  return { totalOre, refundOre, patientShareOre };
}

/** A price as Helfo's part and the patient's: together the price, to the øre, also where the refund is the larger. */
export function splitPrice(priceOre: number, refundOre: number): { refundOre: number; shareOre: number } {
  const refund = Math.min(Math.max(0, refundOre), priceOre);
  return { refundOre: refund, shareOre: priceOre - refund };
}

/** `count` parts that differ by at most one øre and are the whole together; the larger ones first. */
export function partsOf(ore: number, count: number): number[] {
  const least = Math.floor(ore / count);
  const more = ore - least * count;
  return Array.from({ length: count }, (_, at) => least + (at < more ? 1 : 0));
}

/** VAT that lies in a price, to the nearest øre; integers only, for no float holds 25/125 of an øre. */
export function vatWithin(priceOre: number, percent: number | null): number {
  if (percent === null || percent === 0) return 0;
  const whole = 100 + percent;
  return Math.floor((2 * priceOre * percent + whole) / (2 * whole));
}
