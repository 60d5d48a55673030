/** One draft while it comes: lines of the server read, names put back, each piece judged against its sources, told to the window. */
import { aiItemSchemas, aiLineSchema, type AiTask } from '#db/rules/ai-task.ts';
import type { AiEvent } from '#electron/contract/ai.ts';
import { readDraft } from '#db/rules/ai-stream.ts';
import type { Pseudonyms } from '#db/rules/ai-pseudonyms.ts';
import type { Source } from '#db/rules/ai-sources.ts';
import { supportProblems } from '#db/rules/ai-support.ts';
import { findCode } from '#db/reference/code-systems.ts';

export interface Draft {
  run: string;
  task: AiTask;
  names: Pseudonyms;
  sources: readonly Source[];
  suspects: ReadonlySet<number>;
  /** For `icpc`: those that exist and are offered. */
  codes: readonly string[];
}
export interface DraftEnd {
  /** Why it is not whole; null: it is. */
  code: string | null;
  tokens: number;
}

/**
 * @param lines of the server's answer
 * @param tell called at once for each step
 */
export async function readAnswer(draft: Draft, lines: AsyncIterable<string>, tell: (event: AiEvent) => void): Promise<DraftEnd> {
  const reader = readDraft();
  let end: DraftEnd = { code: 'ai/cut', tokens: 0 };
  let told = '';
  try {
    for await (const line of lines) {
      const parsed = aiLineSchema.safeParse(parsedJson(line));
      if (!parsed.success) return { ...end, code: 'ai/garbled' };
      if ('failed' in parsed.data) return { ...end, code: parsed.data.failed };
      if ('done' in parsed.data) {
        end = { code: reader.whole() ? null : 'ai/garbled', tokens: parsed.data.done.tokens };
        break;
      }
      const { entries, partial } = reader.hear(parsed.data.text);
      for (const entry of entries) {
        const event = pieceOf(draft, entry);
        if (event !== undefined) tell(event);
        else end = { ...end, code: 'ai/garbled' };
      }
      const shown = partial === null ? '' : restored(draft, partial);
      if (shown !== told && (shown !== '' || entries.length > 0)) tell({ type: 'ai', run: draft.run, step: 'writing', text: shown });
      told = shown;
    }
  } catch {
    return end;
  }
  return end;
}

/** A placeholder that is not whole yet is held back, and so is a number that may be the beginning of a date. */
const restored = ({ names }: Draft, partial: string): string => names.restore(partial.replace(/(\[[^\]]*|[\d./-]+)$/, ''));

function pieceOf({ run, task, names, sources, suspects, codes }: Draft, entry: unknown): AiEvent | undefined {
  if (task === 'icpc') {
    const parsed = aiItemSchemas.icpc.safeParse(entry);
    const code = parsed.success ? findCode('icpc-2', parsed.data.code) : undefined;
    // A code that does not exist is not shown: there is nothing to look at.
    if (!parsed.success || code === undefined || !codes.includes(code.code)) return undefined;
    const named = { text: '', sources: parsed.data.sources };
    const problems = supportProblems(named, sources, suspects).filter(({ kind }) => kind.endsWith('-source'));
    return { type: 'ai', run, step: 'code', code: { code: code.code, text: code.text, sources: named.sources, problems } };
  }
  const letter = task === 'letter' ? aiItemSchemas.letter.safeParse(entry) : undefined;
  const parsed = letter ?? aiItemSchemas[task].safeParse(entry);
  if (!parsed.success) return undefined;
  const sentence = { text: names.restore(parsed.data.text).trim(), sources: parsed.data.sources };
  const section = letter?.data?.section ?? null;
  return { type: 'ai', run, step: 'sentence', sentence: { section, ...sentence, problems: supportProblems(sentence, sources, suspects) } };
}

function parsedJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
