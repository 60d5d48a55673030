/**
 * What a laptop asks of the writing help and what comes back, as both sides speak it (docs/decisions/0080). Everything in `sources` has been
 * through `pseudonyms` (ai-pseudonyms.ts); the server looks again.
 */
import { z } from 'zod';
import { LETTER_SECTIONS } from './letter-content.ts';

/** A letter out of a signed note; a history in short; one's own words tidied; ICPC-2 codes that the words may stand for. */
export const AI_TASKS = ['letter', 'summary', 'tidy', 'icpc'] as const;
export type AiTask = (typeof AI_TASKS)[number];

export const MOST_SOURCES = 400;
/** One source, and all together, in UTF-16 units; what is hidden in them may make them longer. */
export const LONGEST_SOURCE = 1200;
export const LONGEST_ASK = 60_000;
const LONGER = 3;

export const aiAskSchema = z.strictObject({
  task: z.enum(AI_TASKS),
  /** Whose journal it is out of: the server asks whether it is shut for who asks. Not sent on. */
  patientId: z.uuid(),
  sources: z
    .array(
      z.strictObject({
        n: z.int().min(1).max(MOST_SOURCES),
        /** Which part of a note it stood in, by its key. */
        part: z.string().regex(/^[A-Za-z]{1,40}$/),
        text: z
          .string()
          .min(1)
          .max(LONGEST_SOURCE * LONGER),
      }),
    )
    .min(1)
    .max(MOST_SOURCES)
    .refine((all) => all.every(({ n }, index) => n === index + 1), 'must be numbered 1, 2, 3 …')
    .refine((all) => all.reduce((sum, { text }) => sum + text.length, 0) <= LONGEST_ASK * LONGER, 'is too long'),
  /** For `icpc`: the codes there are. */
  codes: z
    .array(z.string().regex(/^[A-Z]\d{2}$/))
    .max(1000)
    .default([]),
});
export type AiAsk = z.output<typeof aiAskSchema>;

/** One line of the answer (NDJSON): a piece of the model's JSON as it came, or the end. */
export const aiLineSchema = z.union([
  z.strictObject({ text: z.string() }),
  z.strictObject({ done: z.strictObject({ model: z.string(), tokens: z.int().min(0), ms: z.int().min(0) }) }),
  z.strictObject({ failed: z.string().regex(/^[a-z-]+\/[a-z-]+$/) }),
]);
export type AiLine = z.output<typeof aiLineSchema>;

const sources = z.array(z.int()).max(MOST_SOURCES);
const sentence = z.object({ sources, text: z.string().min(1).max(4000) });
/** What the model must answer with, one entry of its list. Its word on anything else is not read. */
export const aiItemSchemas = {
  letter: sentence.extend({ section: z.enum(LETTER_SECTIONS) }),
  summary: sentence,
  tidy: sentence,
  icpc: z.object({ sources, code: z.string().regex(/^[A-Z]\d{2}$/) }),
} as const;
