/**
 * Hides who a text is about before it leaves the laptop, and puts it back in what comes (GDPR art. 4 no. 5, 25; norway.md J20). Names, addresses
 * and numbers become `[PASIENT-1]`; whole dates are moved by one offset per request, so that what came first still comes first. The table lies
 * in memory for as long as the request does, and nowhere else.
 *
 * What it cannot know: a name that stands in no register, at the beginning of a sentence; what a story tells by itself. Hence pseudonymised, not
 * anonymous (docs/decisions/0080).
 */
import { isoOf, moved, PART_DATE, WHOLE_DATE } from './ai-dates.ts';
import { EMAIL, NATIONAL_ID, PHONE, plainText } from './ai-identifiers.ts';
import { EPONYMS } from './ai-eponyms.ts';

export type Kind = 'PASIENT' | 'PERSON' | 'LEGE' | 'KLINIKK' | 'ADRESSE' | 'STED' | 'KONTAKT' | 'NUMMER' | 'DATO' | 'TEKST';
/** Something the record knows: of a person's or clinic's name every word is hidden, of an address the whole. */
export interface Known {
  kind: Kind;
  text: string | null | undefined;
}
export interface Pseudonyms {
  hide(text: string): string;
  /** Where it was told a placeholder that it never gave, that stays. */
  restore(text: string): string;
}

export const PLACEHOLDER = /\[[A-ZÆØÅ]{3,12}-\d{1,4}\]/g;
/** Kinds of which each word alone tells as much as the whole. */
const BY_WORD: ReadonlySet<Kind> = new Set(['PASIENT', 'PERSON', 'LEGE', 'KLINIKK']);
/** Words of a clinic's or practice's name that are no name. */
const ORDINARY = new Set(
  'as da ans og i på for av ved til legekontor legesenter kiropraktor kiropraktikk klinikk klinikken senter helse dr lege'.split(' '),
);

interface Piece {
  text: string;
  hidden: boolean;
}

/** @param options.offsetDays what whole dates are moved by, not 0 @param options.birthDates ISO; hidden rather than moved: an age is told by neither */
export function pseudonyms(known: readonly Known[], options: { offsetDays: number; birthDates: readonly string[] }): Pseudonyms {
  const given = new Map<string, string>();
  const originals = new Map<string, string>();
  const dates = new Map<string, string>();
  const counts = new Map<Kind, number>();
  const birthDates = new Set(options.birthDates);
  const matchers = knownPatterns(known);

  const placeholder = (kind: Kind, text: string): string => {
    const key = `${kind} ${text}`;
    const before = given.get(key);
    if (before !== undefined) return before;
    const n = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, n);
    const name = `[${kind}-${n}]`;
    given.set(key, name);
    originals.set(name, text);
    return name;
  };
  const movedDate = (text: string, groups: Record<string, string | undefined>): string => {
    const iso = isoOf(groups);
    if (iso === undefined) return text;
    const to = birthDates.has(iso) ? undefined : moved(groups, options.offsetDays);
    // Two ways of writing one day must not meet in one.
    if (to === undefined || (dates.get(to) ?? text) !== text) return placeholder('DATO', text);
    dates.set(to, text);
    return to;
  };

  return {
    hide(written) {
      let pieces: Piece[] = [{ text: plainText(written), hidden: false }];
      const mask = (pattern: RegExp, by: (text: string, groups: Record<string, string | undefined>) => string) => {
        pieces = pieces.flatMap((piece) => (piece.hidden ? [piece] : split(piece.text, pattern, by)));
      };
      mask(PLACEHOLDER, (text) => placeholder('TEKST', text));
      mask(EMAIL, (text) => placeholder('KONTAKT', text));
      mask(NATIONAL_ID, (text) => placeholder('NUMMER', text));
      for (const { kind, pattern } of matchers) mask(pattern, (text) => placeholder(kind, text));
      for (const iso of birthDates) mask(digitsOf(iso), (text) => placeholder('DATO', text));
      mask(WHOLE_DATE, movedDate);
      mask(PART_DATE, (text) => placeholder('DATO', text));
      mask(PHONE, (text) => placeholder('NUMMER', text));
      const names = strangersIn(pieces);
      if (names !== undefined) mask(names, (text) => placeholder('PERSON', text));
      return pieces.map(({ text }) => text).join('');
    },
    restore(text) {
      const back = (part: string): string =>
        split(part, WHOLE_DATE, (date, groups) => dates.get(date) ?? moved(groups, -options.offsetDays) ?? date)
          .map((piece) => piece.text)
          .join('');
      return split(text, PLACEHOLDER, (name) => originals.get(name) ?? name)
        .map((piece) => (piece.hidden ? piece.text : back(piece.text)))
        .join('');
    },
  };
}

/** The text in pieces; what the pattern found is replaced and marked, unless it stays as it is. */
function split(text: string, pattern: RegExp, by: (found: string, groups: Record<string, string | undefined>) => string): Piece[] {
  const out: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    const replaced = by(match[0], match.groups ?? {});
    if (replaced === match[0]) continue;
    if (match.index > from) out.push({ text: text.slice(from, match.index), hidden: false });
    out.push({ text: replaced, hidden: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) out.push({ text: text.slice(from), hidden: false });
  return out;
}

function knownPatterns(known: readonly Known[]): { kind: Kind; pattern: RegExp }[] {
  const wanted = new Map<string, Kind>();
  const want = (kind: Kind, text: string) => {
    const key = text.toLowerCase();
    if (!wanted.has(key)) wanted.set(key, kind);
  };
  for (const { kind, text } of known) {
    const whole = plainText(text ?? '').trim();
    if (whole.length < 2) continue;
    want(kind, whole);
    if (!BY_WORD.has(kind)) continue;
    for (const word of whole.split(/[\s,./()-]+/u)) if (word.length > 1 && !ORDINARY.has(word.toLowerCase())) want(kind, word);
  }
  return [...wanted]
    .toSorted(([a], [b]) => b.length - a.length)
    .map(([text, kind]) => {
      const words = text.split(/\s+/u).map((word) => word.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
      // With the genitive's s left standing: `Karis` is `[PASIENT-1]s`.
      return { kind, pattern: new RegExp(`(?<![\\p{L}\\p{N}])${words.join('\\s+')}(?=(?:['’]?s)?(?![\\p{L}\\p{N}]))`, 'giu') };
    });
}

/** A birth date written as bare digits: `050179`, `05011979`. */
function digitsOf(iso: string): RegExp {
  const [y = '', m = '', d = ''] = iso.split('-');
  return new RegExp(`(?<!\\d)${d}${m}(?:${y.slice(0, 2)})?${y.slice(2)}(?!\\d)`, 'g');
}

const NAME = String.raw`\p{Lu}\p{Ll}{2,}(?:-\p{Lu}\p{Ll}+)?`;
const MIDST = new RegExp(`(?:(?<=[\\p{Ll}\\p{N},;:)] )|(?<=^ ))${NAME}`, 'gu');

/**
 * Words with a capital in the midst of a sentence are names in Norwegian, and so is a capitalised word right before one. Who is hidden for
 * nothing comes back all the same; names of tests and signs are left, because a model must know them.
 */
function strangersIn(pieces: readonly Piece[]): RegExp | undefined {
  const found = new Set<string>();
  for (const { text, hidden } of pieces) {
    if (hidden) continue;
    for (const [word] of text.matchAll(MIDST))
      if (
        !word
          .toLowerCase()
          .split('-')
          .every((part) => EPONYMS.has(part))
      )
        found.add(word);
  }
  if (found.size === 0) return undefined;
  const last = [...found].join('|');
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${NAME} (?=(?:${last})))?(?:${last})(?=(?:['’]?s)?(?![\\p{L}\\p{N}]))`, 'gu');
}
