/** A note as numbered source sentences: what a draft's sentences must rest on, and what is shown beside them. */
import { LONGEST_ASK, LONGEST_SOURCE, MOST_SOURCES } from './ai-task.ts';
import { plainText } from './ai-identifiers.ts';

export interface NotePart {
  /** Entry and part it stood in: what one hand wrote at one time. */
  group: string;
  /** Key of the part (`subjective`, `diagnosis` …). */
  part: string;
  /** The visit's date, for the reader. */
  at: string | null;
  text: string;
}
export interface Source {
  n: number;
  part: string;
  group: string;
  at: string | null;
  text: string;
}

const SHORT =
  /(?:^|[\s(])(?:f\.eks|henv|tidl|ang|resp|avd|beh|us|rtg|bilat|bl\.a|ca|dvs|mm|pga|hø|ve|h|v|dr|nr|kl|evt|jf|osv|etc|tlf|stk|min|maks|ev|inkl|ekskl|s|t|d|o\.l|mht|vs|\d{1,2})\.$/iu;

/**
 * In the order given, each sentence once. What does not fit is left out from the end, whole parts of it, and said so.
 * @returns `left`: how many sentences were left out
 */
export function sourcesOf(parts: readonly NotePart[]): { sources: Source[]; left: number } {
  const all = parts.flatMap(({ group, part, at, text }) => sentencesIn(text).map((one) => ({ group, part, at, text: one })));
  let length = 0;
  const sources: Source[] = [];
  for (const one of all) {
    length += one.text.length;
    if (sources.length === MOST_SOURCES || length > LONGEST_ASK) break;
    sources.push({ n: sources.length + 1, ...one });
  }
  return { sources, left: all.length - sources.length };
}

/** Sentences and lines; nothing of the text is lost but the space between them. */
export function sentencesIn(text: string): string[] {
  const out: string[] = [];
  for (const line of plainText(text).split(/\n+/)) {
    let held = '';
    for (const piece of line.trim().split(/(?<=[.!?])\s+/)) {
      held = held === '' ? piece : `${held} ${piece}`;
      if (SHORT.test(held)) continue;
      out.push(...inLengths(held));
      held = '';
    }
    out.push(...inLengths(held));
  }
  return out;
}

function inLengths(text: string): string[] {
  const out: string[] = [];
  let rest = text.trim();
  while (rest.length > LONGEST_SOURCE) {
    const at = rest.lastIndexOf(' ', LONGEST_SOURCE);
    const end = at < LONGEST_SOURCE / 2 ? LONGEST_SOURCE : at;
    out.push(rest.slice(0, end).trim());
    rest = rest.slice(end).trim();
  }
  if (rest !== '') out.push(rest);
  return out;
}
