/**
 * SALT, "same as last treatment": the texts of the last signed visit that may stand again, to be read and confirmed.
 * What the patient says, NRS, measurements, red flags, consent and diagnoses are never carried: they are asked anew.
 */
import type { SignedContent, VisitType } from '../model/encounter.ts';
import { visitTypeOf } from './visit-types.ts';

export interface Carried {
  key: string;
  text: string;
}

/**
 * @param written the sections of the new note that hold text already; they are left alone
 * @param corrections texts of the source's signed corrections: they do not say which section they mean, so they go
 * first into what is carried, where nobody can confirm it without having read them
 */
export function carriedSections(
  source: Pick<SignedContent, 'sections'>,
  into: VisitType,
  written: ReadonlySet<string>,
  corrections: readonly string[],
): Carried[] {
  const carried = visitTypeOf(into)
    .sections.filter((section) => section.carry && !written.has(section.key))
    .flatMap((section) => {
      const text = source.sections.find((signed) => signed.key === section.key)?.text ?? '';
      return text.trim() === '' ? [] : [{ key: section.key as string, text }];
    });
  const [first, ...rest] = carried;
  if (first === undefined || corrections.length === 0) return carried;
  const notes = corrections.map((text) => `[Rettet i forrige notat: ${text.trim()}]`).join('\n');
  return [{ key: first.key, text: `${notes}\n${first.text}` }, ...rest];
}

/** How a carried text stands after somebody wrote in it. Unchanged text is still unread. */
export function reviewAfterEdit<R extends 'none' | 'unreviewed' | 'confirmed' | 'edited'>(
  origin: 'typed' | 'salt' | 'copied',
  review: R,
  changed: boolean,
): R | 'edited' {
  return origin !== 'typed' && changed ? 'edited' : review;
}
