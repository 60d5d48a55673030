/** The letters a visit can become, each with its key; the access copy is the journal's and not a visit's. */
import { LETTER_KINDS, type LetterKind } from '#electron/contract/choices.ts';
import { writesKind } from '#db/rules/letter-kinds.ts';

export const LETTER_KEYS: Readonly<Record<LetterKind, string>> = {
  epikrise: 'Control+b',
  referral: 'Alt+h',
  imaging_referral: 'Alt+b',
  physio_referral: 'Alt+y',
  sick_leave_summary: 'Alt+m',
  treatment_plan: 'Alt+l',
  certificate: 'Alt+a',
};
export const ACCESS_COPY_KEY = 'Alt+i';

/** @param clinic null while it is not known */
export const kindsOf = (clinic: { refersToPhysio: boolean } | null): LetterKind[] =>
  LETTER_KINDS.filter((kind) => writesKind(kind, clinic ?? undefined));
