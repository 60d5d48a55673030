/** The server's own tables: the feed and its counter, what was pushed, the log, who may come in. */
import { sql } from 'drizzle-orm';
import { bigint, boolean, date, index, integer, jsonb, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** One row: what this database is. */
export const serverState = pgTable('server_state', {
  one: boolean('one').primaryKey().default(true),
  /** Changes when the database was restored from a backup: laptops then resend and refetch. */
  epoch: uuid('epoch').notNull().defaultRandom(),
  /** Hash of the guards (guards.ts) that are in force. */
  guards: text('guards'),
});

/** Per clinic the place of the newest row in its feed. Locked first in every writing transaction: gapless, in commit order. */
export const clinicClock = pgTable('clinic_clock', {
  clinicId: uuid('clinic_id').primaryKey(),
  seq: bigint('seq', { mode: 'number' }).notNull().default(0),
  /** Below this the feed has been compacted: who reads from further back must refetch. */
  floor: bigint('floor', { mode: 'number' }).notNull().default(0),
  /** The clinic's key in force (clinic_key.id): read with the place, under the same lock. Null: none was ever needed. */
  keyId: integer('key_id'),
  /** Since when everything lies under the key in force; null while something may not. */
  sealedAt: at('sealed_at'),
  /** Nothing an older product sealed is left; from then on its form is refused. */
  legacyDone: boolean('legacy_done').notNull().default(false),
});

/** A clinic's own keys, each wrapped under a key of the operator's (sealing/master-keys.ts). */
export const clinicKey = pgTable(
  'clinic_key',
  {
    clinicId: uuid('clinic_id').notNull(),
    id: integer('id').notNull(),
    /** Null: retired. Nothing is sealed with it any more, and nobody can open what once was. */
    wrapped: text('wrapped'),
    madeAt: at('made_at').notNull().defaultNow(),
    retiredAt: at('retired_at'),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.id] })],
);

/** Which of the operator's keys this database has been opened with, and a proof by which another one under the same name is known. */
export const masterKey = pgTable('master_key', {
  id: text('id').primaryKey(),
  proof: text('proof').notNull(),
});

/** Newest state of every row of a clinic; read by laptops as an Electric shape. Kept by triggers alone. */
export const feed = pgTable(
  'feed',
  {
    clinicId: uuid('clinic_id').notNull(),
    audience: text('audience').notNull(),
    entity: text('entity').notNull(),
    id: uuid('id').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    createdSeq: bigint('created_seq', { mode: 'number' }).notNull(),
    deleted: boolean('deleted').notNull(),
    body: text('body'),
  },
  (table) => [
    primaryKey({ columns: [table.clinicId, table.entity, table.id] }),
    index('feed_by_seq').on(table.clinicId, table.seq),
    index('feed_by_audience').on(table.clinicId, table.audience, table.seq),
    index('feed_deleted')
      .on(table.clinicId, table.seq)
      .where(sql`deleted`),
  ],
);

/** How far a clinic's feed had come on a day: what the age of a place in it is known by. */
export const feedMark = pgTable(
  'feed_mark',
  {
    clinicId: uuid('clinic_id').notNull(),
    day: date('day').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.day] })],
);

/** When a place of a clinic's feed was given, the last of each transaction: what the time of a version is known by (FHIR's `lastUpdated`). */
export const clinicMoment = pgTable(
  'clinic_moment',
  {
    clinicId: uuid('clinic_id').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    at: at('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.seq] }), index('clinic_moment_at').on(table.clinicId, table.at)],
);

/** A clinic's data on their way out by FHIR, for whoever asked: which stretches of rows its files are made of. Nothing of what they say. */
export const fhirExport = pgTable(
  'fhir_export',
  {
    clinicId: uuid('clinic_id').notNull(),
    id: uuid('id').notNull(),
    userId: uuid('user_id').notNull(),
    at: text('at').notNull(),
    request: text('request').notNull(),
    /** What changed beyond this place of the feed; 0: everything. */
    since: bigint('since', { mode: 'number' }).notNull(),
    files: jsonb('files').notNull(),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.id] })],
);

/** Per device how far its queue and its log have come. */
export const deviceQueue = pgTable(
  'device_queue',
  {
    clinicId: uuid('clinic_id').notNull(),
    deviceId: uuid('device_id').notNull(),
    lastN: bigint('last_n', { mode: 'number' }).notNull().default(0),
    auditN: bigint('audit_n', { mode: 'number' }).notNull().default(0),
    auditHash: text('audit_hash').notNull().default('0'.repeat(64)),
    seenAt: at('seen_at'),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.deviceId] })],
);

/** Every change ever answered: the same one again gets the same answer and has no second effect. */
export const ledger = pgTable(
  'ledger',
  {
    clinicId: uuid('clinic_id').notNull(),
    deviceId: uuid('device_id').notNull(),
    n: bigint('n', { mode: 'number' }).notNull(),
    changeId: uuid('change_id'),
    hash: text('hash').notNull(),
    /** Who authenticated the request it came in; the actor is in the change. */
    actor: uuid('actor'),
    verb: text('verb'),
    entity: text('entity'),
    rowId: uuid('row_id'),
    outcome: jsonb('outcome').notNull(),
    at: at('at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.clinicId, table.deviceId, table.n] }),
    index('ledger_change').on(table.clinicId, table.deviceId, table.changeId),
    index('ledger_row').on(table.clinicId, table.rowId),
  ],
);

/** Whose signature stands for which places of the ledger: one row for a run of one person's chain (db/sync/chain.ts). */
export const changeProof = pgTable(
  'change_proof',
  {
    clinicId: uuid('clinic_id').notNull(),
    deviceId: uuid('device_id').notNull(),
    fromN: bigint('from_n', { mode: 'number' }).notNull(),
    toN: bigint('to_n', { mode: 'number' }).notNull(),
    actor: uuid('actor').notNull(),
    publicKey: text('public_key').notNull(),
    after: text('after'),
    tail: jsonb('tail').notNull(),
    signature: text('signature').notNull(),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.deviceId, table.fromN, table.publicKey] })],
);

/** What was refused, with its whole text, in an envelope. JSON as text: it may hold what jsonb cannot (U+0000, lone surrogates). */
export const quarantine = pgTable(
  'quarantine',
  {
    clinicId: uuid('clinic_id').notNull(),
    deviceId: uuid('device_id').notNull(),
    n: bigint('n', { mode: 'number' }).notNull(),
    hash: text('hash').notNull(),
    code: text('code').notNull(),
    change: text('change').notNull(),
    at: at('at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.deviceId, table.n, table.hash] })],
);

/** What a clinician decided about a change that a revoked device had handed in: taken into the record, or set aside. */
export const handedInDecision = pgTable(
  'handed_in_decision',
  {
    clinicId: uuid('clinic_id').notNull(),
    deviceId: uuid('device_id').notNull(),
    n: bigint('n', { mode: 'number' }).notNull(),
    decision: text('decision').notNull(),
    decidedBy: uuid('decided_by').notNull(),
    outcome: jsonb('outcome').notNull(),
    at: at('at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.deviceId, table.n] })],
);

/** The log of all devices, append-only; `clinicHash` chains what each device chained for itself. */
export const auditEvent = pgTable(
  'audit_event',
  {
    clinicId: uuid('clinic_id').notNull(),
    deviceId: uuid('device_id').notNull(),
    n: bigint('n', { mode: 'number' }).notNull(),
    id: uuid('id').notNull(),
    at: text('at').notNull(),
    actorId: uuid('actor_id'),
    actorName: text('actor_name'),
    roles: jsonb('roles').notNull(),
    action: text('action').notNull(),
    verb: text('verb').notNull(),
    subjectEntity: text('subject_entity'),
    subjectId: uuid('subject_id'),
    patientId: uuid('patient_id'),
    details: jsonb('details').notNull(),
    /** In an envelope. */
    reason: text('reason'),
    previousHash: text('previous_hash').notNull(),
    hash: text('hash').notNull(),
    /** False: it did not follow from the event before it, or is not what its hash says. Kept, and shown as broken. */
    intact: boolean('intact').notNull(),
    clinicN: bigint('clinic_n', { mode: 'number' }).notNull(),
    clinicHash: text('clinic_hash').notNull(),
    receivedAt: at('received_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.clinicId, table.deviceId, table.n] }),
    index('audit_event_patient').on(table.clinicId, table.patientId, table.at),
    index('audit_event_clinic_n').on(table.clinicId, table.clinicN),
  ],
);

/** Roles a person has ever held: a change signed before a role was taken away is accepted, and flagged. */
export const userRoleEver = pgTable(
  'user_role_ever',
  { clinicId: uuid('clinic_id').notNull(), userId: uuid('user_id').notNull(), role: text('role').notNull() },
  (table) => [primaryKey({ columns: [table.clinicId, table.userId, table.role] })],
);

export const deviceCredential = pgTable(
  'device_credential',
  {
    clinicId: uuid('clinic_id').notNull(),
    deviceId: uuid('device_id').notNull(),
    userId: uuid('user_id').notNull(),
    audience: text('audience').notNull(),
    /** SHA-256 (hex) of the 32 random bytes' text: long and random, so a plain hash suffices. */
    secretHash: text('secret_hash').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    revokedAt: at('revoked_at'),
    /** The proof of the person who revoked it: the device believes only this, not the server, when it is told to erase itself. */
    revokeProof: text('revoke_proof'),
    /** When its person last signed in at this device by HelseID with level 4. */
    level4At: at('level4_at'),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.deviceId] })],
);

/** Local accounts; the verifier is an Argon2id PHC string. */
export const account = pgTable(
  'account',
  {
    clinicId: uuid('clinic_id').notNull(),
    userId: uuid('user_id').notNull(),
    verifier: text('verifier').notNull(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.userId] })],
);

export const invitation = pgTable(
  'invitation',
  {
    clinicId: uuid('clinic_id').notNull(),
    codeHash: text('code_hash').notNull(),
    userId: uuid('user_id').notNull(),
    createdById: uuid('created_by_id').notNull(),
    /** SHA-256 (base64url) of what the laptop that asked for it keeps: with the code alone nobody comes in. Empty: made for any laptop. */
    challenge: text('challenge'),
    expiresAt: at('expires_at').notNull(),
    usedAt: at('used_at'),
    usedByDeviceId: uuid('used_by_device_id'),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.codeHash] })],
);

/**
 * Which clinic a device, an e-mail address or an invitation belongs to: asked before the tenant is known,
 * hence the only tenant data outside row security. Holds hashes and ids, nothing else.
 */
export const directory = pgTable(
  'directory',
  {
    kind: text('kind').notNull(),
    keyHash: text('key_hash').notNull(),
    clinicId: uuid('clinic_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.keyHash, table.clinicId] })],
);

/** Slows down guessing of passphrases and codes; survives a restart. Keys are hashes. */
export const attempt = pgTable('attempt', {
  keyHash: text('key_hash').primaryKey(),
  failures: integer('failures').notNull(),
  lastAt: at('last_at').notNull(),
});

/** Strict budgets of callers (sync-server/plugins/budgets.ts), in the columns `rate-limiter-flexible` wants. Keys are hashes and ids. */
export const rateBudget = pgTable('rate_budget', {
  key: text('key').primaryKey(),
  points: integer('points').notNull().default(0),
  /** Milliseconds since 1970. */
  expire: bigint('expire', { mode: 'number' }),
});
