/** Tables of webhooks that go out (sync-server/core/webhooks): where to, and what went. */
import { bigint, boolean, index, integer, jsonb, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

export const webhookEndpoint = pgTable(
  'webhook_endpoint',
  {
    clinicId: uuid('clinic_id').notNull(),
    id: uuid('id').notNull(),
    url: text('url').notNull(),
    /** Types of events it wants. */
    events: jsonb('events').notNull(),
    enabled: boolean('enabled').notNull().default(true),
    /** Sealed with a key that does not lie in this database (sync-server/core/sealed-secret.ts). */
    secret: text('secret').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    createdById: uuid('created_by_id').notNull(),
    /** Since when nothing has arrived; null: the last one did. */
    failingSince: at('failing_since'),
    /** Code of why it was switched off by itself. */
    endedBy: text('ended_by'),
    deleted: boolean('deleted').notNull().default(false),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.id] })],
);

/** One event for one address. Its id is the `webhook-id`. Ids and states alone. */
export const webhookDelivery = pgTable(
  'webhook_delivery',
  {
    clinicId: uuid('clinic_id').notNull(),
    id: uuid('id').notNull(),
    endpointId: uuid('endpoint_id').notNull(),
    type: text('type').notNull(),
    /** What is sent, as it is signed. */
    body: text('body').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    /** waiting, delivered, failed (and perhaps tried again), or dropped: the address was switched off. */
    state: text('state').notNull().default('waiting'),
    attempts: integer('attempts').notNull().default(0),
    status: integer('status'),
    ms: integer('ms'),
    code: text('code'),
    createdAt: at('created_at').notNull(),
    triedAt: at('tried_at'),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.id] }), index('webhook_delivery_when').on(table.clinicId, table.createdAt)],
);
