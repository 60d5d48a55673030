/** Second factors: what a person shows besides the passphrase. */
import { bigint, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** One authenticator per person (RFC 6238). */
export const secondFactor = pgTable(
  'second_factor',
  {
    clinicId: uuid('clinic_id').notNull(),
    userId: uuid('user_id').notNull(),
    /** The shared secret, sealed (sync-server/core/sealed-secret.ts). */
    sealed: text('sealed').notNull(),
    /** Empty until a first code has shown that the authenticator holds the secret: asked for from then on. */
    confirmedAt: at('confirmed_at'),
    /** Time step of the last code that was taken: it, and those before, are never taken again. */
    lastStep: bigint('last_step', { mode: 'number' }).notNull().default(0),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.userId] })],
);

/** For the day the telephone is gone; each opens once. */
export const recoveryCode = pgTable(
  'recovery_code',
  {
    clinicId: uuid('clinic_id').notNull(),
    userId: uuid('user_id').notNull(),
    /** SHA-256 (hex) with clinic and person; the code is 80 random bits, so a plain hash suffices. */
    codeHash: text('code_hash').notNull(),
    usedAt: at('used_at'),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.userId, table.codeHash] })],
);

/** All of them hold a clinic's data. */
export const IDENTITY_TABLES = ['second_factor', 'recovery_code'] as const;
