/**
 * What an epikrise holds and what it must hold before it may be signed (helsepersonelloven § 45 a: what is needed for
 * sound follow-up; the list is norway.md §3). Only words from the signed note or from the clinician stand in it: nothing
 * here fills a gap with text, it only names the gap.
 */
import { z } from 'zod';
import { MISSING_NATIONAL_ID_REASONS } from '../model/patient.ts';

const words = z.string().default('');
const maybe = z.string().nullable().default(null);
/** An empty part is a part all of whose fields are empty; zod does not fill nested defaults by itself. */
const part = <T extends z.ZodRawShape>(shape: T) => z.object(shape).prefault({} as z.input<z.ZodObject<T>>);

export const EpikriseContent = z.object({
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
  reason: words,
  history: words,
  findings: words,
  imaging: words,
  diagnoses: z
    .array(
      z.object({
        system: z.enum(['icpc-2', 'icd-10']).default('icpc-2'),
        code: z.string(),
        text: z.string(),
        main: z.boolean().default(false),
      }),
    )
    .default([]),
  treatment: words,
  /** Course and result. */
  course: words,
  assessment: words,
  plan: words,
  sickLeave: words,
  /** Who follows the patient up, and when. */
  followUp: words,
});
export type EpikriseContent = z.infer<typeof EpikriseContent>;

/** The parts that are prose, in the order in which they are printed; diagnoses stand after imaging. */
export const LETTER_SECTIONS = [
  'reason',
  'history',
  'findings',
  'imaging',
  'treatment',
  'course',
  'assessment',
  'plan',
  'sickLeave',
  'followUp',
] as const;
export type LetterSection = (typeof LETTER_SECTIONS)[number];

export type LetterContentKey =
  | 'senderName'
  | 'senderProfession'
  | 'senderHpr'
  | 'clinicName'
  | 'clinicOrgNumber'
  | 'clinicAddress'
  | 'clinicPhone'
  | 'recipient'
  | 'recipientAddress'
  | 'patientName'
  | 'patientId'
  | 'patientAddress'
  | 'date'
  | 'diagnoses'
  | LetterSection;

/** `must` refuses the signature, `advised` is shown and left to the clinician. */
export const requiredLetterContent = {
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
  reason: 'must',
  history: 'advised',
  findings: 'must',
  imaging: 'advised',
  diagnoses: 'must',
  treatment: 'must',
  course: 'advised',
  assessment: 'must',
  plan: 'advised',
  sickLeave: 'advised',
  followUp: 'must',
} as const satisfies Record<LetterContentKey, 'must' | 'advised'>;

/** Bokmål names: headings of the printed letter, and how a gap is named. */
export const letterContentNames = {
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
  reason: 'Kontaktårsak',
  history: 'Sykehistorie',
  findings: 'Funn',
  imaging: 'Bildediagnostikk',
  diagnoses: 'Diagnose',
  treatment: 'Behandling',
  course: 'Forløp og resultat',
  assessment: 'Vurdering',
  plan: 'Plan',
  sickLeave: 'Sykmelding',
  followUp: 'Videre oppfølging',
} as const satisfies Record<LetterContentKey, string>;

export interface MissingLetterContent {
  /** Refuses the signature. */
  must: LetterContentKey[];
  advised: LetterContentKey[];
}

/** What is not there, in printed order. A row of spaces is not there either. */
export function missingLetterContent(content: EpikriseContent): MissingLetterContent {
  const missing = keys.filter((key) => !present(content, key));
  return {
    must: missing.filter((key) => requiredLetterContent[key] === 'must'),
    advised: missing.filter((key) => requiredLetterContent[key] === 'advised'),
  };
}

/**
 * A stored or half-written letter as whole content; what is absent is empty. Null when something has the wrong shape.
 */
export function parseEpikrise(raw: unknown): EpikriseContent | null {
  const parsed = EpikriseContent.safeParse(raw);
  return parsed.success ? parsed.data : null;
}

/** A patient who objects is not overruled: the letter stays in the record and goes nowhere (hpl § 45 a). */
export function sendProblem(letter: { objection: boolean }): 'letter/objection' | null {
  return letter.objection ? 'letter/objection' : null;
}

const keys = Object.keys(requiredLetterContent) as LetterContentKey[];
const filled = (...values: (string | null)[]): boolean => values.every((value) => value !== null && value.trim() !== '');

function present(content: EpikriseContent, key: LetterContentKey): boolean {
  const { sender, recipient, patient } = content;
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
      return filled(content.date);
    case 'diagnoses':
      return content.diagnoses.some((diagnosis) => filled(diagnosis.code, diagnosis.text));
    default:
      return filled(content[key]);
  }
}
