/**
 * The log of who did what with whose journal (pasientjournalloven § 22): append-only, chained by hash
 * per device, sent up and never down. Not a synced entity: nobody edits it.
 */
import { z } from 'zod';

export const AUDIT_ACTIONS = [
  'read',
  'search',
  'create',
  'change',
  'sign',
  'print',
  'export',
  'reveal',
  'refused',
  'unlock',
  'lock',
  'other',
] as const;

/** Most events in one answer about the log. */
export const LOG_PAGE = 500;

/** What of the log is wanted; null: all. */
export const logFilterSchema = z.strictObject({
  /** Events about them, and searches and lists that showed them. */
  patientId: z.uuid().nullable(),
  actorId: z.uuid().nullable(),
  action: z.enum(AUDIT_ACTIONS).nullable(),
  /** Instants: from inclusive, to exclusive. */
  from: z.iso.datetime({ precision: 3 }).nullable(),
  to: z.iso.datetime({ precision: 3 }).nullable(),
});
export type LogFilter = z.infer<typeof logFilterSchema>;

export const auditEventSchema = z.object({
  id: z.uuid(),
  clinicId: z.uuid(),
  deviceId: z.uuid(),
  /** 1, 2, 3 … per device without gaps. */
  n: z.int().min(1),
  at: z.iso.datetime({ precision: 3 }),
  actorId: z.uuid().nullable(),
  actorName: z.string().nullable(),
  roles: z.array(z.string()),
  action: z.enum(AUDIT_ACTIONS),
  /** The verb of the contract that was called. */
  verb: z.string(),
  subjectEntity: z.string().nullable(),
  subjectId: z.uuid().nullable(),
  patientId: z.uuid().nullable(),
  /** Ids and codes only; a search lists the ids of the hits it showed. */
  details: z.record(z.string(), z.unknown()),
  reason: z.string().nullable(),
  /** `hash` of event n-1, 64 zeros for the first. */
  previousHash: z.string().length(64),
  /** SHA-256 (hex) over the RFC 8785 form of all the above. */
  hash: z.string().length(64),
});
export type AuditEvent = z.infer<typeof auditEventSchema>;
