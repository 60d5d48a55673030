/**
 * The server's own tables by what stands around them, as names alone: a running server needs these and not Drizzle's tables, whose library
 * takes 200 MB of memory when it is loaded as ES modules (its circles cost the loader that much).
 */

/** The feed lies in so many parts, by the clinic's hash (a custom migration: drizzle knows no partitions). */
export const FEED_PARTS: readonly string[] = Array.from({ length: 16 }, (_, n) => `feed_${String(n).padStart(2, '0')}`);

/** Server tables that hold a clinic's data, and so stand under row security like the record tables. */
export const TENANT_SERVER_TABLES = [
  'clinic_clock',
  'clinic_key',
  'feed',
  'feed_mark',
  'clinic_moment',
  'fhir_export',
  'device_queue',
  'ledger',
  'change_proof',
  'quarantine',
  'handed_in_decision',
  'audit_event',
  'user_role_ever',
  'device_credential',
  'account',
  'invitation',
] as const;
/** Of identity-tables.ts, those that hold a clinic's data. */
export const IDENTITY_TABLES = [
  'second_factor',
  'recovery_code',
  'clerk_link',
  'clerk_event',
  'helseid_identity',
  'helseid_session',
  'helseid_clinic',
] as const;

/** Of identity-tables.ts, those without a tenant: hashes, times and what is sealed. */
export const IDENTITY_SHARED = ['clerk_user', 'clerk_session_ended', 'helseid_login', 'helseid_ticket'] as const;

/** Of message-tables.ts, those that hold a clinic's data, and so stand under row security. */
export const MESSAGE_TABLES = ['sending', 'webhook_event'] as const;

/** Of content-tables.ts: all of them. */
export const CONTENT_TABLES = ['content', 'content_chunk', 'content_garbage'] as const;
export const WEBHOOK_TABLES = ['webhook_endpoint', 'webhook_delivery'] as const;

/** Of smart-tables.ts, those that hold a clinic's data. */
export const SMART_TABLES = ['smart_clinic', 'smart_app', 'smart_launch', 'smart_grant', 'smart_token', 'smart_assertion'] as const;

/** Of helfo-tables.ts. */
export const HELFO_TABLES = ['helfo_sending', 'helfo_claim_sent'] as const;

/** Of ai-tables.ts. */
export const AI_TABLES = ['ai_use'] as const;

/** Tables without a tenant. */
export const SHARED_TABLES = [
  'server_state',
  'master_key',
  'directory',
  'attempt',
  'rate_budget',
  'contact_route',
  'smart_key',
  ...IDENTITY_SHARED,
] as const;
