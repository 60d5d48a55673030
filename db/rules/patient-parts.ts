/**
 * The parts of a patient that are compared, and chosen between, when a person was registered twice. What belongs together is
 * chosen together: a street of one address with the town of another is nobody's address.
 */
import type { patient } from '../model/patient.ts';
import type { OwnFields } from '../model/entity.ts';

type Patient = OwnFields<typeof patient>;
type PatientField = keyof Patient;

export const PATIENT_PARTS = {
  name: ['givenName', 'familyName'],
  birthDate: ['birthDate'],
  sex: ['sex'],
  nationalId: ['nationalId', 'nationalIdKind', 'missingNationalIdReason'],
  phone: ['phone'],
  email: ['email'],
  address: ['addressLine', 'postalCode', 'city'],
  occupation: ['occupation'],
  language: ['language'],
  fastlege: ['fastlegeName', 'fastlegePractice', 'fastlegeAddressLine', 'fastlegePostalCode', 'fastlegeCity'],
  status: ['status'],
} as const satisfies Record<string, readonly PatientField[]>;
export type PatientPart = keyof typeof PATIENT_PARTS;
export const PATIENT_PART_NAMES = Object.keys(PATIENT_PARTS) as PatientPart[];

/** The parts in which the two differ, in the order a person reads them. */
export function differingParts(one: Patient, other: Patient): PatientPart[] {
  return PATIENT_PART_NAMES.filter((part) => PATIENT_PARTS[part].some((field) => (one[field] ?? '') !== (other[field] ?? '')));
}

/** Whether nothing is said in this part: nothing can be lost by choosing the other. */
export function isUnsaid(part: PatientPart, patient: Patient): boolean {
  if (part === 'sex') return patient.sex === 'unknown';
  if (part === 'nationalId') return (patient.nationalId ?? '') === '';
  return PATIENT_PARTS[part].every((field) => (patient[field] ?? '') === '');
}
