/**
 * A body as JSON, stricter than JSON.parse: UTF-8 that is whole, no deep nesting, no key twice (two readers would see two
 * messages, and of a change one text would vanish unseen), no `__proto__`.
 */

/** Deepest nesting of JSON: a change's `set` holds a signed note at most. */
export const MAX_DEPTH = 24;

/** @throws SyntaxError or TypeError, whose message may quote the body */
export function readJson(body: Uint8Array): unknown {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  // Looked at as text, before a parser recurses into it.
  const { depth, members } = shapeOf(text);
  if (depth > MAX_DEPTH) throw new SyntaxError('too deep');
  const value = JSON.parse(text) as unknown;
  if (membersOf(value) !== members) throw new SyntaxError('a key twice');
  return value;
}

/** Whether every string in it can be stored: Postgres holds no NUL, and half a surrogate pair is no text. */
export function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => isStorable(key) && isStorable(inner));
}

/** How deep the brackets go (counted up to just past the limit), and how many members its objects have together. */
function shapeOf(text: string): { depth: number; members: number } {
  let depth = 0;
  let deepest = 0;
  let members = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 92) i += 1;
      else if (code === 34) inString = false;
    } else if (code === 34) inString = true;
    else if (code === 58) members += 1;
    else if (code === 123 || code === 91) {
      depth += 1;
      if (depth > deepest) deepest = depth;
      if (depth > MAX_DEPTH) break;
    } else if (code === 125 || code === 93) depth -= 1;
  }
  return { depth: deepest, members };
}

/** A key that stood twice is in the value once. */
function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + membersOf(one), 0);
  if (Object.hasOwn(value, '__proto__')) throw new SyntaxError('__proto__');
  return Object.values(value).reduce<number>((sum, one) => sum + 1 + membersOf(one), 0);
}
