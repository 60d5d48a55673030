import type { ClinicHead } from './letterhead.ts';
export interface ReceiptLine {
  label: string;
  quantity: number;
  /** Clinic price of one; null is printed as «ikke fastsatt» and leaves the total open. */
  amountOre: number | null;
  /** Helfo's part of one. */
  refundOre: number | null;
  /** Within the price; none: exempt. */
  vatPercent?: number | null | undefined;
}
export interface ReceiptContent {
  seller: ClinicHead;
  receiptNumber: string;
  /** ISO instant, UTC. */
  paidAt: string;
  patientName: string;
  /** Who treated, as printed; empty when unknown. */
  practitionerName: string;
  lines: readonly ReceiptLine[];
  method: 'card' | 'cash' | 'vipps' | 'invoice_later' | 'prepaid';
  /** What changed hands with this receipt. */
  amountOre: number;
  voided: boolean;
}
/**
 * @returns the bytes of the PDF; the same for the same input, on any machine
 * @throws RangeError when `paidAt` is not an instant
 */
export declare function renderReceipt(content: ReceiptContent): Promise<Uint8Array>;
