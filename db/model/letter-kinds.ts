/** The kinds of letters a clinic writes (norway.md §3); what each holds is db/rules/letter-kinds. */
export const LETTER_KINDS = [
  'epikrise',
  'referral',
  'imaging_referral',
  'physio_referral',
  'sick_leave_summary',
  'treatment_plan',
  'certificate',
] as const;
export type LetterKind = (typeof LETTER_KINDS)[number];
