/** Words as they are searched for: without case and accents, but æ, ø and å are letters of their own and stay. */

const ACCENTS = /[\u0300-\u0309\u030b-\u036f]/g;

/** @returns lower case; parts of a name stand apart, with a blank before each */
export function fold(text: string): string {
  // Most names need no more than the case.
  const plain = /^[\x20-\x7eæøåÆØÅ]*$/.test(text)
    ? text.toLowerCase()
    : text.normalize('NFD').replace(ACCENTS, '').normalize('NFC').toLowerCase();
  return ` ${plain.replace(/[\s\-.,']+/g, ' ').trim()}`;
}
