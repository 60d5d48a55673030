/** What the writing help was used for, and what it cost: one row per draft that was asked for, without a word of it. */
import { index, integer, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

export const aiUse = pgTable(
  'ai_use',
  {
    clinicId: uuid('clinic_id').notNull(),
    id: uuid('id').notNull(),
    userId: uuid('user_id').notNull(),
    task: text('task').notNull(),
    model: text('model').notNull(),
    at: at('at').notNull(),
    /** The most it can cost: counts against the budget until it is known what it did. */
    reserved: integer('reserved').notNull(),
    /** What it cost; empty: it is being written, or whoever wrote it was killed, and what was reserved stays spent. */
    tokens: integer('tokens'),
    ms: integer('ms'),
    /** Why it did not become whole; empty: it did, or is being written. */
    code: text('code'),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.id] }), index('ai_use_when').on(table.clinicId, table.at)],
);
