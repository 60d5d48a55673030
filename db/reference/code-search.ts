/**
 * Finding a code as one types: the exact code first, then beginnings of the code, whole words and exact synonyms,
 * beginnings and parts of words, synonyms begun. Where all that finds nothing, the everyday ending is taken off
 * ("ryggsmerter", "i nakken"), and then near misspellings are tried. Within each, what the clinic uses most comes first,
 * then a synonym's own order. A scan over a folded list: 748 rows take well under a millisecond, 19,634 a few.
 */
import { normaliseCode } from '../rules/codes.ts';
import type { CodeKind } from '../rules/codes.ts';
import { codesOf } from './code-systems.ts';
import type { Code, CodeSystem } from './code-systems.ts';
import { favouriteCodes } from './favourites.ts';
import { synonyms } from './synonyms.ts';

export interface CodeHit {
  system: CodeSystem;
  code: string;
  text: string;
  release: string;
  kind: CodeKind;
  why: string;
  via: string | null;
}
export interface SearchOptions {
  system: CodeSystem;
  /** How often the clinic used each code. */
  usage?: ReadonlyMap<string, number>;
  limit: number;
}

interface Indexed {
  code: Code;
  /** The code as normaliseCode writes it. */
  key: string;
  folded: string;
  words: readonly string[];
}
const indexes = new Map<CodeSystem, readonly Indexed[]>();
const foldedSynonyms = synonyms.map(([term, ...codes]) => ({ term, folded: fold(term), codes }));
const WHY = ['code', 'code', 'word', 'word', 'part', 'synonym', 'spelling'] as const;
const SPELLING = 6;
const UNLISTED = 99;
const favouriteRank = new Map(favouriteCodes.map((code, index) => [code, index]));

export function searchCodes(query: string, options: SearchOptions): CodeHit[] {
  const usage = options.usage ?? new Map<string, number>();
  const rows = indexOf(options.system);
  const usedMore = (a: Code, b: Code): number => (usage.get(b.code) ?? 0) - (usage.get(a.code) ?? 0);
  const byUse = (a: Code, b: Code): number => usedMore(a, b) || rankOf(a) - rankOf(b) || (a.code < b.code ? -1 : 1);
  if (query.trim() === '') {
    const usual = rows
      .map((row) => row.code)
      .filter((code) => usage.has(code.code) || (options.system === 'icpc-2' && favouriteRank.has(code.code)));
    return usual
      .toSorted(byUse)
      .slice(0, options.limit)
      .map((code) => toHit(code, usage.has(code.code) ? 'used' : 'favourite', null));
  }
  const terms = termsOf(query);
  let found = matches(rows, options.system, normaliseCode(query), terms);
  if (found.length === 0) found = matches(rows, options.system, '', plainTerms(terms));
  if (found.length === 0) found = misspelt(rows, options.system, terms);
  return found
    .toSorted((a, b) => a.rank - b.rank || usedMore(a.code, b.code) || a.place - b.place || byUse(a.code, b.code))
    .slice(0, options.limit)
    .map(({ code, rank, via }) => toHit(code, via === null ? (WHY[rank] ?? 'part') : 'synonym', via));
}

interface Match {
  code: Code;
  /** Into WHY. */
  rank: number;
  /** Where in its synonym's list the code stands; UNLISTED comes after all that do. */
  place: number;
  via: string | null;
}

const rankOf = (code: Code): number => favouriteRank.get(code.code) ?? 1000;
const toHit = ({ system, code, text, release, kind }: Code, why: string, via: string | null): CodeHit => ({
  system,
  code,
  text,
  release,
  kind,
  why,
  via,
});

function matches(rows: readonly Indexed[], system: CodeSystem, wantedCode: string, terms: readonly string[]): Match[] {
  if (terms.length === 0 && wantedCode === '') return [];
  const synonymOf = synonymMatches(system, terms.join(' '));
  return rows.flatMap((row): Match[] => {
    const synonym = synonymOf.get(row.code.code);
    const rank = rankFor(row, wantedCode, terms);
    const viaRank = synonym === undefined ? null : synonym.exact ? 2 : 5;
    if (rank !== null && rank <= (viaRank ?? SPELLING)) {
      // The text holds the word, and our list has an opinion on the order: the order counts, the text explains itself.
      return [{ code: row.code, rank, place: rank === viaRank ? (synonym?.place ?? UNLISTED) : UNLISTED, via: null }];
    }
    return synonym === undefined || viaRank === null ? [] : [{ code: row.code, rank: viaRank, place: synonym.place, via: synonym.via }];
  });
}

/** 0 exact code, 1 beginning of the code, 2 whole words, 3 beginnings of words, 4 parts of words. */
function rankFor(row: Indexed, wantedCode: string, terms: readonly string[]): number | null {
  if (row.key === wantedCode) return 0;
  if (/^(?:[A-Z-]\d|[A-Z-]$)/.test(wantedCode) && row.key.startsWith(wantedCode)) return 1;
  if (terms.length === 0) return null;
  if (terms.every((term) => row.words.includes(term))) return 2;
  if (terms.every((term) => row.words.some((word) => word.startsWith(term)))) return 3;
  return terms.every((term) => term.length > 2 && row.folded.includes(term)) ? 4 : null;
}

interface SynonymMatch {
  via: string;
  exact: boolean;
  place: number;
}
/** @param slips how many letters may be wrong; 0 asks for the synonym itself or its beginning */
function synonymMatches(system: CodeSystem, whole: string, slips = 0): Map<string, SynonymMatch> {
  const found = new Map<string, SynonymMatch>();
  if (system !== 'icpc-2' || whole.length < 3) return found;
  for (const { term, folded, codes } of foldedSynonyms) {
    const exact = folded === whole;
    if (!exact && !folded.startsWith(whole) && (slips === 0 || distance(folded, whole, slips) > slips)) continue;
    for (const [place, code] of codes.entries()) if (exact || !found.has(code)) found.set(code, { via: term, exact, place });
  }
  return found;
}

/** Everyday words and endings that the official texts do without: `vondt i nakken` → `nak`, `knesmerter` → `kne`. */
function plainTerms(terms: readonly string[]): string[] {
  return terms
    .filter((term) => !EVERYDAY.has(term))
    .map((term) => /^(.{3,})(?:smerter?|vondt)$/.exec(term)?.[1] ?? term)
    .map((term) => /^(.{3,})e[nt]$/.exec(term)?.[1] ?? term);
}
const EVERYDAY = new Set(['vondt', 'vond', 'smerte', 'smerter', 'plager', 'i', 'og', 'med', 'fra', 'pa', 'har']);

const slipsFor = (term: string): number => (term.length < 4 ? 0 : term.length < 7 ? 1 : 2);

function misspelt(rows: readonly Indexed[], system: CodeSystem, terms: readonly string[]): Match[] {
  if (terms.length === 0) return [];
  const whole = terms.join(' ');
  const synonymOf = synonymMatches(system, whole, slipsFor(whole));
  const near = (word: string, term: string): boolean =>
    word[0] === term[0] &&
    (distance(word.slice(0, term.length + 1), term, slipsFor(term)) <= slipsFor(term) ||
      distance(word, term, slipsFor(term)) <= slipsFor(term));
  return rows.flatMap((row): Match[] => {
    const synonym = synonymOf.get(row.code.code);
    if (terms.every((term) => row.words.some((word) => near(word, term))))
      return [{ code: row.code, rank: SPELLING, place: UNLISTED, via: null }];
    return synonym === undefined ? [] : [{ code: row.code, rank: SPELLING, place: synonym.place, via: synonym.via }];
  });
}

function indexOf(system: CodeSystem): readonly Indexed[] {
  let index = indexes.get(system);
  if (index === undefined) {
    index = codesOf(system)
      .filter((code) => !code.hidden)
      .map((code) => {
        const folded = fold(code.text);
        return { code, key: normaliseCode(code.code), folded, words: folded.split(' ') };
      });
    indexes.set(system, index);
  }
  return index;
}

const termsOf = (query: string): string[] =>
  fold(query)
    .split(' ')
    .filter((term) => /[\p{L}\p{N}]/u.test(term));

/** Lower case; å, ø, æ and doubled letters in one form, so that "hodpine" is the only kind of slip left. */
function fold(text: string): string {
  return text
    .toLowerCase()
    .replace(/aa/g, 'å')
    .replace(/[øö]/g, 'o')
    .replace(/[æä]/g, 'e')
    .replace(/å/g, 'a')
    .replace(/é/g, 'e')
    .replace(/([b-df-hj-np-tv-z])\1/g, '$1')
    .replace(/[^\p{L}\p{N}-]+/gu, ' ')
    .trim();
}

/** Edit distance, given up beyond `most`. */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    let best = i;
    for (let j = 1; j <= b.length; j += 1) {
      const cost = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1));
      current.push(cost);
      best = Math.min(best, cost);
    }
    if (best > most) return most + 1;
    previous = current;
  }
  return previous[b.length] ?? most + 1;
}
