/** Tables behind what is sent to Helfo (sync-server/core/helfo): written before Helfo is called, so that no claim goes out twice. Ids and states alone. */
import { index, integer, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** One message that was handed to Helfo, or is about to be. Whoever finds it `claimed` does not send: it may be there already. */
export const helfoSending = pgTable(
  'helfo_sending',
  {
    clinicId: uuid('clinic_id').notNull(),
    messageId: uuid('message_id').notNull(),
    /** `claimed`, `received`, `refused`; `released`: certain that nothing went out, and whoever tries next claims anew. */
    state: text('state').notNull(),
    praksisId: text('praksis_id').notNull(),
    /** When it was claimed first, and last. */
    firstAt: at('first_at').notNull(),
    claimedAt: at('claimed_at').notNull(),
    /** `behandlerkravmeldingId`. */
    helfoId: text('helfo_id'),
    /** How often its state was asked for, and when next; null: no more. */
    polls: integer('polls').notNull().default(0),
    nextPollAt: at('next_poll_at'),
  },
  (table) => [
    primaryKey({ columns: [table.clinicId, table.messageId] }),
    index('helfo_sending_poll').on(table.clinicId, table.nextPollAt),
    index('helfo_sending_known').on(table.clinicId, table.helfoId),
  ],
);

/** What has become of one claim, or of its credit, as far as it went by the server. A claim is sent again only after Helfo rejected it. */
export const helfoClaimSent = pgTable(
  'helfo_claim_sent',
  {
    clinicId: uuid('clinic_id').notNull(),
    claimId: uuid('claim_id').notNull(),
    /** `claim` or `credit`. */
    kind: text('kind').notNull(),
    messageId: uuid('message_id').notNull(),
    /** `out`, `accepted`; `rejected`: by Helfo, or it never went. */
    state: text('state').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.clinicId, table.claimId, table.kind] }),
    index('helfo_claim_sent_message').on(table.clinicId, table.messageId),
  ],
);
