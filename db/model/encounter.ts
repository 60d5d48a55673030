/**
 * A visit and everything charted in it. Anything clinical starts empty: no field here has an initial
 * value that a person would have to remove. What is signed is frozen as one value (`signedContent`).
 */
import { z } from 'zod';
import { choice, entity, flag, initially, instant, integer, json, looseId, optional, prose, reference, text } from './entity.ts';

export const VISIT_TYPES = ['initial', 'follow_up', 're_examination', 'maintenance', 'acute'] as const;
export type VisitType = (typeof VISIT_TYPES)[number];

/** What a signature covers, in the words and codes of that day. */
export const signedContentSchema = z.object({
  version: z.literal(1),
  patientId: z.uuid(),
  patientName: z.string(),
  visitType: z.enum(VISIT_TYPES),
  visitAt: z.string(),
  sections: z.array(
    z.object({
      key: z.string(),
      text: z.string(),
      origin: z.enum(['typed', 'salt', 'copied']),
      originEncounterId: z.uuid().nullable(),
    }),
  ),
  observations: z.array(z.object({ code: z.string(), value: z.number() })),
  /** An empty answer was left open on purpose; its comment says why. */
  redFlags: z.array(
    z.object({ region: z.string(), question: z.string(), answer: z.enum(['yes', 'no']).nullable(), comment: z.string().nullable() }),
  ),
  treatmentConsent: z.object({ given: z.boolean(), comment: z.string().nullable() }).nullable(),
  diagnoses: z.array(z.object({ system: z.string(), code: z.string(), text: z.string(), release: z.string(), main: z.boolean() })),
  treatmentLines: z.array(
    z.object({
      code: z.string(),
      label: z.string(),
      quantity: z.number(),
      amountOre: z.number().nullable(),
      refundOre: z.number().nullable(),
    }),
  ),
  signedBy: z.object({ userId: z.uuid(), name: z.string(), profession: z.string().nullable(), hprNumber: z.string().nullable() }),
  signedAt: z.string(),
  clinicName: z.string(),
});
export type SignedContent = z.infer<typeof signedContentSchema>;

export const encounter = entity('encounter', 'clinical', {
  /** Changes only while unsigned (wrong patient chosen); the move is traced in the audit log. */
  patientId: reference('patient', { merge: 'scalar' }),
  episodeId: optional(reference('episode', { merge: 'scalar' })),
  practitionerId: reference('user'),
  appointmentId: optional(looseId({ merge: 'scalar' })),
  visitType: choice(VISIT_TYPES),
  /** When the patient was here. */
  visitAt: instant(),
  /** When the note was begun. */
  recordedAt: instant({ merge: 'fixed' }),
  status: initially(choice(['draft', 'signed', 'entered_in_error', 'discarded']), 'draft'),
  /** The signed visit whose text was carried into this one. */
  saltFromId: optional(looseId({ merge: 'scalar' })),
  signedContent: optional(json(signedContentSchema, { sensitive: true })),
  signedAt: optional(instant()),
  signedById: optional(looseId({ merge: 'scalar' })),
  /** SHA-256 (hex) over the RFC 8785 form of `signedContent`. */
  contentHash: optional(text({ max: 64 })),
  /** Why it was discarded or entered in error, by whom, when. */
  closedReason: optional(text({ max: 1000, sensitive: true })),
  closedById: optional(looseId({ merge: 'scalar' })),
  closedAt: optional(instant()),
});

/** Text of one section. Id derived from encounter and key; a sibling has its own id and points to the section. */
export const noteSection = entity('note_section', 'clinical', {
  encounterId: reference('encounter'),
  key: text({ max: 40, merge: 'fixed' }),
  text: prose(),
  origin: initially(choice(['typed', 'salt', 'copied']), 'typed'),
  originEncounterId: optional(looseId({ merge: 'scalar' })),
  /** The text as it was carried, for showing what changed; empty for typed text. */
  originText: optional(prose({ merge: 'scalar' })),
  /** Carried text is `unreviewed` until edited, confirmed or dropped; unreviewed text cannot be signed. */
  review: initially(choice(['none', 'unreviewed', 'confirmed', 'edited']), 'none'),
  /** Set on a version that another laptop wrote at the same time. */
  siblingOfId: optional(looseId()),
  siblingState: optional(choice(['open', 'kept', 'merged', 'dropped'])),
});

/** A measured value. No row means not measured; 0 is a measurement. Id derived from encounter and code. */
export const observation = entity('observation', 'clinical', {
  encounterId: reference('encounter'),
  /** `nrs-now`, `nrs-worst` …, see db/rules/visit-types. */
  code: text({ max: 40, merge: 'fixed' }),
  value: optional(integer({ min: -1000, max: 1000, sensitive: true })),
});

/** Id derived from encounter, region and question. No row, or an empty answer, means not asked. */
export const redFlagAnswer = entity('red_flag_answer', 'clinical', {
  encounterId: reference('encounter'),
  region: text({ max: 40, merge: 'fixed' }),
  question: text({ max: 80, merge: 'fixed' }),
  answer: optional(choice(['yes', 'no'], { merge: 'cautious', sensitive: true })),
  comment: optional(text({ max: 1000, sensitive: true })),
});

/** Consent to this visit's examination and treatment. Id derived from the encounter. */
export const treatmentConsent = entity('treatment_consent', 'clinical', {
  encounterId: reference('encounter'),
  given: optional(flag({ merge: 'cautious', sensitive: true })),
  comment: optional(text({ max: 1000, sensitive: true })),
});

/** A coded diagnosis; the text is kept as it read on that day. */
export const diagnosis = entity('diagnosis', 'clinical', {
  encounterId: reference('encounter'),
  system: choice(['icpc-2', 'icd-10'], { merge: 'fixed' }),
  code: text({ max: 10, sensitive: true }),
  text: text({ max: 200, sensitive: true }),
  release: text({ max: 10 }),
  main: initially(flag(), false),
});

/** A later, signed addition to a signed visit; the original stays. */
export const amendment = entity('amendment', 'clinical', {
  encounterId: reference('encounter'),
  /** `late-sibling`: text from another laptop that arrived after the signature. */
  kind: choice(['correction', 'addition', 'late-sibling']),
  text: prose(),
  reason: optional(text({ max: 1000, sensitive: true })),
  status: initially(choice(['draft', 'signed', 'discarded']), 'draft'),
  authorId: looseId(),
  authorName: optional(text({ max: 200 })),
  authorProfession: optional(text({ max: 10 })),
  authorHprNumber: optional(text({ max: 9 })),
  signedAt: optional(instant()),
  contentHash: optional(text({ max: 64 })),
});
