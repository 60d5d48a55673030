/** Files that belong to a patient. Their bytes go through here a chunk at a time, both ways: they are never one message. */
import { z } from 'zod';
import type { AttachmentType, VirusScan } from '#db/model/attachment.ts';
import { verb } from './verb.ts';

/** Where the bytes are, as one word for the person. */
export type ContentPlace =
  /** Only on this machine, and waits for the server (or there is none). */
  | 'only_here'
  | 'uploading'
  /** Here, and verified at the server. */
  | 'here'
  | 'fetching'
  /** At the server, not here. */
  | 'elsewhere'
  /** Its bytes are gone from this machine, and no server is known to have them. */
  | 'lost';

export interface AttachmentView {
  id: string;
  encounterId: string | null;
  title: string;
  mediaType: AttachmentType;
  byteLength: number;
  addedAt: string;
  addedByName: string | null;
  status: 'final' | 'entered_in_error';
  closedReason: string | null;
  place: ContentPlace;
  /** 0–1 while uploading or fetching. */
  progress: number | null;
  /** Code of what stands in its way. */
  problem: string | null;
  pinned: boolean;
  /** The window can show it. */
  viewable: boolean;
  /** What the server's virus scanner said; null: there is none, or it has not been asked. */
  virusScan: VirusScan | null;
}

const id = z.object({ id: z.uuid() });
/** One chunk in base64. */
const chunk = z.string().max(1_400_000);

export const attachments = {
  'attachment.list': verb<{ attachments: AttachmentView[] }>()(z.object({ patientId: z.uuid() }), ['patient/unknown']),
  /** Begins to take in a file; then its chunks in order, then `finish`. Nothing of it is in the record before that. */
  'attachment.begin': verb<{ addingId: string; chunkBytes: number }>()(
    z.object({
      patientId: z.uuid(),
      encounterId: z.uuid().nullable().default(null),
      title: z.string().trim().min(1).max(200),
      byteLength: z.int().min(0),
    }),
    ['patient/unknown', 'encounter/unknown', 'attachment/empty', 'attachment/too-large'],
  ),
  'attachment.put': verb<null>()(z.object({ addingId: z.uuid(), n: z.int().min(0), data: chunk }), [
    'attachment/not-adding',
    'attachment/chunk-size',
    'attachment/type',
  ]),
  'attachment.finish': verb<{ id: string }>()(z.object({ addingId: z.uuid() }), [
    'patient/unknown',
    'attachment/not-adding',
    'attachment/incomplete',
    'attachment/already-here',
  ]),
  'attachment.cancel': verb<null>()(z.object({ addingId: z.uuid() })),
  /** Logged as a look. Where the bytes are not here they are fetched, before all else. */
  'attachment.open': verb<{ here: boolean; chunks: number; mediaType: AttachmentType; title: string }>()(id, [
    'attachment/unknown',
    'attachment/infected',
  ]),
  'attachment.read': verb<{ data: string }>()(z.object({ id: z.uuid(), n: z.int().min(0) }), [
    'attachment/unknown',
    'attachment/not-here',
    'attachment/damaged',
    'attachment/infected',
  ]),
  /** Kept on this machine, or free to make room again. */
  'attachment.pin': verb<null>()(z.object({ id: z.uuid(), pinned: z.boolean() }), ['attachment/unknown']),
  /** Leaves the encrypted store on the person's word: warned in the window, logged as export; its bytes follow by `read`. */
  'attachment.export': verb<{ fileName: string; chunks: number; mediaType: AttachmentType }>()(
    z.object({ id: z.uuid(), warned: z.literal(true) }),
    ['attachment/unknown', 'attachment/not-here', 'attachment/infected', 'export/second-person'],
  ),
  /** Entered in error: it stays in the record, marked, with the reason. */
  'attachment.close': verb<null>()(z.object({ id: z.uuid(), reason: z.string().trim().min(1).max(500) }), [
    'attachment/unknown',
    'attachment/closed',
  ]),
};
