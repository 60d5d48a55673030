/** Tables behind messages and webhooks (sync-server/core/messages): what was handed to a vendor, what vendors told us. */
import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/**
 * What was handed to a vendor, or is about to be: one row per message, written before the vendor is called. Whoever finds a row that is
 * `claimed` does not send: the message may be out already (sync-server/core/messages). Holds no number and no text (norway.md §8, S8).
 */
export const sending = pgTable(
  'sending',
  {
    clinicId: uuid('clinic_id').notNull(),
    messageId: uuid('message_id').notNull(),
    patientId: uuid('patient_id').notNull(),
    channel: text('channel').notNull(),
    templateId: text('template_id').notNull(),
    /** Idempotency key for vendors that know such keys, our reference for the others. A new one only when a person says: send again. */
    key: uuid('key').notNull(),
    state: text('state').notNull(),
    /** Vendors that were asked, in order. */
    attempts: jsonb('attempts').notNull().default([]),
    provider: text('provider'),
    providerId: text('provider_id'),
    recipientHash: text('recipient_hash').notNull(),
    /** How far a status has come: later news of an earlier step changes nothing. */
    rank: integer('rank').notNull().default(0),
    segments: integer('segments').notNull().default(0),
    costOre: integer('cost_ore').notNull().default(0),
    claimedAt: at('claimed_at').notNull(),
    doneAt: at('done_at'),
  },
  (table) => [
    primaryKey({ columns: [table.clinicId, table.messageId] }),
    index('sending_patient').on(table.clinicId, table.channel, table.patientId, table.claimedAt),
    index('sending_when').on(table.clinicId, table.channel, table.claimedAt),
    index('sending_recipient').on(table.clinicId, table.recipientHash, table.claimedAt),
  ],
);

/** What vendors told us, verified and not yet worked in; the same news again is not taken in twice. `data` is emptied when it is done. */
export const webhookEvent = pgTable(
  'webhook_event',
  {
    clinicId: uuid('clinic_id').notNull(),
    source: text('source').notNull(),
    key: text('key').notNull(),
    kind: text('kind').notNull(),
    data: jsonb('data'),
    /** Hash of a number that said STOP: obeyed from the moment it is written, before it is worked in. */
    stopHash: text('stop_hash'),
    receivedAt: at('received_at').notNull().defaultNow(),
    handledAt: at('handled_at'),
  },
  (table) => [
    primaryKey({ columns: [table.clinicId, table.source, table.key] }),
    index('webhook_event_stop')
      .on(table.clinicId, table.stopHash)
      .where(sql`stop_hash is not null and handled_at is null`),
  ],
);

/** Which clinics have written to a number or address, and when last: asked when an answer comes, before the tenant is known. Hashes and ids. */
export const contactRoute = pgTable(
  'contact_route',
  { addressHash: text('address_hash').notNull(), clinicId: uuid('clinic_id').notNull(), lastAt: at('last_at').notNull() },
  (table) => [primaryKey({ columns: [table.addressHash, table.clinicId] })],
);
