/**
 * What may stand in a text of the record, and short codes that expand while typing. Nothing a person wrote is cut or
 * changed silently: what cannot be stored is refused with a code.
 */
import { TEXT_LIMIT } from '../model/entity.ts';

export type CleanText = { ok: true; text: string } | { ok: false; code: 'text/too-long' };

/**
 * NFC, line ends as \n, without control characters that no keyboard types and without lone surrogates (which no
 * database stores and no signature covers). Emoji, right-to-left text and its marks stay.
 */
export function cleanText(raw: string): CleanText {
  if (raw.length > TEXT_LIMIT) return { ok: false, code: 'text/too-long' };
  const text = raw
    .replace(/\r\n?/g, '\n')
    // oxlint-disable-next-line no-control-regex
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '')
    .toWellFormed()
    .normalize('NFC');
  // NFC takes some letters apart into three: what was short enough when typed may not fit the column.
  return text.length > TEXT_LIMIT ? { ok: false, code: 'text/too-long' } : { ok: true, text };
}

/**
 * Any input as the stores can hold it: half a surrogate pair becomes U+FFFD and U+0000 goes, in names, reasons and
 * comments as well as in notes. A change that held one would be refused by the server, whole (db/sync/merge).
 */
export function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0') ? value : value.toWellFormed().replaceAll('\0', '');
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, storable(inner)]));
}

export interface Phrase {
  abbreviation: string;
  text: string;
  userId: string | null;
}
export interface Expansion {
  /** Where in the text the abbreviation begins. */
  from: number;
  text: string;
}

/**
 * The expansion of the abbreviation that ends right before the caret, with the separator just typed after it.
 * A person's own phrase wins over the clinic's. Null when none stands there on its own.
 */
export function expandPhrase(beforeCaret: string, phrases: readonly Phrase[]): Expansion | null {
  const match = /(?:^|\s)(\S{2,40})([ \n])$/u.exec(beforeCaret);
  const [, word, separator] = match ?? [];
  if (word === undefined || separator === undefined) return null;
  const found = phrases
    .filter((phrase) => phrase.abbreviation === word)
    .toSorted((a, b) => Number(a.userId === null) - Number(b.userId === null))[0];
  if (found === undefined) return null;
  const text = /\s$/.test(found.text) && separator === ' ' ? found.text : found.text + separator;
  return { from: beforeCaret.length - word.length - 1, text };
}
