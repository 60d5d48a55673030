/** Tables of the bytes of attachments: what there must be, its pieces, and objects that no piece names any more. */
import { bigint, boolean, customType, index, integer, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** The bytes of attachments, by the SHA-256 that their rows name (attachment.sha256): how much there must be, and whether all is there. */
export const content = pgTable(
  'content',
  {
    clinicId: uuid('clinic_id').notNull(),
    sha256: text('sha256').notNull(),
    byteLength: bigint('byte_length', { mode: 'number' }).notNull(),
    /** All chunks are here, and together they are what `sha256` says. */
    complete: boolean('complete').notNull().default(false),
    startedAt: at('started_at').notNull().defaultNow(),
    completedAt: at('completed_at'),
    /** What the scanner said: waiting, clean or infected; null: nobody looked. Given out to others only when clean, or null. */
    scan: text('scan'),
    scannedAt: at('scanned_at'),
    /** The scanner's name of what it found, or a code of why it could not look. */
    scanDetail: text('scan_detail'),
    /** Since when no attachment names it. */
    unusedSince: at('unused_since'),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.sha256] })],
);

/** One piece of it; all are of the same size but the last. */
export const contentChunk = pgTable(
  'content_chunk',
  {
    clinicId: uuid('clinic_id').notNull(),
    sha256: text('sha256').notNull(),
    n: integer('n').notNull(),
    /** The clinic's key that `bytes` are sealed with; null: they stand as they are. */
    keyId: integer('key_id'),
    /** The sealed bytes; null: they lie in `store`, as `object`. */
    bytes: bytea('bytes'),
    store: text('store'),
    object: text('object'),
    /** In an envelope of the clinic's key: the key of this one object. Without it nobody opens the object. */
    objectKey: text('object_key'),
    keptAt: at('kept_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.clinicId, table.sha256, table.n] }),
    index('content_chunk_object').on(table.clinicId, table.object),
  ],
);

/** Objects that no piece names any more: put here by a trigger, removed from their store by a job. */
export const contentGarbage = pgTable(
  'content_garbage',
  {
    clinicId: uuid('clinic_id').notNull(),
    store: text('store').notNull(),
    object: text('object').notNull(),
    since: at('since').notNull().defaultNow(),
    /** Erased by law: not kept for a restored backup. */
    urgent: boolean('urgent').notNull().default(false),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.store, table.object] })],
);
