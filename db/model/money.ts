/**
 * Money beyond the visit's own lines and payments: prepaid visits, invoices and credit notes, what was paid on them, claims to Helfo,
 * and who covers a series. For the desk, and so without a diagnosis: what a claim needs of the note is read when it is exported.
 */
import { z } from 'zod';
import { choice, date, entity, flag, initially, instant, integer, json, looseId, optional, ore, reference, text } from './entity.ts';

export const KID_KINDS = ['none', 'mod10', 'mod11'] as const;
export const NOTICE_SPANS = ['series', 'calendar_year'] as const;

/** One row; its id is derived from the clinic's. */
export const billingSetting = entity('billing_setting', 'desk', {
  /** Eleven digits, where invoices are paid to. */
  accountNumber: optional(text({ max: 11 })),
  kid: initially(choice(KID_KINDS), 'none'),
  dueDays: initially(integer({ min: 0, max: 90 }), 14),
  /** From this visit on the chart says how many there have been; empty: never. A notice and no limit: Helfo's 14 ended on 1 January 2017. */
  visitNotice: optional(integer({ min: 1, max: 200 })),
  visitNoticePer: initially(choice(NOTICE_SPANS), 'series'),
  /** Helfo's id of each practitioner's practice, by user. */
  praksisIds: initially(json(z.record(z.string(), z.string())), {}),
});

/** An insurer or employer pays for a number of visits. */
export const seriesCover = entity('series_cover', 'desk', {
  patientId: reference('patient', { merge: 'scalar' }),
  payer: text({ max: 200, sensitive: true }),
  reference: optional(text({ max: 100, sensitive: true })),
  visitCap: optional(integer({ min: 1, max: 200 })),
  fromDay: date(),
  toDay: optional(date()),
  ended: initially(flag(), false),
});

export const REFUND_METHODS = ['bank', 'card', 'cash', 'vipps'] as const;

/** Visits paid in advance. Id derived from the line that sold them; how many are left is counted from the payments that used one. */
export const prepaid = entity('prepaid', 'desk', {
  patientId: reference('patient', { merge: 'scalar' }),
  encounterId: looseId(),
  lineId: looseId(),
  label: text({ max: 200, sensitive: true, merge: 'fixed' }),
  visits: integer({ min: 1, max: 20_000 }),
  /** What the patient pays for all of them; follows its line until that is paid. */
  priceOre: ore(),
  soldAt: instant({ merge: 'fixed' }),
  soldById: looseId(),
  refundedAt: optional(instant()),
  refundedById: optional(looseId({ merge: 'scalar' })),
  refundedVisits: optional(integer({ min: 0, max: 200 })),
  refundedOre: optional(ore()),
  refundMethod: optional(choice(REFUND_METHODS)),
  /** The credit note that says so. */
  creditNoteId: optional(looseId({ merge: 'scalar' })),
});

export const invoiceLineSchema = z.object({
  /** The payment «invoice later» it collects; null on a credit note for a prepaid package. */
  paymentId: z.uuid().nullable(),
  encounterId: z.uuid().nullable(),
  day: z.iso.date(),
  label: z.string(),
  quantity: z.int(),
  /** Of all `quantity`. Refund and share are the price, to the øre. */
  priceOre: z.int(),
  refundOre: z.int(),
  shareOre: z.int(),
  /** Included in the price; null: exempt (merverdiavgiftsloven § 3-2). */
  vatPercent: z.int().nullable(),
  vatOre: z.int(),
});
export type InvoiceLine = z.infer<typeof invoiceLineSchema>;

export const invoiceContentSchema = z.object({
  version: z.literal(1),
  seller: z.object({
    clinicName: z.string(),
    orgNumber: z.string().nullable(),
    addressLine: z.string().nullable(),
    postalCode: z.string().nullable(),
    city: z.string().nullable(),
    phone: z.string().nullable(),
    letterhead: z.string().nullable(),
  }),
  recipient: z.array(z.string()),
  patientName: z.string(),
  practitionerNames: z.array(z.string()),
  accountNumber: z.string().nullable(),
  kid: z.string().nullable(),
  lines: z.array(invoiceLineSchema).min(1),
  /** On a credit note: the number it credits. */
  creditsNumber: z.string().nullable(),
});
export type InvoiceContent = z.infer<typeof invoiceContentSchema>;

/** Issued once and for good: whatever is wrong with one is put right by a credit note. */
export const invoice = entity('invoice', 'desk', {
  patientId: reference('patient', { merge: 'scalar' }),
  kind: choice(['invoice', 'credit_note'], { merge: 'fixed' }),
  /** Of the device that issued it; numbers rise by one in a series (docs/decisions/0097). */
  series: text({ max: 6, merge: 'fixed' }),
  running: integer({ min: 1, max: 999_999, merge: 'fixed' }),
  issuedAt: instant({ merge: 'fixed' }),
  issuedById: looseId(),
  dueOn: optional(date({ merge: 'fixed' })),
  /** The invoice a credit note is about. */
  creditsId: optional(looseId()),
  reason: optional(text({ max: 500, sensitive: true, merge: 'fixed' })),
  content: json(invoiceContentSchema, { sensitive: true, merge: 'fixed' }),
  /** Price of all lines, Helfo's part, the patient's; and what of that was paid before. On a credit note what is given back. */
  totalOre: ore({ merge: 'fixed' }),
  refundOre: ore({ merge: 'fixed' }),
  shareOre: ore({ merge: 'fixed' }),
  paidBeforeOre: ore({ merge: 'fixed' }),
  vatOre: ore({ merge: 'fixed' }),
});

export const INVOICE_METHODS = ['bank', 'card', 'cash', 'vipps'] as const;

/** Money that came in on an invoice, or went back (below zero) when too much had. */
export const invoicePayment = entity('invoice_payment', 'desk', {
  patientId: reference('patient', { merge: 'scalar' }),
  invoiceId: looseId(),
  amountOre: ore({ merge: 'fixed' }),
  method: choice(INVOICE_METHODS, { merge: 'fixed' }),
  paidOn: date({ merge: 'fixed' }),
  registeredById: looseId(),
  voided: initially(flag(), false),
  voidReason: optional(text({ max: 500, sensitive: true })),
});

export const CLAIM_STATUSES = ['sent', 'accepted', 'rejected', 'corrected', 'credit_sent', 'credited'] as const;
export type ClaimStatus = (typeof CLAIM_STATUSES)[number];

/**
 * A claim to Helfo, from the moment it is taken out of the ledger; before that it is the visit itself. Its id, the `guid` Helfo knows it by, is
 * derived from the visit: two laptops that take out the same visit make the same claim.
 */
export const helfoClaim = entity('helfo_claim', 'desk', {
  patientId: reference('patient', { merge: 'scalar' }),
  encounterId: looseId(),
  practitionerId: looseId(),
  /** 1, and one more after each one that was credited. */
  attempt: integer({ min: 1, max: 99, merge: 'fixed' }),
  day: date({ merge: 'fixed' }),
  regningsnummer: text({ max: 20, merge: 'fixed' }),
  takster: json(z.array(z.object({ kode: z.string(), antall: z.int().min(1), belopOre: z.int().min(0) })), { sensitive: true }),
  amountOre: ore(),
  status: choice(CLAIM_STATUSES),
  /** Those that went in one file. */
  batchId: looseId({ merge: 'scalar' }),
  sentAt: instant(),
  answeredAt: optional(instant()),
  paidOre: optional(ore()),
  /** Helfo's own words about it. */
  answer: optional(text({ max: 2000, sensitive: true })),
});

/**
 * How far a message to Helfo has come. `received` is their receipt; `checked`: each claim in it has its answer; `paid`: the money has gone out.
 * `refused`: not taken in at all. `unknown`: it may be there, and Helfo could not be asked yet.
 */
export const HELFO_STATES = ['planned', 'received', 'checked', 'paid', 'refused', 'cancelled', 'unknown'] as const;
export type HelfoState = (typeof HELFO_STATES)[number];

/**
 * Claims, or one credit, that the server is to send to Helfo: an *intent*, written offline too. What goes out is made of the claims and the signed
 * notes on the server, so nothing of a diagnosis stands here. Only the server sends, and writes back how it went (docs/decisions/0117).
 */
export const helfoMessage = entity('helfo_message', 'desk', {
  practitionerId: looseId(),
  credit: flag({ merge: 'fixed' }),
  /** A claim goes with this one only while its `batchId` is this row's id. */
  claimIds: json(z.array(z.uuid()).min(1).max(2000), { merge: 'fixed' }),
  requestedById: looseId(),
  requestedAt: instant({ merge: 'fixed' }),
  /** Somebody took it back before it went. */
  wanted: initially(flag({ merge: 'latest' }), true),
  // From here on the server's word alone (HELFO_SERVER_FIELDS).
  state: initially(choice(HELFO_STATES, { merge: 'latest' }), 'planned'),
  /** Code of why it waits, was refused, or does not add up. */
  reason: optional(text({ max: 60, merge: 'latest' })),
  stateAt: optional(instant({ merge: 'latest' })),
  /** `behandlerkravmeldingId`. */
  helfoId: optional(text({ max: 64, merge: 'latest' })),
  /** What Helfo paid of this message; below zero for a credit. */
  paidOre: optional(ore({ merge: 'latest' })),
  paidOn: optional(date({ merge: 'latest' })),
});

/** What only the server writes on a message to Helfo. */
export const HELFO_SERVER_FIELDS = [...['state', 'reason', 'stateAt', 'helfoId', 'paidOre', 'paidOn']] as const satisfies readonly string[];
