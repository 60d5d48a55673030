/** Finding and knowing the patient. */
import { z } from 'zod';
import { CHANNELS, MISSING_NATIONAL_ID_REASONS, SAFETY_KINDS, SEXES } from '#db/model/patient.ts';
import type { guardian, patient, safetyFact, SafetyKind } from '#db/model/patient.ts';
import { PATIENT_PART_NAMES, type PatientPart } from '#db/rules/patient-parts.ts';
import type { VisitType } from '#db/model/encounter.ts';
import type { Row } from '#db/model/entity.ts';
import { verb } from './verb.ts';

export type PatientRow = Row<typeof patient>;
export type GuardianRow = Row<typeof guardian>;

/** One line of a hit list. The number itself is not in it; `patient.revealNationalId` gives it, and is logged. */
export interface PatientHit {
  id: string;
  givenName: string;
  familyName: string;
  birthDate: string | null;
  /** `010190 •••••`, or null. */
  maskedNationalId: string | null;
  phone: string | null;
  addressLine: string | null;
  city: string | null;
  status: PatientRow['status'];
  /** Another living patient here has the same name. */
  namesake: boolean;
  lastVisitAt: string | null;
  /** The patient has shut the journal for whoever asks: the name is all there is. */
  blocked: boolean;
}
export interface SafetyFactView {
  kind: SafetyKind;
  state: Row<typeof safetyFact>['state'];
  detail: string | null;
  recordedByName: string | null;
  recordedAt: string | null;
  /** Two people recorded it differently; the more cautious stands until decided. */
  disputed: boolean;
}
export interface PatientView {
  patient: Omit<PatientRow, 'nationalId'> & { maskedNationalId: string | null; hasNationalId: boolean };
  ageYears: number | null;
  guardians: GuardianRow[];
  consents: {
    channel: (typeof CHANNELS)[number];
    state: 'not_asked' | 'yes' | 'no';
    recordedAt: string | null;
    /** `reply`: the patient said it by the channel itself. */
    source: 'asked' | 'reply' | null;
    recordedByName: string | null;
  }[];
  /** All six kinds, always; without a row they are `not_asked`. Null when the person may not see them. */
  safety: SafetyFactView[] | null;
  /** Others in the clinic with the same number or the same name and birth date. */
  possibleDuplicates: PatientHit[];
  /** The mergings that make this person one of several registrations; empty for most. */
  sameAs: MergedView[];
  /** Name of the registration that was asked for, when it has stepped back and another is shown in its place. */
  steppedBack: string | null;
}
/** A registration that has stepped back. */
export interface MergedView {
  linkId: string;
  name: string;
  birthDate: string | null;
  maskedNationalId: string | null;
  mergedByName: string | null;
  mergedAt: string;
}
/** Two registrations side by side. */
export interface ComparedPatients {
  /** Stays: the one registered first. */
  into: PatientHit;
  /** Steps back. */
  from: PatientHit;
  /** What of the patients' own fields differs; the numbers are masked. */
  differences: { part: PatientPart; into: PatientPartView; from: PatientPartView }[];
  /** Sent back with the choice: what came since has not been seen. */
  seen: string;
}
export interface PatientPartView {
  values: Partial<Record<keyof PatientRow, string | null>>;
  /** Nothing is said here. */
  empty: boolean;
}
export interface TimelineItem {
  kind: 'encounter' | 'letter' | 'appointment' | 'payment' | 'amendment' | 'imported';
  id: string;
  at: string;
  title: string;
  /** First words of the note or the codes; null when the person may not read notes. */
  summary: string | null;
  status: string;
  visitType: VisitType | null;
  practitionerName: string | null;
  encounterId: string | null;
}

const nullable = (max: number) => z.string().trim().max(max).nullable();
export const patientFields = z.object({
  givenName: z.string().trim().min(1).max(120),
  familyName: z.string().trim().min(1).max(120),
  birthDate: z.iso.date().nullable(),
  sex: z.enum(SEXES),
  /** As typed; checked and cleaned by db/rules/fodselsnummer. */
  nationalId: nullable(20),
  missingNationalIdReason: z.enum(MISSING_NATIONAL_ID_REASONS).nullable(),
  phone: nullable(30),
  email: nullable(200),
  addressLine: nullable(200),
  postalCode: nullable(10),
  city: nullable(100),
  occupation: nullable(200),
  language: nullable(40),
  fastlegeName: nullable(200),
  fastlegePractice: nullable(200),
  fastlegeAddressLine: nullable(200),
  fastlegePostalCode: nullable(10),
  fastlegeCity: nullable(100),
  status: z.enum(['active', 'inactive', 'deceased']),
});

const identityErrors = [
  'national-id/length',
  'national-id/checksum',
  'national-id/date',
  'national-id/synthetic-not-allowed',
  'national-id/missing-reason',
  'patient/duplicate-national-id',
  'patient/born-in-future',
];

export const patients = {
  /** Name part, birth date, phone or fødselsnummer; empty query: those last opened. One search is one log entry. */
  'patient.search': verb<{ hits: PatientHit[]; more: boolean }>()(
    z.object({ query: z.string().max(200), limit: z.int().min(1).max(100).default(20) }),
  ),
  'patient.get': verb<PatientView>()(z.object({ id: z.uuid() }), ['patient/unknown']),
  'patient.create': verb<{ id: string; warnings: string[] }>()(
    patientFields.partial().required({ givenName: true, familyName: true }),
    identityErrors,
  ),
  'patient.update': verb<{ id: string; warnings: string[] }>()(
    z.object({
      id: z.uuid(),
      set: patientFields.partial(),
      /** The changed fields as the form showed them at first. */
      was: z.record(z.string(), z.string().nullable()).optional(),
    }),
    ['patient/unknown', 'patient/changed', ...identityErrors],
  ),
  /** Registrations with the same fødselsnummer that nobody has merged; `show` is a look into them, and logged as one. */
  'patient.duplicates': verb<{ count: number; pairs: ComparedPatients[] }>()(z.object({ show: z.boolean().default(true) })),
  'patient.compare': verb<ComparedPatients>()(z.object({ id: z.uuid(), otherId: z.uuid() }), ['patient/unknown', 'patient/already-merged']),
  /** One of the two steps back; every part in which they differ is chosen. Nothing that hangs on either is rewritten. */
  'patient.merge': verb<{ id: string; linkId: string }>()(
    z.object({
      fromId: z.uuid(),
      intoId: z.uuid(),
      choices: z.partialRecord(z.enum(PATIENT_PART_NAMES), z.enum(['from', 'into'])),
      seen: z.string().max(64),
    }),
    ['patient/unknown', 'patient/already-merged', 'patient/compared-changed', 'patient/undecided'],
  ),
  /** Undoes a merging: everything hangs where it hung before, and what was chosen goes back where nobody has changed it since. */
  'patient.unmerge': verb<null>()(z.object({ linkId: z.uuid() }), ['patient/not-merged']),
  'patient.revealNationalId': verb<{ nationalId: string | null }>()(z.object({ id: z.uuid() }), ['patient/unknown']),
  'guardian.save': verb<GuardianRow>()(
    z.object({
      id: z.uuid().optional(),
      patientId: z.uuid(),
      name: z.string().trim().min(1).max(200),
      relation: z.enum(['mother', 'father', 'guardian', 'foster', 'other']),
      phone: nullable(30),
      email: nullable(200),
    }),
    ['patient/unknown'],
  ),
  'guardian.remove': verb<null>()(z.object({ id: z.uuid() })),
  'consent.set': verb<null>()(z.object({ patientId: z.uuid(), channel: z.enum(CHANNELS), state: z.enum(['yes', 'no']) }), [
    'patient/unknown',
  ]),
  /** Which of the channels they said yes to is used first; null: SMS. */
  'consent.prefer': verb<null>()(z.object({ patientId: z.uuid(), channel: z.enum(['sms', 'email']).nullable() }), ['patient/unknown']),
  'safety.set': verb<{ safety: SafetyFactView[] }>()(
    z.object({
      patientId: z.uuid(),
      kind: z.enum(SAFETY_KINDS),
      state: z.enum(['not_asked', 'none', 'yes']),
      detail: nullable(1000),
      /** What the person had before them; another laptop's answer that came meanwhile is not written over unseen. */
      was: z.object({ state: z.enum(['not_asked', 'none', 'yes']), detail: z.string().nullable() }).optional(),
    }),
    ['patient/unknown', 'safety/changed'],
  ),
  'patient.timeline': verb<{ items: TimelineItem[]; more: boolean }>()(
    z.object({ patientId: z.uuid(), before: z.string().optional(), limit: z.int().min(1).max(200).default(50) }),
    ['patient/unknown'],
  ),
};
