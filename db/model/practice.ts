/** The day's work around a visit: bookings, what was done and paid, letters, closing. */
import { z } from 'zod';
import { choice, date, entity, flag, initially, instant, integer, json, looseId, optional, ore, reference, text } from './entity.ts';
import { VISIT_TYPES } from './encounter.ts';
import { LETTER_KINDS } from './letter-kinds.ts';

export const APPOINTMENT_STATUSES = ['booked', 'arrived', 'in_progress', 'done', 'no_show', 'cancelled'] as const;

export const appointment = entity('appointment', 'desk', {
  patientId: reference('patient', { merge: 'scalar' }),
  practitionerId: reference('user', { merge: 'scalar' }),
  startsAt: instant(),
  durationMinutes: integer({ min: 5, max: 600 }),
  visitType: choice(VISIT_TYPES),
  /** What the patient said on the phone. */
  reason: optional(text({ max: 500, sensitive: true })),
  status: initially(choice(APPOINTMENT_STATUSES), 'booked'),
  walkIn: initially(flag(), false),
  cancelReason: optional(text({ max: 500, sensitive: true })),
  arrivedAt: optional(instant()),
  /** What the patient answered to a reminder; to cancel stays the clinic's act. */
  patientAnswer: optional(choice(['confirmed', 'cancel'], { merge: 'latest' })),
  patientAnswerAt: optional(instant({ merge: 'latest' })),
  /** Bookings of the same time that whoever booked this knew of and meant to stand beside it. */
  meantBeside: initially(json(z.array(z.uuid()), { merge: 'latest' }), []),
  /** One of the clinic's `rooms`. */
  roomId: optional(looseId({ merge: 'scalar' })),
  /** Bookings that were made in one act: every week, so many times. */
  seriesId: optional(looseId()),
});

/** What was done in a visit and what it costs; the desk sees it, so it carries the patient. */
export const treatmentLine = entity('treatment_line', 'desk', {
  encounterId: looseId(),
  patientId: reference('patient', { merge: 'scalar' }),
  priceItemId: optional(looseId()),
  code: text({ max: 20, sensitive: true }),
  label: text({ max: 200, sensitive: true }),
  quantity: initially(integer({ min: 1, max: 99 }), 1),
  /** Clinic price per unit; empty when the clinic has not confirmed one. */
  amountOre: optional(ore()),
  refundOre: optional(ore()),
  /** Included in the price; empty: exempt (merverdiavgiftsloven § 3-2). */
  vatPercent: optional(integer({ min: 0, max: 50 })),
});

export const PAYMENT_METHODS = ['card', 'cash', 'vipps', 'invoice_later', 'prepaid'] as const;

export const payment = entity('payment', 'desk', {
  patientId: reference('patient', { merge: 'scalar' }),
  encounterId: looseId(),
  amountOre: ore({ merge: 'fixed' }),
  method: choice(PAYMENT_METHODS, { merge: 'fixed' }),
  paidAt: instant({ merge: 'fixed' }),
  takenById: looseId(),
  /** Unique in its series; the series is the device. */
  receiptNumber: text({ max: 40, merge: 'fixed' }),
  /** The lines as they stood when the money changed hands. */
  lines: json(
    z.array(
      z.object({
        label: z.string(),
        quantity: z.number(),
        amountOre: z.number().nullable(),
        refundOre: z.number().nullable(),
        /** The patient's part of one, as it was asked for; missing in what older versions wrote. */
        shareOre: z.number().nullable().optional(),
        vatPercent: z.number().nullable().optional(),
      }),
    ),
    { merge: 'fixed', sensitive: true },
  ),
  /** The prepaid visits one of which it used. */
  prepaidId: optional(looseId()),
  voided: initially(flag(), false),
  voidReason: optional(text({ max: 500, sensitive: true })),
});

export const LETTER_STATUSES = ['draft', 'signed', 'awaiting_print', 'handed_over', 'posted', 'withdrawn'] as const;

export const letter = entity('letter', 'clinical', {
  patientId: reference('patient', { merge: 'scalar' }),
  encounterId: reference('encounter'),
  kind: choice(LETTER_KINDS),
  status: initially(choice(LETTER_STATUSES), 'draft'),
  /** Shape: that of its template (db/rules/letter-kinds). */
  content: json(z.record(z.string(), z.unknown()), { sensitive: true }),
  /** The patient does not want it sent: recorded, and then it cannot be. */
  objection: initially(flag({ sensitive: true }), false),
  objectionNote: optional(text({ max: 500, sensitive: true })),
  /** The visit was amended or entered in error after this letter was signed. */
  affectedByAmendmentId: optional(looseId({ merge: 'scalar' })),
  authorId: looseId(),
  signedAt: optional(instant()),
  signedById: optional(looseId({ merge: 'scalar' })),
  /** The PDF as it was signed. */
  documentId: optional(looseId({ merge: 'scalar' })),
  deliveredAt: optional(instant()),
});

/** A finished file of the record, as bytes. */
export const document = entity('document', 'clinical', {
  patientId: reference('patient', { merge: 'scalar' }),
  kind: choice(['letter', 'refusal']),
  title: text({ max: 200, sensitive: true }),
  mediaType: text({ max: 100 }),
  /** SHA-256 (hex) of the bytes. */
  sha256: text({ max: 64, merge: 'fixed' }),
  byteLength: integer({ min: 0, merge: 'fixed' }),
  /** Base64. Larger files than a letter come as attachments, with their own queue. */
  data: text({ max: 8_000_000, merge: 'fixed', sensitive: true }),
});

/** Somebody looked through the day's loose ends and closed it; id derived from practitioner and date. */
export const dayClose = entity('day_close', 'desk', {
  practitionerId: reference('user'),
  day: date({ merge: 'fixed' }),
  closedAt: instant({ merge: 'latest' }),
  closedById: looseId({ merge: 'latest' }),
  /** How many loose ends were left open, by kind. */
  left: json(z.record(z.string(), z.number()), { merge: 'latest' }),
});
