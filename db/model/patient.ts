/** The patient, those who speak for them, what they agreed to, and what must be known before touching them. */
import { choice, date, entity, flag, initially, instant, looseId, optional, prose, reference, text } from './entity.ts';

export const SEXES = ['female', 'male', 'other', 'unknown'] as const;
export const NATIONAL_ID_KINDS = ['fnr', 'dnr', 'hnr', 'fhn'] as const;
export const MISSING_NATIONAL_ID_REASONS = ['newborn', 'foreign', 'not_stated', 'protected', 'unknown'] as const;

export const patient = entity('patient', 'desk', {
  givenName: text({ max: 120, sensitive: true }),
  familyName: text({ max: 120, sensitive: true }),
  /** Own fields, never derived from the number: from 2032 it says neither sex nor century (norway.md §7). */
  birthDate: optional(date({ sensitive: true })),
  sex: initially(choice(SEXES, { sensitive: true }), 'unknown'),
  /** Eleven digits. */
  nationalId: optional(text({ max: 11, sensitive: true, compared: true })),
  nationalIdKind: optional(choice(NATIONAL_ID_KINDS, { sensitive: true })),
  missingNationalIdReason: optional(choice(MISSING_NATIONAL_ID_REASONS, { sensitive: true })),
  phone: optional(text({ max: 30, sensitive: true })),
  email: optional(text({ max: 200, sensitive: true })),
  addressLine: optional(text({ max: 200, sensitive: true })),
  postalCode: optional(text({ max: 10, sensitive: true })),
  city: optional(text({ max: 100, sensitive: true })),
  occupation: optional(text({ max: 200, sensitive: true })),
  language: optional(text({ max: 40, sensitive: true })),
  fastlegeName: optional(text({ max: 200, sensitive: true })),
  fastlegePractice: optional(text({ max: 200, sensitive: true })),
  fastlegeAddressLine: optional(text({ max: 200, sensitive: true })),
  fastlegePostalCode: optional(text({ max: 10, sensitive: true })),
  fastlegeCity: optional(text({ max: 100, sensitive: true })),
  /** Which of the channels they said yes to is used first; empty: SMS. */
  contactChannel: optional(choice(['sms', 'email'])),
  status: initially(choice(['active', 'inactive', 'deceased']), 'active'),
  /** What another system calls the patient: what comes from there later finds them by it (db/rules/import-history). */
  formerSystem: optional(text({ max: 100 })),
  formerId: optional(text({ max: 100, sensitive: true })),
  /** The run that registered them. */
  importId: optional(looseId()),
});

export const guardian = entity('guardian', 'desk', {
  patientId: reference('patient'),
  name: text({ max: 200, sensitive: true }),
  relation: choice(['mother', 'father', 'guardian', 'foster', 'other'], { sensitive: true }),
  phone: optional(text({ max: 30, sensitive: true })),
  email: optional(text({ max: 200, sensitive: true })),
});

/** `recall` is a purpose: to be asked to come again is another consent than being reminded of what is booked (norway.md §8, S4 and S5). */
export const CHANNELS = ['sms', 'email', 'phone', 'post', 'recall'] as const;

/** Whether we may use a channel; id derived from patient and channel. */
export const channelConsent = entity('channel_consent', 'desk', {
  patientId: reference('patient'),
  channel: choice(CHANNELS, { merge: 'fixed' }),
  state: choice(['yes', 'no']),
  /** Nobody's id where the patient said it by SMS. */
  recordedById: looseId({ merge: 'scalar' }),
  recordedAt: instant(),
  source: initially(choice(['asked', 'reply']), 'asked'),
});

export const SAFETY_KINDS = ['allergies', 'anticoagulants', 'contraindications', 'neck_restriction', 'pregnancy', 'implants'] as const;
export type SafetyKind = (typeof SAFETY_KINDS)[number];

/** One row per kind once somebody asked; no row means "ikke spurt". Id derived from patient and kind. */
export const safetyFact = entity('safety_fact', 'clinical', {
  patientId: reference('patient'),
  kind: choice(SAFETY_KINDS, { merge: 'fixed' }),
  state: choice(['not_asked', 'none', 'yes'], { merge: 'cautious', sensitive: true }),
  detail: optional(text({ max: 1000, sensitive: true, merge: 'cautious' })),
  recordedById: looseId({ merge: 'latest' }),
  recordedAt: instant({ merge: 'latest' }),
});

/** One complaint followed over visits; SALT looks only inside it. */
export const episode = entity('episode', 'clinical', {
  patientId: reference('patient', { merge: 'scalar' }),
  title: text({ max: 200, sensitive: true }),
  startedOn: date(),
  endedOn: optional(date()),
  note: optional(prose()),
  closed: initially(flag(), false),
});
