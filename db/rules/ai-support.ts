/**
 * Whether a sentence of a draft stands in the sources it names (J21; issue 5: a draft never adds a finding). A model's word for it is not taken:
 * every number, code, side, measure, negation and telling word is looked for in the sources cited, near what it stood near. The judge is strict
 * and knows no synonyms: what it cannot find it marks, and a person looks. It says nothing of what a draft leaves out.
 */
import type { Source } from './ai-sources.ts';
import { PLACEHOLDER } from './ai-pseudonyms.ts';
import { plainText } from './ai-identifiers.ts';
import { clausesIn, KEPT, NEGATIONS, SIDES, tells, tokensIn, UNITS, type Token } from './ai-words.ts';

export const SUPPORT_PROBLEMS = [
  'no-source',
  'unknown-source',
  'suspect-source',
  'number',
  'code',
  'measure',
  'side',
  'negation',
  'certainty',
  'person',
  'time',
  'word',
  'placeholder',
] as const;
export interface SupportProblem {
  kind: (typeof SUPPORT_PROBLEMS)[number];
  /** The word or number, as the draft has it; empty where the whole sentence is meant. */
  what: string;
}

/** How many tokens apart two things may stand and still belong together. */
const NEAR = 4;

/**
 * @param suspects sources that speak to the model (ai-suspect.ts)
 * @returns nothing when all of it stands in the sources
 */
export function supportProblems(
  draft: { text: string; sources: readonly number[] },
  sources: readonly Source[],
  suspects: ReadonlySet<number>,
): SupportProblem[] {
  const problems = sourceProblems(draft.sources, sources, suspects);
  if (problems.length > 0) return problems;
  const text = plainText(draft.text);
  const cited = sources.filter(({ n }) => draft.sources.includes(n)).map((one) => one.text);
  // Clause by clause: what stands in the next one belongs to something else.
  const told = cited.flatMap(clausesIn).map(tokensIn);
  const found: SupportProblem[] = [...text.matchAll(PLACEHOLDER)].map(([what]) => ({ kind: 'placeholder' as const, what }));
  if (/[<>{}`|\\]|https?:/.test(text)) found.push({ kind: 'word', what: '' });
  const tokens = tokensIn(text);
  const all = cited.flatMap(tokensIn);
  if (!tokens.some((one) => tells(one) || one.kind !== 'word')) found.push({ kind: 'word', what: '' });
  for (const clause of clausesIn(text).map(tokensIn))
    for (const [at, token] of clause.entries()) {
      const problem = tokenProblem(token, at, clause, told, all);
      if (problem !== undefined && !found.some(({ kind, what }) => kind === problem && what === token.seen))
        found.push({ kind: problem, what: token.seen });
    }
  return [...found, ...clauseProblems(text, cited)];
}

function sourceProblems(named: readonly number[], sources: readonly Source[], suspects: ReadonlySet<number>): SupportProblem[] {
  if (named.length === 0) return [{ kind: 'no-source', what: '' }];
  const unknown = named
    .filter((n) => !sources.some((one) => one.n === n))
    .map((n) => ({ kind: 'unknown-source' as const, what: String(n) }));
  const suspect = named.filter((n) => suspects.has(n)).map((n) => ({ kind: 'suspect-source' as const, what: String(n) }));
  return [...unknown, ...suspect];
}

function tokenProblem(
  token: Token,
  at: number,
  tokens: readonly Token[],
  told: readonly Token[][],
  all: readonly Token[],
): SupportProblem['kind'] | undefined {
  const known = all.some((one) => one.kind === token.kind && one.value === token.value);
  if (token.kind === 'code') return known ? undefined : 'code';
  if (token.kind === 'number') {
    if (!known) return 'number';
    const next = tokens[at + 1];
    if (next !== undefined && UNITS.has(next.value) && !told.some((source) => follows(source, token, next))) return 'measure';
    const beside = tellingBefore(tokens, at) ?? tellingAfter(tokens, at);
    return belongs(token, beside, told, all) ? undefined : 'number';
  }
  if (SIDES.has(token.value)) {
    if (!known) return 'side';
    const beside = tellingAfter(tokens, at) ?? tellingBefore(tokens, at);
    return belongs(token, beside, told, all) ? undefined : 'side';
  }
  return !tells(token) || known ? undefined : 'word';
}

/** A word that no source has is a problem of its own. */
const belongs = (token: Token, beside: Token | undefined, told: readonly Token[][], all: readonly Token[]): boolean =>
  beside === undefined || !all.some((one) => same(one, beside)) || told.some((source) => standNear(source, token, beside));
const same = (a: Token, b: Token): boolean => a.kind === b.kind && a.value === b.value;
const follows = (source: readonly Token[], one: Token, next: Token): boolean =>
  source.some((token, at) => same(token, one) && source[at + 1] !== undefined && same(source[at + 1] as Token, next));
const standNear = (source: readonly Token[], one: Token, other: Token): boolean =>
  source.some((token, at) => same(token, one) && source.slice(Math.max(0, at - NEAR), at + NEAR + 1).some((near) => same(near, other)));
const tellingBefore = (tokens: readonly Token[], at: number): Token | undefined => tokens.slice(Math.max(0, at - 3), at).findLast(tells);
const tellingAfter = (tokens: readonly Token[], at: number): Token | undefined => tokens.slice(at + 1, at + 4).find(tells);

/** Clause by clause: it says no where its source says no, and keeps how sure, of whom and when. */
function clauseProblems(text: string, cited: readonly string[]): SupportProblem[] {
  const sources = cited.flatMap(clausesIn).map(tokensIn);
  const found: SupportProblem[] = [];
  for (const clause of clausesIn(text)) {
    const tokens = tokensIn(clause);
    const words = new Set(tokens.filter((one) => tells(one) && !isKept(one)).map(({ value }) => value));
    if (words.size === 0) continue;
    const overlap = (source: readonly Token[]) => new Set(source.filter(({ value }) => words.has(value)).map(({ value }) => value)).size;
    const most = Math.max(0, ...sources.map(overlap));
    // No source clause shares a word: tokenProblem has said so.
    if (most === 0) continue;
    const closest = sources.filter((source) => overlap(source) === most);
    const has = (set: ReadonlySet<string>) => (one: readonly Token[]) => one.some(({ value }) => set.has(value));
    if (!closest.some((source) => has(NEGATIONS)(source) === has(NEGATIONS)(tokens))) found.push({ kind: 'negation', what: '' });
    for (const [kind, set] of Object.entries(KEPT) as [keyof typeof KEPT, ReadonlySet<string>][])
      if (closest.every(has(set)) && !has(set)(tokens)) found.push({ kind, what: '' });
  }
  return found.filter((one, index) => found.findIndex(({ kind }) => kind === one.kind) === index);
}

const isKept = ({ value }: Token): boolean => Object.values(KEPT).some((set) => set.has(value));
