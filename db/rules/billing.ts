/**
 * What is due for a visit. Prices are free for chiropractors, Helfo's refund is a fixed sum (norway.md §2). An amount
 * nobody confirmed is empty, and then there is no total: nothing is guessed, and no money is taken on a guess.
 */
import { billTotals } from './money.ts';
import type { BillLine } from './money.ts';

export interface PaymentPart {
  amountOre: number;
  voided: boolean;
  method: string;
}
export interface Bill {
  totalOre: number | null;
  refundOre: number;
  patientShareOre: number | null;
  /** Settled, an agreed later invoice included. */
  paidOre: number;
  /** Null while a price is missing. */
  dueOre: number | null;
  /** More than the patient's share has been paid: perhaps twice, on two laptops. 0 while a price is missing. */
  overpaidOre: number;
}
export type PaidState = 'nothing-due' | 'unpaid' | 'paid' | 'invoice_later';

export function billOf(lines: readonly BillLine[], payments: readonly PaymentPart[]): Bill {
  const totals = billTotals(lines);
  const paidOre = payments.filter((payment) => !payment.voided).reduce((sum, payment) => sum + payment.amountOre, 0);
  const { patientShareOre } = totals;
  return {
    ...totals,
    paidOre,
    dueOre: patientShareOre === null ? null : Math.max(0, patientShareOre - paidOre),
    overpaidOre: patientShareOre === null ? 0 : Math.max(0, paidOre - patientShareOre),
  };
}

/** Why this amount cannot be taken now; null when it can. */
export function paymentProblem(bill: Pick<Bill, 'dueOre'>, amountOre: number): 'payment/price-missing' | 'payment/more-than-due' | null {
  if (bill.dueOre === null) return 'payment/price-missing';
  return amountOre > bill.dueOre ? 'payment/more-than-due' : null;
}

/** A visit whose price is missing counts as unpaid: somebody must look at it. */
export function paidState(lines: readonly BillLine[], payments: readonly PaymentPart[]): PaidState {
  const living = payments.filter((payment) => !payment.voided);
  const { dueOre } = billOf(lines, payments);
  if (dueOre === null || dueOre > 0) return 'unpaid';
  if (living.some((payment) => payment.method === 'invoice_later')) return 'invoice_later';
  return living.length > 0 ? 'paid' : 'nothing-due';
}

/** Receipts are numbered without gaps in one series per device, so that two laptops offline never give the same number. */
export function receiptNumber(deviceId: string, running: number): string {
  return `${receiptSeries(deviceId)}-${String(running).padStart(6, '0')}`;
}
export function receiptSeries(deviceId: string): string {
  return deviceId.replaceAll('-', '').slice(-6).toUpperCase();
}
