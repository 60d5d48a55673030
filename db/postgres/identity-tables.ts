/** Second factors, and who of Clerk's and HelseID's users is who of ours. */
import { bigint, boolean, pgTable, primaryKey, smallint, text, timestamp, unique, uuid } from 'drizzle-orm/pg-core';

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

/** A sign-in by HelseID under way, hashed and sealed: what its callback needs, for the browser that began it. No tenant: nobody is known yet. */
export const helseidLogin = pgTable('helseid_login', {
  stateHash: text('state_hash').primaryKey(),
  /** SHA-256 of the cookie that this browser was given. */
  browserHash: text('browser_hash').notNull(),
  /** PKCE verifier, nonce, and which laptop waits, sealed (sync-server/core/sealed-secret.ts). */
  sealed: text('sealed').notNull(),
  createdAt: at('created_at').notNull(),
});

/** What a finished sign-in is worth, once, to the laptop that asked for it: who somebody is by HelseID, sealed. No tenant: may be bound to nobody yet. */
export const helseidTicket = pgTable('helseid_ticket', {
  codeHash: text('code_hash').primaryKey(),
  /** RFC 7636, S256, of the laptop's verifier. */
  challenge: text('challenge').notNull(),
  /** Keyed hash of the pid, HPR number, profession and level, sealed. */
  sealed: text('sealed').notNull(),
  expiresAt: at('expires_at').notNull(),
  usedAt: at('used_at'),
});

/** A colleague and who they are by HelseID. Asked by the directory (kind `helseid`), which knows the clinic. */
export const helseidIdentity = pgTable(
  'helseid_identity',
  {
    clinicId: uuid('clinic_id').notNull(),
    userId: uuid('user_id').notNull(),
    /** HMAC-SHA256 of the pid under HELSEID_PID_KEY; the pid itself lies nowhere. */
    pidHash: text('pid_hash').notNull(),
    hprNumber: text('hpr_number'),
    profession: text('profession'),
    /** Of the last sign-in. */
    level: smallint('level').notNull(),
    boundAt: at('bound_at').notNull(),
    lastAt: at('last_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.clinicId, table.userId] }),
    // One person is one colleague.
    unique('helseid_identity_pid').on(table.clinicId, table.pidHash),
  ],
);

/** Sessions that began by HelseID: their tokens are good for as long as the row says. */
export const helseidSession = pgTable(
  'helseid_session',
  {
    clinicId: uuid('clinic_id').notNull(),
    id: uuid('id').notNull(),
    userId: uuid('user_id').notNull(),
    level: smallint('level').notNull(),
    expiresAt: at('expires_at').notNull(),
    endedAt: at('ended_at'),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.id] })],
);

/** Whether the clinic lets the chart be read over the network only by who has shown level 4 (docs/decisions/0101). */
export const helseidClinic = pgTable('helseid_clinic', {
  clinicId: uuid('clinic_id').primaryKey(),
  required: boolean('required').notNull(),
});
