/** Apps that a clinic lets in by SMART App Launch (sync-server/core/smart): what is registered, what is under way, what was granted. Secrets as hashes alone. */
import { boolean, index, jsonb, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** Whether the clinic lets others in by FHIR, and apps; no row: both. */
export const smartClinic = pgTable('smart_clinic', {
  clinicId: uuid('clinic_id').primaryKey(),
  api: boolean('api').notNull(),
  apps: boolean('apps').notNull(),
});

/** Its id is the client id; the directory (kind `app`) knows the clinic. */
export const smartApp = pgTable(
  'smart_app',
  {
    clinicId: uuid('clinic_id').notNull(),
    id: uuid('id').notNull(),
    name: text('name').notNull(),
    /** public, secret (client_secret_basic or _post), key (private_key_jwt). */
    kind: text('kind').notNull(),
    /** SHA-256 of 256 random bits. */
    secretHash: text('secret_hash'),
    /** Public keys of the app. */
    jwks: jsonb('jwks'),
    redirectUris: jsonb('redirect_uris').notNull(),
    launchUrl: text('launch_url').notNull(),
    scopes: text('scopes').notNull(),
    enabled: boolean('enabled').notNull().default(true),
    deleted: boolean('deleted').notNull().default(false),
    createdById: uuid('created_by_id').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.id] })],
);

/** First a ticket for the browser that the laptop opens, then the `launch` of that browser. */
export const smartLaunch = pgTable(
  'smart_launch',
  {
    clinicId: uuid('clinic_id').notNull(),
    hash: text('hash').notNull(),
    appId: uuid('app_id').notNull(),
    userId: uuid('user_id').notNull(),
    deviceId: uuid('device_id').notNull(),
    patientId: uuid('patient_id').notNull(),
    encounterId: uuid('encounter_id'),
    /** SHA-256 of the browser's cookie; null: a ticket. */
    browserHash: text('browser_hash'),
    expiresAt: at('expires_at').notNull(),
    usedAt: at('used_at'),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.hash] })],
);

/** What somebody let an app do, from its code to its end. */
export const smartGrant = pgTable(
  'smart_grant',
  {
    clinicId: uuid('clinic_id').notNull(),
    id: uuid('id').notNull(),
    appId: uuid('app_id').notNull(),
    userId: uuid('user_id').notNull(),
    deviceId: uuid('device_id').notNull(),
    patientId: uuid('patient_id'),
    encounterId: uuid('encounter_id'),
    scope: text('scope').notNull(),
    nonce: text('nonce'),
    codeHash: text('code_hash').notNull(),
    challenge: text('challenge').notNull(),
    redirectUri: text('redirect_uri').notNull(),
    codeExpiresAt: at('code_expires_at').notNull(),
    codeUsedAt: at('code_used_at'),
    createdAt: at('created_at').notNull(),
    /** Beyond which nothing is refreshed. */
    endsAt: at('ends_at').notNull(),
    endedAt: at('ended_at'),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.id] }), index('smart_grant_code').on(table.clinicId, table.codeHash)],
);

export const smartToken = pgTable(
  'smart_token',
  {
    clinicId: uuid('clinic_id').notNull(),
    hash: text('hash').notNull(),
    grantId: uuid('grant_id').notNull(),
    /** access or refresh. */
    kind: text('kind').notNull(),
    issuedAt: at('issued_at').notNull(),
    expiresAt: at('expires_at').notNull(),
    /** Of a refresh token: exchanged. Of an access token: revoked. */
    usedAt: at('used_at'),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.hash] }), index('smart_token_grant').on(table.clinicId, table.grantId)],
);

/** Assertions of `private_key_jwt` that were used. */
export const smartAssertion = pgTable(
  'smart_assertion',
  {
    clinicId: uuid('clinic_id').notNull(),
    hash: text('hash').notNull(),
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.clinicId, table.hash] })],
);

/** Keys of ID tokens, newest in use: the private half sealed (sync-server/core/sealed-secret.ts). No tenant: the server's own. */
export const smartKey = pgTable('smart_key', {
  kid: text('kid').primaryKey(),
  sealed: text('sealed').notNull(),
  /** Public JWK. */
  open: jsonb('open').notNull(),
  createdAt: at('created_at').notNull(),
});
