/**
 * What a patient asks to have corrected or deleted in the journal, what was decided and why (helsepersonelloven §§ 42–44), and the
 * trace of what was erased: who, when, on which legal basis, and nothing of what stood there.
 */
import { z } from 'zod';
import { choice, entity, initially, instant, json, looseId, optional, prose, reference } from './entity.ts';

/** A row that a request or an erasure is about. */
export const rowKeySchema = z.strictObject({ entity: z.string().max(40), id: z.uuid() });
export type RowKey = z.infer<typeof rowKeySchema>;

/**
 * The conditions of § 43, each answered by the clinician: the first two must hold, and one of the others (the third with the fourth, or the
 * fifth). Of § 44: the entry stands in another person's journal, and nothing of public interest speaks against.
 */
export const assessmentSchema = z.strictObject({
  /** Unobjectionable with regard to public interests. */
  harmless: z.boolean(),
  /** Not contrary to the Archives Act. */
  archive: z.boolean(),
  /** Wrong or misleading … */
  wrong: z.boolean(),
  /** … and felt as a burden by the person it concerns. */
  burdening: z.boolean(),
  /** Obviously not needed to give the patient health care. */
  unnecessary: z.boolean(),
  /** Written in the wrong person's journal, and written again in the right one where it belongs (§ 44). */
  otherPerson: z.boolean(),
});
export type Assessment = z.infer<typeof assessmentSchema>;

export const REQUEST_KINDS = ['correction', 'deletion', 'wrong_person'] as const;

export const journalRequest = entity('journal_request', 'clinical', {
  patientId: reference('patient'),
  kind: choice(REQUEST_KINDS, { merge: 'fixed' }),
  /** The patient's request, or the clinician's own initiative (§ 43 knows both). */
  origin: choice(['patient', 'own'], { merge: 'fixed' }),
  /** What is asked for, in the words of who asks. */
  asked: prose({ merge: 'fixed' }),
  /** The entries it is about. */
  targets: json(z.array(rowKeySchema).max(200), { merge: 'fixed' }),
  receivedById: looseId(),
  receivedAt: instant({ merge: 'fixed' }),
  status: initially(choice(['open', 'granted', 'refused']), 'open'),
  assessment: optional(json(assessmentSchema, { sensitive: true })),
  /** Why it was decided so. */
  decisionReason: optional(prose({ merge: 'scalar' })),
  decidedById: optional(looseId({ merge: 'scalar' })),
  decidedAt: optional(instant()),
  /** The letter that says so, when it was refused. */
  documentId: optional(looseId({ merge: 'scalar' })),
});

/** Why something may be erased: hpl § 43, § 44, the end of the duty to keep (pjl § 25), or GDPR 17 where no such duty stands in the way. */
export const ERASURE_BASES = ['hpl-43', 'hpl-44', 'pjl-25', 'gdpr-17'] as const;
export type ErasureBasis = (typeof ERASURE_BASES)[number];

/** Terminal. For every device: whoever held a row must know that it is gone. The server adds to `erased` what hangs under the targets. */
export const erasure = entity('erasure', 'desk', {
  patientId: reference('patient'),
  requestId: optional(looseId()),
  basis: choice(ERASURE_BASES, { merge: 'fixed' }),
  targets: json(z.array(rowKeySchema).min(1).max(200), { merge: 'fixed' }),
  decidedById: looseId(),
  decidedAt: instant({ merge: 'fixed' }),
  /** Every row that is gone by it. */
  erased: initially(json(z.array(rowKeySchema), { merge: 'fixed' }), []),
});
