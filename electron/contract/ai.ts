/**
 * The writing help: drafts that rest on what the clinician has written, sentence by sentence. Nothing of a draft is stored; what the clinician
 * takes is written by the verbs of the letter and the note, as their own words.
 */
import { z } from 'zod';
import type { SupportProblem } from '#db/rules/ai-support.ts';
import type { LetterSection } from '#db/rules/letter-content.ts';
import { verb } from './verb.ts';

export interface AiSource {
  n: number;
  /** Key of the part it stood in. */
  part: string;
  /** The visit's instant; null for words that are being written. */
  at: string | null;
  text: string;
  /** It speaks to the model: nothing that rests on it counts as supported. */
  suspect: boolean;
}
export interface AiSentence {
  /** Of a letter, where it belongs. */
  section: LetterSection | null;
  text: string;
  sources: number[];
  /** What of it does not stand in its sources; empty: all of it does. */
  problems: SupportProblem[];
}
export interface AiCode {
  code: string;
  /** As the code system has it. */
  text: string;
  sources: number[];
  problems: SupportProblem[];
}
/** A draft that waits for the network. Ids alone. */
export interface AiWish {
  id: string;
  task: 'letter' | 'summary' | 'icpc';
  subjectId: string;
  at: string;
}

/** How a draft comes: what is being written, each piece when it is whole, the end. */
export type AiEvent = { type: 'ai'; run: string } & (
  | { step: 'writing'; text: string }
  | { step: 'sentence'; sentence: AiSentence }
  | { step: 'code'; code: AiCode }
  /** `code`: why it is not whole. What came before it stands. */
  | { step: 'end'; code: string | null }
);

const NET = ['net/unreachable', 'server/not-connected', 'server/refused'];
export const AI_CODES = [
  'ai/off',
  'ai/clinic-off',
  'ai/no-agreement',
  'ai/nothing',
  'ai/identifier',
  'ai/budget',
  'ai/too-many',
  'ai/unreachable',
  'ai/credentials',
  'ai/rejected',
  'ai/busy',
  'ai/timeout',
  'ai/garbled',
  'ai/cut',
  'ai/refused',
  'ai/cancelled',
  'ai/unknown-subject',
];

const letterId = z.uuid();
const encounterId = z.uuid();
export const ai = {
  /** Whether it is on for this clinic, as far as is known; and this person's drafts that wait. */
  'ai.state': verb<{ on: boolean; wishes: AiWish[] }>()(z.object({}), []),
  /** Begins a draft; it comes as events. Without network a wish is kept instead (not of `tidy`, whose words are still before the person). */
  'ai.start': verb<{ run: string; sources: AiSource[]; left: number; wish: null } | { run: null; wish: AiWish }>()(
    z.discriminatedUnion('task', [
      z.object({ task: z.literal('letter'), letterId }),
      z.object({ task: z.literal('summary'), letterId }),
      z.object({
        task: z.literal('tidy'),
        letterId: letterId.optional(),
        encounterId: encounterId.optional(),
        text: z.string().min(1).max(20_000),
      }),
      z.object({ task: z.literal('icpc'), encounterId }),
    ]),
    [...NET, ...AI_CODES],
  ),
  /** Ends it, at the vendor too. What has come stays on the screen. */
  'ai.cancel': verb<null>()(z.object({ run: z.uuid() })),
  /** Takes a waiting wish back. */
  'ai.forget': verb<null>()(z.object({ id: z.uuid() })),
};
