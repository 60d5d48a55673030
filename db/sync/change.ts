/**
 * The wire form of what a laptop sends and what it gets back (POST /v1/changes), and the hash that
 * makes the same change recognisable. Parsed with these schemas on both sides.
 */
import { z } from 'zod';
import { auditEventSchema } from '../model/audit.ts';
import canonicalize from 'canonicalize';

/** 2: changes signed in a chain (chain.ts). An older server says that it is too old, and the queue waits. */
export const PROTOCOL_VERSION = 2;
/** Most changes in one request. */
export const MAX_CHANGES = 1000;
/** Largest request: the longest value the model allows (a document, 8 MB of base64) beside 4 MB of other changes and the log. */
export const MAX_REQUEST_BYTES = 16_000_000;

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** What `z.record(z.string(), z.json())` asks, without the copy and the union tried at every value: half of what reading a change cost. */
function isJsonObject(value: unknown): value is Record<string, Json> {
  return typeof value === 'object' && isJson(value) && value !== null && !Array.isArray(value);
}

function isJson(value: unknown): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.every(isJson);
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.values(value).every(isJson);
}

export const changeSchema = z.strictObject({
  /** 1, 2, 3 … per device without gaps, given when the change is first sent. */
  n: z.int().min(1),
  id: z.uuid(),
  /** Who did it. */
  actor: z.uuid(),
  /** Ed25519 with the actor's key on the device of birth, over the change's hash or, with a head before it, over a chain (chain.ts). */
  actorSignature: z.string().max(200),
  /** The contract's verb. */
  verb: z.string().max(60),
  entity: z.string().max(40),
  rowId: z.uuid(),
  /** Per changed field: the seq at which the writer had read it; a missing field was never read from the server. */
  base: z.record(z.string(), z.int().min(0)),
  /** Fields and their new values; at birth all that are not initial. `deleted: true` alone is a deletion. */
  set: z.custom<Record<string, Json>>(isJsonObject),
  /** The writer's clock, for information only; nothing is decided by it. */
  at: z.iso.datetime({ precision: 3 }),
  /** SCHEMA_VERSION of the writer. */
  schema: z.int().min(1),
});
export type Change = z.infer<typeof changeSchema>;

/** Header of a push: how many ms its oldest change had waited, by the laptop's clock; for the operator alone. */
export const WAITED_HEADER = 'ryggrad-waited-ms';

export const pushRequestSchema = z.strictObject({
  protocol: z.int().min(1),
  deviceId: z.uuid(),
  changes: z.array(z.unknown()).max(MAX_CHANGES),
  /**
   * The first `n` of this request, said by a device that no longer holds the one the server asks for: it was acknowledged
   * more than 35 days ago by a server that has been restored since. The queue goes on from here.
   */
  resumeFrom: z.int().min(1).optional(),
  /** The device's log, in order; may be empty. */
  audit: z.array(auditEventSchema).max(1000).default([]),
});
export type PushRequest = Omit<z.infer<typeof pushRequestSchema>, 'changes'> & { changes: Change[] };

export const outcomeSchema = z.object({
  n: z.int(),
  /** `rejected`: not applied, kept with its text in quarantine on both sides. */
  outcome: z.enum(['applied', 'merged', 'conflict', 'rejected']),
  /** Highest feed seq this change wrote in the device's audience, or where its row stands when it wrote none; absent when the device will see neither. */
  seq: z.int().optional(),
  /** Stable code when rejected. */
  code: z.string().optional(),
  /** Codes of rules the change broke though it was stored. */
  flags: z.array(z.string()).optional(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

export const pushReplySchema = z.object({
  /** Changes when the server was restored from a backup. */
  epoch: z.string(),
  outcomes: z.array(outcomeSchema),
  /** The highest `n` of this device that the server has answered; less than it once said only after it was restored. */
  lastN: z.int().min(0).optional(),
  /** The log is stored up to this `n`. */
  auditUpTo: z.int().min(0),
  /** The server's clock. A laptop's own may be years off, and what it keeps of the past must not hang on that. */
  now: z.iso.datetime({ precision: 3 }).optional(),
});
export type PushReply = z.infer<typeof pushReplySchema>;

/** The bytes that are hashed and signed: everything of a change but its place in the queue and the signature. */
export function changeBytes(change: Omit<Change, 'n' | 'actorSignature'>): string {
  const { id, actor, verb, entity, rowId, base, set, at, schema } = change;
  return canonical({ id, actor, verb, entity, rowId, base, set, at, schema });
}

/** RFC 8785 form of a JSON value. Throws on what JSON cannot hold. */
export function canonical(value: unknown): string {
  const out = canonicalize(value);
  if (out === undefined) throw new TypeError('not a JSON value');
  return out;
}
