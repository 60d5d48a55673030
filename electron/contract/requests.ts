/** Requests to have the journal corrected or something in it deleted, what was decided, and what is gone (norway.md J5–J7). */
import { z } from 'zod';
import { assessmentSchema, REQUEST_KINDS, rowKeySchema } from '#db/model/erasure.ts';
import type { erasure, journalRequest, RowKey } from '#db/model/erasure.ts';
import type { Row } from '#db/model/entity.ts';
import { verb } from './verb.ts';

export type RequestRow = Row<typeof journalRequest>;
export type ErasureRow = Row<typeof erasure>;

/** An entry that a request can be about. */
export interface JournalEntry extends RowKey {
  /** When it happened. */
  at: string;
  /** The visit's type, the letter's kind, the attachment's title. */
  title: string;
  status: string;
  responsibleName: string;
  /** Whether the person who asks decides about it. */
  mine: boolean;
}

const about = z.object({ patientId: z.uuid() });

export const requests = {
  'request.list': verb<{
    requests: (RequestRow & { receivedByName: string; decidedByName: string | null; entries: JournalEntry[] })[];
    erasures: (ErasureRow & { decidedByName: string })[];
    /** What a new request can be about, newest first. */
    entries: JournalEntry[];
  }>()(about, ['patient/unknown']),
  'request.receive': verb<{ id: string }>()(
    z.object({
      patientId: z.uuid(),
      kind: z.enum(REQUEST_KINDS),
      origin: z.enum(['patient', 'own']),
      asked: z.string().trim().min(3).max(20_000),
      targets: z.array(rowKeySchema).min(1).max(200),
    }),
    ['patient/unknown', 'request/unknown-entry'],
  ),
  /**
   * Granting a deletion erases, for good. A refusal makes the letter that says why and how to appeal. Granting a correction only says so: the
   * correction itself is an addition to the note (hpl § 42).
   */
  'request.decide': verb<{ erased: number }>()(
    z.object({
      id: z.uuid(),
      decision: z.enum(['granted', 'refused']),
      reason: z.string().trim().min(10).max(20_000),
      /** Needed to grant a deletion. */
      assessment: assessmentSchema.nullable(),
    }),
    ['request/unknown', 'request/decided', 'request/not-responsible', 'request/condition'],
  ),
  /** The refusal as it was decided. Leaves the encrypted store on the person's word. */
  'request.letter': verb<{ base64: string; mediaType: string; fileName: string }>()(z.object({ id: z.uuid(), warned: z.literal(true) }), [
    'request/unknown',
    'request/no-letter',
  ]),
};
