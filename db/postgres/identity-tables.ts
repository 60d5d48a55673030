/** Second factors, and who of Clerk's users is who of ours. */
import { bigint, boolean, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';

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

/** A colleague and their user at Clerk. Asked by the directory (kind `clerk`), which knows the clinic. */
export const clerkLink = pgTable(
  'clerk_link',
  {
    clinicId: uuid('clinic_id').notNull(),
    userId: uuid('user_id').notNull(),
    clerkUserId: text('clerk_user_id').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.userId] })],
);

/** Webhooks whose effect a clinic has had: the same one again has none. */
export const clerkEvent = pgTable(
  'clerk_event',
  {
    clinicId: uuid('clinic_id').notNull(),
    /** SHA-256 of `svix-id`. */
    idHash: text('id_hash').notNull(),
    at: at('at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.idHash] })],
);

/** How far Clerk's user has come, hashed: an older event changes nothing, and one who was deleted does not come back. No tenant: outside it. */
export const clerkUser = pgTable('clerk_user', {
  idHash: text('id_hash').primaryKey(),
  /** Milliseconds of Clerk's `updated_at`. */
  seen: bigint('seen', { mode: 'number' }).notNull(),
  deleted: boolean('deleted').notNull().default(false),
});

/** Clerk's sessions that were ended, hashed: a token of one is refused on every copy though it has some seconds to live. */
export const clerkSessionEnded = pgTable('clerk_session_ended', {
  idHash: text('id_hash').primaryKey(),
  at: at('at').notNull().defaultNow(),
});
