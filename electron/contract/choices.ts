/** The lists a person chooses from, for the window: it knows the contract, not the record beneath it. */
export { ROLES } from '#db/model/clinic.ts';
export type { Role } from '#db/model/clinic.ts';
export { VISIT_TYPES } from '#db/model/encounter.ts';
export type { VisitType } from '#db/model/encounter.ts';
export { MISSING_NATIONAL_ID_REASONS, SEXES } from '#db/model/patient.ts';
export type { SafetyKind } from '#db/model/patient.ts';
export { REQUEST_KINDS } from '#db/model/erasure.ts';
export { LETTER_KINDS } from '#db/model/letter-kinds.ts';
export type { LetterKind } from '#db/model/letter-kinds.ts';
