/** What was done, what it costs, and that it was paid. All money in øre. */
import { z } from 'zod';
import { PAYMENT_METHODS } from '#db/model/practice.ts';
import type { PaymentRow, TreatmentLineRow } from './encounters.ts';
import { verb } from './verb.ts';

export interface BillView {
  lines: TreatmentLineRow[];
  /** Null when a line has no confirmed price. */
  totalOre: number | null;
  refundOre: number;
  patientShareOre: number | null;
  paidOre: number;
  payments: PaymentRow[];
}

const note = { encounterId: z.uuid() };
const errors = ['encounter/unknown', 'encounter/not-editable', 'encounter/paid', 'price/unknown', 'line/unknown', 'prepaid/in-use'];

export const billing = {
  'bill.get': verb<BillView>()(z.object(note), errors),
  'line.add': verb<TreatmentLineRow>()(z.object({ ...note, priceItemId: z.uuid(), quantity: z.int().min(1).max(99).default(1) }), errors),
  'line.update': verb<TreatmentLineRow>()(
    z.object({
      ...note,
      id: z.uuid(),
      set: z.object({ quantity: z.int().min(1).max(99), amountOre: z.int().min(0).max(100_000_000).nullable() }).partial(),
    }),
    errors,
  ),
  'line.remove': verb<null>()(z.object({ ...note, id: z.uuid() }), errors),
  'payment.take': verb<PaymentRow>()(z.object({ ...note, method: z.enum(PAYMENT_METHODS), amountOre: z.int().min(0).max(100_000_000) }), [
    ...errors,
    'payment/price-missing',
    'payment/more-than-due',
  ]),
  'payment.void': verb<null>()(z.object({ id: z.uuid(), reason: z.string().trim().min(1).max(500) }), [
    'payment/unknown',
    'payment/voided',
  ]),
  'payment.receipt': verb<{ pdfBase64: string; fileName: string }>()(z.object({ id: z.uuid() }), ['payment/unknown']),
};
