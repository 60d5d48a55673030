/** Charting a visit. */
import type { PreflightProblem } from '#db/rules/claims.ts';
import type { SeriesNotice } from '#db/rules/series.ts';
import { z } from 'zod';
import { VISIT_TYPES } from '#db/model/encounter.ts';
import type {
  amendment,
  diagnosis,
  encounter,
  noteSection,
  observation,
  redFlagAnswer,
  treatmentConsent,
  VisitType,
} from '#db/model/encounter.ts';
import type { episode } from '#db/model/patient.ts';
import type { payment, treatmentLine } from '#db/model/practice.ts';
import type { Row } from '#db/model/entity.ts';
import type { PatientView } from './patients.ts';
import { verb } from './verb.ts';

export type EncounterRow = Row<typeof encounter>;
export type SectionRow = Row<typeof noteSection>;
export type AmendmentRow = Row<typeof amendment>;
export type DiagnosisRow = Row<typeof diagnosis>;
export type TreatmentLineRow = Row<typeof treatmentLine>;
export type PaymentRow = Row<typeof payment>;

/** Why a note cannot be signed yet, or what to look at; `blocking` ones refuse the signature. */
export interface SignProblem {
  code: string;
  blocking: boolean;
  /** Section key, region or code it concerns. */
  where: string | null;
}
export interface PreviousVisit {
  id: string;
  visitAt: string;
  visitType: VisitType;
  status: EncounterRow['status'];
  practitionerName: string;
  mainCode: string | null;
  mainText: string | null;
  nrs: number | null;
}
export interface ChartView {
  encounter: EncounterRow;
  practitionerName: string;
  episode: Row<typeof episode> | null;
  /** Number of this visit in its episode. */
  visitNumber: number;
  patient: PatientView;
  /** In the order of the visit type; a section nobody wrote in has text ''. */
  sections: (Pick<SectionRow, 'key' | 'text' | 'origin' | 'originEncounterId' | 'originText' | 'review'> & {
    id: string | null;
    /** The feed's seq of this text as shown; given back when writing, so that a text that came meanwhile is met as a conflict and not overwritten. */
    textSeq: number;
    siblings: { id: string; text: string; deviceName: string | null; at: string | null }[];
  })[];
  observations: Pick<Row<typeof observation>, 'code' | 'value'>[];
  redFlags: Pick<Row<typeof redFlagAnswer>, 'region' | 'question' | 'answer' | 'comment'>[];
  treatmentConsent: Pick<Row<typeof treatmentConsent>, 'given' | 'comment'> | null;
  diagnoses: DiagnosisRow[];
  lines: TreatmentLineRow[];
  /** What Helfo would send the claim back for; told, never stopped. */
  claimProblems: PreflightProblem[];
  /** Visits of the series and the year, where somebody wants to be told; stops nothing. */
  seriesNotices: SeriesNotice[];
  payments: PaymentRow[];
  amendments: AmendmentRow[];
  letters: { id: string; kind: string; status: string }[];
  previous: PreviousVisit[];
  /** The signed visit SALT would carry from, as amended; null when there is none. */
  saltSource: { id: string; visitAt: string } | null;
  appointmentId: string | null;
  readOnly: boolean;
}
export interface UnsignedItem {
  encounterId: string;
  patientId: string;
  patientName: string;
  birthDate: string | null;
  visitAt: string;
  visitType: VisitType;
  practitionerName: string;
  mine: boolean;
  empty: boolean;
  /** Since the visit. */
  daysWaited: number;
}

const id = z.object({ id: z.uuid() });
const note = { encounterId: z.uuid() };
const reason = z.string().trim().min(1).max(1000);
const editable = ['encounter/unknown', 'encounter/not-editable'];

export const encounters = {
  /** Opens the visit of this appointment, or a new one. The row exists from this moment; nothing clinical is in it. */
  'encounter.start': verb<{ id: string }>()(
    z.object({
      patientId: z.uuid(),
      visitType: z.enum(VISIT_TYPES),
      appointmentId: z.uuid().nullable().default(null),
      episodeId: z.uuid().nullable().default(null),
    }),
    ['patient/unknown', 'appointment/unknown', 'encounter/unknown'],
  ),
  /** Everything the chart shows, in one answer. Logged as a read. */
  'encounter.get': verb<ChartView>()(id, ['encounter/unknown']),
  'encounter.previous': verb<ChartView>()(id, ['encounter/unknown']),
  'encounter.setType': verb<null>()(z.object({ id: z.uuid(), visitType: z.enum(VISIT_TYPES) }), editable),
  'encounter.setEpisode': verb<null>()(
    z.object({ id: z.uuid(), episodeId: z.uuid().nullable(), newTitle: z.string().trim().min(1).max(200).nullable() }),
    editable,
  ),
  /** Autosave of one section's whole text; durable when it answers. */
  'section.write': verb<{ savedAt: string }>()(
    z.object({
      ...note,
      key: z.string().max(40),
      text: z.string(),
      textSeq: z.int().min(0).optional(),
      /** The text as this window last knew it to be stored; another window of the same laptop may have written since. */
      was: z.string().optional(),
    }),
    [...editable, 'text/too-long', 'section/changed'],
  ),
  /** Carried text has been read and holds. */
  'section.confirm': verb<null>()(z.object({ ...note, key: z.string().max(40) }), editable),
  /** Carried text does not hold: it goes away (the previous note keeps it). */
  'section.drop': verb<null>()(z.object({ ...note, key: z.string().max(40) }), editable),
  /** Two versions of one section: keep this text (either, or both joined by the clinician). */
  'section.resolve': verb<null>()(
    z.object({ ...note, key: z.string().max(40), choice: z.enum(['mine', 'theirs', 'both']), siblingId: z.uuid() }),
    editable,
  ),
  /** Same as last treatment: carries the texts that may be carried, unreviewed. Sections with text of their own are left alone. */
  'encounter.salt': verb<{ carried: string[] }>()(id, [...editable, 'salt/no-signed-visit']),
  'observation.set': verb<null>()(z.object({ ...note, code: z.string().max(40), value: z.int().nullable() }), [
    ...editable,
    'observation/out-of-range',
  ]),
  'redFlag.answer': verb<null>()(
    z.object({
      ...note,
      region: z.string().max(40),
      question: z.string().max(80),
      answer: z.enum(['yes', 'no']).nullable(),
      comment: z.string().max(1000).nullable(),
    }),
    [...editable, 'red-flag/unknown-question'],
  ),
  'treatmentConsent.set': verb<null>()(
    z.object({ ...note, given: z.boolean().nullable(), comment: z.string().max(1000).nullable() }),
    editable,
  ),
  'diagnosis.add': verb<{ id: string }>()(z.object({ ...note, system: z.enum(['icpc-2', 'icd-10']), code: z.string().max(10) }), [
    ...editable,
    'code/unknown',
    'diagnosis/process-code-as-main',
  ]),
  'diagnosis.remove': verb<null>()(z.object({ ...note, id: z.uuid() }), editable),
  'diagnosis.setMain': verb<null>()(z.object({ ...note, id: z.uuid() }), [...editable, 'diagnosis/process-code-as-main']),
  'encounter.signCheck': verb<{ problems: SignProblem[]; patientName: string }>()(id, editable),
  /** Freezes the note. `patientId` is the patient the person was shown: another one refuses. */
  'encounter.sign': verb<{ contentHash: string; signedAt: string }>()(
    z.object({
      id: z.uuid(),
      patientId: z.uuid(),
      /** The texts as the window shows them, by section: what the signer has not seen is not signed. */
      shown: z.record(z.string(), z.string()).optional(),
    }),
    [...editable, 'sign/text-changed', 'sign/problems', 'sign/other-patient', 'sign/not-allowed'],
  ),
  'encounter.move': verb<null>()(z.object({ id: z.uuid(), patientId: z.uuid(), reason }), [
    ...editable,
    'patient/unknown',
    'encounter/paid',
  ]),
  'encounter.discard': verb<null>()(z.object({ id: z.uuid(), reason }), [...editable, 'encounter/paid']),
  'encounter.restore': verb<null>()(id, ['encounter/unknown', 'encounter/not-discarded']),
  'encounter.enterInError': verb<null>()(z.object({ id: z.uuid(), reason }), [
    'encounter/unknown',
    'encounter/not-signed',
    'sign/not-allowed',
  ]),
  /** The text of a note entered in error, as a draft on the right patient; to be confirmed section by section. */
  'encounter.copyTo': verb<{ id: string }>()(z.object({ id: z.uuid(), patientId: z.uuid() }), ['encounter/unknown', 'patient/unknown']),
  'encounter.unsigned': verb<{ items: UnsignedItem[] }>()(z.object({ mine: z.boolean().default(false) })),
  'amendment.write': verb<{ id: string }>()(
    z.object({
      encounterId: z.uuid(),
      id: z.uuid().optional(),
      kind: z.enum(['correction', 'addition']),
      text: z.string(),
      reason: z.string().max(1000).nullable(),
    }),
    ['encounter/unknown', 'encounter/not-signed', 'amendment/unknown', 'amendment/signed', 'sign/not-allowed', 'text/too-long'],
  ),
  'amendment.sign': verb<{ affectedLetters: number }>()(id, [
    'amendment/unknown',
    'amendment/signed',
    'amendment/no-reason',
    'amendment/empty',
    'sign/not-allowed',
  ]),
  'amendment.discard': verb<null>()(id, ['amendment/unknown', 'amendment/signed', 'sign/not-allowed']),
};
