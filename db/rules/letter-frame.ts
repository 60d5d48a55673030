/** What every letter has around its words: who writes, to whom, about whom, when, and with which diagnoses. */
import { z } from 'zod';
import { MISSING_NATIONAL_ID_REASONS } from '../model/patient.ts';

export const words = z.string().default('');
const maybe = z.string().nullable().default(null);
/** An empty part is a part all of whose fields are empty; zod does not fill nested defaults by itself. */
const part = <T extends z.ZodRawShape>(shape: T) => z.object(shape).prefault({} as z.input<z.ZodObject<T>>);

export const frameShape = {
  sender: part({
    name: words,
    /** As it is printed: `kiropraktor`. */
    profession: words,
    hprNumber: maybe,
    clinicName: words,
    orgNumber: maybe,
    addressLine: maybe,
    postalCode: maybe,
    city: maybe,
    phone: maybe,
    /** The clinic's own lines under its name. */
    letterhead: maybe,
  }),
  recipient: part({ name: words, practice: words, addressLine: maybe, postalCode: maybe, city: maybe }),
  patient: part({
    givenName: words,
    familyName: words,
    /** `YYYY-MM-DD` */
    birthDate: maybe,
    /** Eleven digits. */
    nationalId: maybe,
    missingNationalIdReason: z.enum(MISSING_NATIONAL_ID_REASONS).nullable().default(null),
    addressLine: maybe,
    postalCode: maybe,
    city: maybe,
  }),
  /** Date of the letter, `YYYY-MM-DD`. */
  date: maybe,
};
export const diagnosesSchema = z
  .array(
    z.object({
      system: z.enum(['icpc-2', 'icd-10']).default('icpc-2'),
      code: z.string(),
      text: z.string(),
      main: z.boolean().default(false),
    }),
  )
  .default([]);

const frameSchema = z.object({ ...frameShape, diagnoses: diagnosesSchema });
export type LetterFrame = z.infer<typeof frameSchema>;

/** In printed order. */
export const FRAME_KEYS = [
  'senderName',
  'senderProfession',
  'senderHpr',
  'clinicName',
  'clinicOrgNumber',
  'clinicAddress',
  'clinicPhone',
  'recipient',
  'recipientAddress',
  'patientName',
  'patientId',
  'patientAddress',
  'date',
] as const;
export type FrameKey = (typeof FRAME_KEYS)[number];

/** `must` refuses the signature, `advised` is shown and left to the clinician. */
export const requiredFrame = {
  senderName: 'must',
  senderProfession: 'must',
  senderHpr: 'must',
  clinicName: 'must',
  clinicOrgNumber: 'must',
  clinicAddress: 'advised',
  clinicPhone: 'advised',
  recipient: 'must',
  recipientAddress: 'advised',
  patientName: 'must',
  patientId: 'must',
  patientAddress: 'advised',
  date: 'must',
} as const satisfies Record<FrameKey, 'must' | 'advised'>;

export const frameNames = {
  senderName: 'Avsenders navn',
  senderProfession: 'Avsenders yrke',
  senderHpr: 'Avsenders HPR-nummer',
  clinicName: 'Klinikkens navn',
  clinicOrgNumber: 'Klinikkens organisasjonsnummer',
  clinicAddress: 'Klinikkens adresse',
  clinicPhone: 'Klinikkens telefon',
  recipient: 'Mottaker',
  recipientAddress: 'Mottakers adresse',
  patientName: 'Pasientens navn',
  patientId: 'Fødselsnummer, eller fødselsdato og hvorfor nummeret mangler',
  patientAddress: 'Pasientens adresse',
  date: 'Dato',
} as const satisfies Record<FrameKey, string>;

/** A row of spaces is nothing. */
export const filled = (...values: (string | null)[]): boolean => values.every((value) => value !== null && value.trim() !== '');

export function framePresent({ sender, recipient, patient, date }: LetterFrame, key: FrameKey): boolean {
  switch (key) {
    case 'senderName':
      return filled(sender.name);
    case 'senderProfession':
      return filled(sender.profession);
    case 'senderHpr':
      return filled(sender.hprNumber);
    case 'clinicName':
      return filled(sender.clinicName);
    case 'clinicOrgNumber':
      return filled(sender.orgNumber);
    case 'clinicAddress':
      return filled(sender.addressLine, sender.postalCode, sender.city);
    case 'clinicPhone':
      return filled(sender.phone);
    case 'recipient':
      // A letter may go to a practice whose doctor is not known by name.
      return filled(recipient.name) || filled(recipient.practice);
    case 'recipientAddress':
      return filled(recipient.addressLine, recipient.postalCode, recipient.city);
    case 'patientName':
      return filled(patient.givenName, patient.familyName);
    case 'patientId':
      return filled(patient.nationalId) || (filled(patient.birthDate) && patient.missingNationalIdReason !== null);
    case 'patientAddress':
      return filled(patient.addressLine, patient.postalCode, patient.city);
    case 'date':
      return filled(date);
  }
}

export const diagnosesPresent = ({ diagnoses }: LetterFrame): boolean => diagnoses.some(({ code, text }) => filled(code, text));
