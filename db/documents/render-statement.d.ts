import type { ClinicHead } from './letterhead.ts';
import type { ReceiptContent } from './render-receipt.ts';
export type StatementLine = Pick<ReceiptContent, 'receiptNumber' | 'paidAt' | 'lines' | 'method' | 'amountOre' | 'voided'>;
export interface StatementContent {
  seller: ClinicHead;
  patientName: string;
  /** Lines under the name; empty ones are left out. */
  address: readonly string[];
  /** Days, `YYYY-MM-DD`, both within. */
  from: string;
  to: string;
  /** ISO instant, UTC. */
  madeAt: string;
  /** Oldest first. */
  payments: readonly StatementLine[];
}
/** Totals of a statement; what was voided counts for nothing. */
export declare function statementTotals(payments: readonly StatementLine[]): {
  paidOre: number;
  unpaidOre: number;
  refundOre: number;
};
/**
 * @returns the bytes of the PDF; the same for the same input, on any machine
 * @throws RangeError when an instant is none
 */
export declare function renderStatement(content: StatementContent): Promise<Uint8Array>;
