/**
 * What looks like it says who somebody is: numbers of national identity, telephone numbers, e-mail addresses. One list for both sides: the laptop
 * hides what it finds (ai-pseudonyms.ts), the server refuses what still stands there.
 */
import { WHOLE_DATE } from './ai-dates.ts';

const GAP = '[ .\\-\\u00a0]?';
/** Eleven digits as they are written: `01017912345`, `010179 12345`, `01.01.79-12345`. With a slip in the control digits too. */
export const NATIONAL_ID = new RegExp(`(?<!\\d)\\d{2}${GAP}\\d{2}${GAP}\\d{2}${GAP}\\d{3}${GAP}\\d{2}(?!\\d)`, 'g');
export const EMAIL = /[\p{L}\d._%+-]+@[\p{L}\d-]+(?:\.[\p{L}\d-]+)+/gu;
/** Eight digits in the usual groups, with or without a country; foreign ones with `+`; and any long run of digits. */
export const PHONE =
  /\+\d[\d \u00a0()-]{6,16}\d|(?<![\d.,])(?:00\d{2,3}[ \u00a0]?)?(?:\d{3}[ \u00a0]\d{2}[ \u00a0]\d{3}|\d{2}(?:[ \u00a0]\d{2}){3}|\d{4}[ \u00a0]\d{4}|\d{7,})(?!\d)/g;

export type IdentifierKind = 'national-id' | 'email' | 'phone';

/** What is found, each kind once. Full-width digits count as digits. */
export function identifiersIn(written: string): IdentifierKind[] {
  const text = plainText(written);
  const found: IdentifierKind[] = [];
  if (text.search(NATIONAL_ID) !== -1) found.push('national-id');
  if (text.search(EMAIL) !== -1) found.push('email');
  // Two dates in a row have digits enough for a number.
  if (text.replaceAll(WHOLE_DATE, ' | ').search(PHONE) !== -1) found.push('phone');
  return found;
}

/** Zero-width, direction marks, soft hyphens and tag characters: nobody sees them, and a model reads them. */
// oxlint-disable-next-line no-misleading-character-class
const UNSEEN = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufe00-\ufe0f]|[\u{e0000}-\u{e01ef}]/gu;
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** The text a person sees: unseen characters out, full-width letters and digits as ordinary ones, composed. */
export function plainText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(UNSEEN, '')
    .replaceAll(CONTROL, ' ')
    .replaceAll(/[\uff01-\uff5e]/g, (wide) => String.fromCodePoint((wide.codePointAt(0) ?? 0) - 0xfee0))
    .normalize('NFC');
}
