/** Words in FHIR: a string is never empty there, a list neither, and what a section says is XHTML. */
import type { Annotation, Narrative } from '@medplum/fhirtypes';

/** The words as they are; undefined when there are none. */
export const said = (text: string | null | undefined): string | undefined =>
  text === null || text === undefined || text.trim() === '' ? undefined : text;

/** A code as FHIR allows one: no blanks around it, nor two in it. What is none can only be said in words. */
export function coded(text: string | null | undefined): string | undefined {
  const code = text?.trim();
  return code !== undefined && /^\S+( \S+)*$/.test(code) ? code : undefined;
}

/** What is there, in order; undefined when nothing is. */
export function list<T>(...items: readonly (T | undefined)[]): T[] | undefined {
  const there = items.filter((item) => item !== undefined);
  return there.length === 0 ? undefined : there;
}

export function note(text: string | null | undefined): Annotation[] | undefined {
  const words = said(text);
  return words === undefined ? undefined : [{ text: words }];
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '<br/>' };

/** Word by word; line ends as `<br/>`. What XML cannot hold becomes U+FFFD. `additional`: a person's words, not made from the fields beside it. */
export function narrative(text: string): Narrative {
  const body = text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replace(/[&<>"\n]/g, (one) => ESCAPES[one] ?? one);
  return { status: 'additional', div: `<div xmlns="http://www.w3.org/1999/xhtml">${body}</div>` };
}
