/** Letters out of signed visits. */
import { z } from 'zod';
import { LETTER_KINDS } from '#db/model/letter-kinds.ts';
import type { letter } from '#db/model/practice.ts';
import type { LetterFrame } from '#db/rules/letter-frame.ts';
import type { LetterFault } from '#db/rules/letter-template.ts';
import type { Row } from '#db/model/entity.ts';
import type { SafetyFactView } from './patients.ts';
import { verb } from './verb.ts';

export type LetterRow = Row<typeof letter>;
/** Something of the record that a field of the letter may take; it is not in the letter before its writer takes it. */
export interface LetterProposal {
  key: string;
  /** What would be written. */
  value: string;
  /** As it is read: a choice or a day in words. */
  words: string;
  from: 'visit' | 'record' | 'absence' | 'series';
  /** Instant of the visit, or of when it was said. */
  at: string | null;
}
export interface LetterView {
  letter: LetterRow;
  patientName: string;
  /** Keys of required content that is missing (refuses signing), and of advised content. */
  missing: string[];
  advised: string[];
  /** Written, and cannot be right; refuses signing too. */
  faults: { key: string; fault: LetterFault }[];
  /** For the author of a draft; a proposal whose words stand in the letter already is among them. */
  proposals: LetterProposal[];
  visitDiagnoses: LetterFrame['diagnoses'];
  /** Null for those who may not know. */
  safety: SafetyFactView[] | null;
  affected: boolean;
  sha256: string | null;
}
const id = z.object({ id: z.uuid() });

export const letters = {
  /** An epikrise begins with the signed words of the visit as amended; the others begin empty, beside what they may take. */
  'letter.create': verb<{ id: string }>()(z.object({ encounterId: z.uuid(), kind: z.enum(LETTER_KINDS) }), [
    'encounter/unknown',
    'encounter/not-signed',
    'letter/kind-off',
  ]),
  'letter.get': verb<LetterView>()(id, ['letter/unknown', 'letter/newer']),
  /** Takes proposals into the letter, word for word. Written text is never replaced; an answer is. */
  'letter.take': verb<{ taken: string[] }>()(
    z.object({ id: z.uuid(), keys: z.array(z.string().max(60)).min(1).max(60), replaces: z.boolean().default(false) }),
    ['letter/unknown', 'letter/newer', 'letter/signed', 'sign/not-allowed', 'letter/content-invalid'],
  ),
  /** `content` holds the changed parts only; lists replace. Shape: that of the letter's template. */
  'letter.update': verb<{ missing: string[]; advised: string[] }>()(
    z.object({
      id: z.uuid(),
      content: z.record(z.string(), z.json()).default({}),
      objection: z.boolean().optional(),
      objectionNote: z.string().max(500).nullable().optional(),
    }),
    ['letter/unknown', 'letter/newer', 'letter/signed', 'letter/content-invalid', 'text/too-long'],
  ),
  /** The PDF as it would look (draft, marked) or as it was signed. */
  'letter.pdf': verb<{ pdfBase64: string; sha256: string; signed: boolean }>()(id, [
    'letter/unknown',
    'letter/newer',
    'letter/document-missing',
  ]),
  'letter.sign': verb<{ sha256: string }>()(z.object({ id: z.uuid(), affectedSeen: z.boolean().default(false) }), [
    'letter/unknown',
    'letter/newer',
    'letter/affected',
    'letter/signed',
    'letter/missing-content',
    'letter/content-wrong',
    'letter/kind-off',
    'letter/objection',
    'letter/visit-not-signed',
    'sign/not-allowed',
  ]),
  'letter.setStatus': verb<null>()(z.object({ id: z.uuid(), status: z.enum(['awaiting_print', 'handed_over', 'posted', 'withdrawn']) }), [
    'letter/unknown',
    'letter/not-signed',
    'letter/objection',
    'letter/visit-not-signed',
  ]),
  'letter.print': verb<{ pdfBase64: string }>()(id, [
    'letter/unknown',
    'letter/not-signed',
    'letter/document-missing',
    'letter/visit-not-signed',
  ]),
  /** Leaves the encrypted store on the person's word: warned in the window, logged as export. */
  'letter.export': verb<{ pdfBase64: string; fileName: string }>()(z.object({ id: z.uuid(), warned: z.literal(true) }), [
    'export/second-person',
    'letter/unknown',
    'letter/not-signed',
    'letter/document-missing',
  ]),
  'letter.list': verb<{
    letters: {
      id: string;
      patientId: string;
      patientName: string;
      kind: string;
      status: string;
      at: string;
      authorName: string;
      /** Begun by whoever asks. */
      mine: boolean;
      affected: boolean;
    }[];
  }>()(z.object({ patientId: z.uuid().optional(), open: z.boolean().default(false) })),
};
