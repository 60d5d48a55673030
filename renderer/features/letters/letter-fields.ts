/** The letter's parts as fields on the page: where each stands in the content, read and written as text. */
import { LETTER_SECTIONS } from '#db/rules/letter-content.ts';

export interface LetterFieldSpec {
  key: string;
  rows: number;
  read(content: Record<string, unknown>): string;
  /** The changed part only; groups are written whole. */
  write(text: string, content: Record<string, unknown>): Record<string, string | Record<string, string | null>>;
}

const group = (content: Record<string, unknown>, name: string): Record<string, string | null> =>
  (content[name] ?? {}) as Record<string, string | null>;
const inGroup = (name: string, field: string, rows = 1): LetterFieldSpec => ({
  key: `${name}.${field}`,
  rows,
  read: (content) => group(content, name)[field] ?? '',
  write: (text, content) => ({ [name]: { ...group(content, name), [field]: text } }),
});
const prose = (key: string): LetterFieldSpec => ({
  key,
  rows: 3,
  read: (content) => (typeof content[key] === 'string' ? content[key] : ''),
  write: (text) => ({ [key]: text }),
});

export const letterFields: readonly LetterFieldSpec[] = [
  inGroup('recipient', 'name'),
  inGroup('recipient', 'practice'),
  inGroup('recipient', 'addressLine'),
  inGroup('recipient', 'postalCode'),
  inGroup('recipient', 'city'),
  ...LETTER_SECTIONS.map(prose),
];
