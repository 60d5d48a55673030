/**
 * Invoices and credit notes: what stands on them, what is still open, what may be credited. Whole øre throughout; an issued one never changes
 * (bokføringsforskriften §§ 5-1-1, 5-1-3, 5-2-8).
 */
import type { InvoiceLine } from '../model/money.ts';
import { splitPrice, vatWithin } from './money.ts';

/** `FA1B2C3-000012`: the F tells it from a receipt of the same device. Credit notes stand in the same series: no two documents have one number. */
export const invoiceNumber = (series: string, running: number): string => `F${series}-${String(running).padStart(6, '0')}`;

/** What a payment «invoice later» says was done, as lines of an invoice. A price that is missing cannot be here: nothing is taken on it. */
export function invoiceLines(payment: {
  id: string;
  encounterId: string;
  day: string;
  lines: readonly {
    label: string;
    quantity: number;
    amountOre: number | null;
    refundOre: number | null;
    vatPercent?: number | null | undefined;
  }[];
}): InvoiceLine[] {
  return payment.lines.map(({ label, quantity, amountOre, refundOre, vatPercent }) => {
    const one = splitPrice(amountOre ?? 0, refundOre ?? 0);
    const priceOre = (amountOre ?? 0) * quantity;
    return {
      paymentId: payment.id,
      encounterId: payment.encounterId,
      day: payment.day,
      label,
      quantity,
      priceOre,
      refundOre: one.refundOre * quantity,
      shareOre: one.shareOre * quantity,
      vatPercent: vatPercent ?? null,
      vatOre: vatWithin(priceOre, vatPercent ?? null),
    };
  });
}

export interface InvoiceSums {
  totalOre: number;
  refundOre: number;
  shareOre: number;
  vatOre: number;
}
export function invoiceSums(lines: readonly InvoiceLine[]): InvoiceSums {
  const of = (field: 'priceOre' | 'refundOre' | 'shareOre' | 'vatOre') => lines.reduce((sum, line) => sum + line[field], 0);
  return { totalOre: of('priceOre'), refundOre: of('refundOre'), shareOre: of('shareOre'), vatOre: of('vatOre') };
}

/** Whether what an invoice says of its sums is what its lines say; the server asks it of every invoice it stores. */
export function addsUp(invoice: InvoiceSums & { paidBeforeOre: number }, lines: readonly InvoiceLine[]): boolean {
  const sums = invoiceSums(lines);
  return (
    sums.totalOre === invoice.totalOre &&
    sums.refundOre === invoice.refundOre &&
    sums.shareOre === invoice.shareOre &&
    sums.vatOre === invoice.vatOre &&
    sums.refundOre + sums.shareOre === sums.totalOre &&
    invoice.paidBeforeOre >= 0 &&
    invoice.paidBeforeOre <= invoice.shareOre
  );
}

/** What the invoice asks for. */
export const askedOre = (invoice: { shareOre: number; paidBeforeOre: number }): number => invoice.shareOre - invoice.paidBeforeOre;

export type InvoiceState = 'open' | 'overdue' | 'paid' | 'credited' | 'overpaid';
export interface InvoiceBalance {
  askedOre: number;
  creditedOre: number;
  paidOre: number;
  /** Below zero: the clinic owes it back. */
  openOre: number;
  state: InvoiceState;
}

/** @param today `YYYY-MM-DD` in Norway */
export function invoiceBalance(
  invoice: { shareOre: number; paidBeforeOre: number; dueOn: string | null },
  credits: readonly { shareOre: number }[],
  payments: readonly { amountOre: number; voided: boolean }[],
  today: string,
): InvoiceBalance {
  const asked = askedOre(invoice);
  const creditedOre = credits.reduce((sum, { shareOre }) => sum + shareOre, 0);
  const paidOre = payments.reduce((sum, { amountOre, voided }) => sum + (voided ? 0 : amountOre), 0);
  const openOre = asked - creditedOre - paidOre;
  const state =
    openOre < 0
      ? 'overpaid'
      : openOre > 0
        ? invoice.dueOn !== null && invoice.dueOn < today
          ? 'overdue'
          : 'open'
        : creditedOre >= asked && creditedOre > 0
          ? 'credited'
          : 'paid';
  return { askedOre: asked, creditedOre, paidOre, openOre, state };
}

/**
 * The lines of a credit note over `amountOre` of an invoice, taken from its lines in order, after what was credited of it before. Null when
 * there is not so much left to credit.
 */
export function creditLines(
  invoice: { lines: readonly InvoiceLine[]; paidBeforeOre: number },
  creditedOre: number,
  amountOre: number,
): InvoiceLine[] | null {
  const asked = invoiceSums(invoice.lines).shareOre - invoice.paidBeforeOre;
  if (amountOre <= 0 || creditedOre + amountOre > asked) return null;
  let skip = invoice.paidBeforeOre + creditedOre;
  let left = amountOre;
  return invoice.lines.flatMap((line) => {
    const passed = Math.min(skip, line.shareOre);
    skip -= passed;
    const ore = Math.min(left, line.shareOre - passed);
    left -= ore;
    if (ore === 0) return [];
    return [{ ...line, priceOre: ore, refundOre: 0, shareOre: ore, vatOre: vatWithin(ore, line.vatPercent), quantity: 1 }];
  });
}

/** The numbers that are missing between 1 and the last of each series: a control for whoever keeps the books. */
export function gapsIn(
  issued: readonly { series: string; running: number }[],
): { series: string; last: number; missing: number[]; twice: number[] }[] {
  const bySeries = new Map<string, Map<number, number>>();
  for (const { series, running } of issued) {
    const given = bySeries.get(series) ?? new Map<number, number>();
    bySeries.set(series, given.set(running, (given.get(running) ?? 0) + 1));
  }
  return [...bySeries]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([series, given]) => {
      const last = [...given.keys()].reduce((most, n) => Math.max(most, n), 0);
      const missing = Array.from({ length: last }, (_, at) => at + 1).filter((n) => !given.has(n));
      const twice = [...given].flatMap(([n, times]) => (times > 1 ? [n] : []));
      return { series, last, missing, twice };
    });
}
