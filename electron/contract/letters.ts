/** Letters out of signed visits. */
import { z } from 'zod';
import type { letter } from '#db/model/practice.ts';
import type { Row } from '#db/model/entity.ts';
import { verb } from './verb.ts';

export type LetterRow = Row<typeof letter>;
export interface LetterView {
  letter: LetterRow;
  patientName: string;
  /** Keys of required content that is missing (refuses signing), and of advised content. */
  missing: string[];
  advised: string[];
  affected: boolean;
  sha256: string | null;
}
const id = z.object({ id: z.uuid() });

export const letters = {
  /** Prefilled from the signed visit as amended; only words the clinician has signed. */
  'letter.create': verb<{ id: string }>()(z.object({ encounterId: z.uuid(), kind: z.enum(['epikrise']) }), [
    'encounter/unknown',
    'encounter/not-signed',
  ]),
  'letter.get': verb<LetterView>()(id, ['letter/unknown']),
  /** `content` holds the changed parts only; lists replace. Shape: EpikriseContent. */
  'letter.update': verb<{ missing: string[]; advised: string[] }>()(
    z.object({
      id: z.uuid(),
      content: z.record(z.string(), z.json()).default({}),
      objection: z.boolean().optional(),
      objectionNote: z.string().max(500).nullable().optional(),
    }),
    ['letter/unknown', 'letter/signed', 'letter/content-invalid', 'text/too-long'],
  ),
  /** The PDF as it would look (draft, marked) or as it was signed. */
  'letter.pdf': verb<{ pdfBase64: string; sha256: string; signed: boolean }>()(id, ['letter/unknown', 'letter/document-missing']),
  'letter.sign': verb<{ sha256: string }>()(z.object({ id: z.uuid(), affectedSeen: z.boolean().default(false) }), [
    'letter/unknown',
    'letter/affected',
    'letter/signed',
    'letter/missing-content',
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
    letters: { id: string; patientId: string; patientName: string; kind: string; status: string; at: string; affected: boolean }[];
  }>()(z.object({ patientId: z.uuid().optional(), open: z.boolean().default(false) })),
};
