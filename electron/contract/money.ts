/** Prepaid visits, who covers a series, invoices and credit notes, and the clinic's settings for them. All money in øre. */
import { z } from 'zod';
import type { EntityOf } from '#db/model/entities.ts';
import type { Row } from '#db/model/entity.ts';
import { INVOICE_METHODS, KID_KINDS, NOTICE_SPANS, REFUND_METHODS } from '#db/model/money.ts';
import type { InvoiceBalance } from '#db/rules/invoices.ts';
import type { PrepaidState } from '#db/rules/prepaid.ts';
import type { PaymentRow } from './encounters.ts';
import { verb } from './verb.ts';

export type BillingSettings = Pick<
  Row<EntityOf<'billing_setting'>>,
  'accountNumber' | 'kid' | 'dueDays' | 'visitNotice' | 'visitNoticePer' | 'praksisIds'
>;
export interface PrepaidView extends PrepaidState {
  id: string;
  label: string;
  visits: number;
  priceOre: number;
  soldAt: string;
  /** The visit that sold it is paid. */
  paid: boolean;
}
export type CoverRow = Row<EntityOf<'series_cover'>>;

export interface InvoiceItem extends InvoiceBalance {
  id: string;
  number: string;
  kind: 'invoice' | 'credit_note';
  /** The number a credit note credits. */
  creditsNumber: string | null;
  patientId: string;
  /** Empty where the journal is shut for the reader. */
  patientName: string;
  issuedAt: string;
  dueOn: string | null;
  kid: string | null;
  /** A visit of it stands on another invoice too: two laptops issued without network. One of them is to be credited. */
  doubled: boolean;
}
export interface InvoiceView extends InvoiceItem {
  totalOre: number;
  refundOre: number;
  shareOre: number;
  paidBeforeOre: number;
  vatOre: number;
  credits: { id: string; number: string; issuedAt: string; shareOre: number; reason: string | null }[];
  payments: Row<EntityOf<'invoice_payment'>>[];
}
/** Visits with a payment «invoice later» that stands on no invoice yet. */
export interface ToInvoice {
  patientId: string;
  patientName: string;
  payments: { id: string; encounterId: string; paidAt: string; amountOre: number }[];
  amountOre: number;
}
export interface SeriesControl {
  series: string;
  last: number;
  missing: number[];
  twice: number[];
}

const reason = z.string().trim().min(1).max(500);
const id = z.object({ id: z.uuid() });
const pdf = verb<{ pdfBase64: string; fileName: string }>();
const day = z.iso.date();

export const money = {
  'billing.settings': verb<BillingSettings>()(z.object({})),
  'billing.save': verb<BillingSettings>()(
    z
      .object({
        accountNumber: z
          .string()
          .trim()
          .transform((text) => text.replaceAll(/[\s.]/g, ''))
          .nullable(),
        kid: z.enum(KID_KINDS),
        dueDays: z.int().min(0).max(90),
        visitNotice: z.int().min(1).max(200).nullable(),
        visitNoticePer: z.enum(NOTICE_SPANS),
        praksisIds: z.record(z.uuid(), z.string().regex(/^\d{1,20}$/)),
      })
      .partial(),
    ['billing/account-number'],
  ),
  'cover.save': verb<CoverRow>()(
    z.object({
      id: z.uuid().optional(),
      patientId: z.uuid(),
      payer: z.string().trim().min(1).max(200),
      reference: z.string().trim().max(100).nullable(),
      visitCap: z.int().min(1).max(200).nullable(),
      fromDay: day,
      toDay: day.nullable(),
      ended: z.boolean().default(false),
    }),
    ['patient/unknown', 'cover/unknown'],
  ),
  'cover.list': verb<{ covers: (CoverRow & { used: number })[] }>()(z.object({ patientId: z.uuid() }), ['patient/unknown']),
  'prepaid.list': verb<{ cards: PrepaidView[] }>()(z.object({ patientId: z.uuid() }), ['patient/unknown']),
  /** Pays the patient's share of this visit with one of the visits paid in advance. */
  'prepaid.use': verb<PaymentRow>()(z.object({ id: z.uuid(), encounterId: z.uuid() }), [
    'prepaid/unknown',
    'prepaid/used-up',
    'prepaid/not-paid',
    'prepaid/used-here',
    'prepaid/nothing-due',
    'encounter/unknown',
    'encounter/not-editable',
    'payment/price-missing',
  ]),
  /** Ends it and pays back what was not used; makes the credit note. */
  'prepaid.refund': verb<{ refundedOre: number; creditNoteId: string }>()(
    z.object({ id: z.uuid(), method: z.enum(REFUND_METHODS), reason }),
    ['prepaid/unknown', 'prepaid/used-up', 'prepaid/not-paid', 'invoice/no-org-number'],
  ),
  'invoice.waiting': verb<{ people: ToInvoice[] }>()(z.object({})),
  'invoice.issue': verb<InvoiceView>()(
    z.object({
      patientId: z.uuid(),
      paymentIds: z.array(z.uuid()).min(1).max(50),
      /** Another payer than the patient, as it stands in the window of the envelope. */
      recipient: z.array(z.string().trim().min(1).max(200)).min(1).max(5).optional(),
    }),
    ['patient/unknown', 'payment/unknown', 'invoice/nothing', 'invoice/no-org-number', 'invoice/no-account'],
  ),
  'invoice.credit': verb<InvoiceView>()(z.object({ id: z.uuid(), amountOre: z.int().min(1).max(100_000_000), reason }), [
    'invoice/unknown',
    'invoice/not-creditable',
  ]),
  'invoice.pay': verb<InvoiceView>()(
    z.object({
      id: z.uuid(),
      /** Below zero: paid back. */
      amountOre: z.int().min(-100_000_000).max(100_000_000),
      method: z.enum(INVOICE_METHODS),
      paidOn: day,
    }),
    ['invoice/unknown', 'invoice/nothing', 'invoice/more-than-open'],
  ),
  'invoice.voidPayment': verb<null>()(z.object({ id: z.uuid(), reason }), ['payment/unknown', 'payment/voided']),
  'invoice.list': verb<{ invoices: InvoiceItem[]; count: number; openOre: number; overdueOre: number; control: SeriesControl[] }>()(
    z.object({
      show: z.enum(['unpaid', 'all']).default('unpaid'),
      patientId: z.uuid().optional(),
      /** The newest so many; the sums are those of all. */
      limit: z.int().min(1).max(5000).default(300),
    }),
    ['patient/unknown'],
  ),
  'invoice.get': verb<InvoiceView>()(id, ['invoice/unknown']),
  'invoice.pdf': pdf(id, ['invoice/unknown']),
};
