/**
 * The one small shape of every integration (README.md beside this file). An integration knows its vendor and nothing else: no database,
 * no other integration, no process.env. What must be exactly once (claiming, ledger, states) is done around it by sync-server/core.
 */
import type { z } from 'zod';
import type { IntegrationName, MessageChannel } from '#db/model/message.ts';
import type { AiAsk } from '#db/rules/ai-task.ts';
import type { KravState } from '#db/rules/kuhr-state.ts';
import type { MessageReason } from '#db/rules/message-reasons.ts';

/** What an integration is given to work with. */
export interface Ports {
  now(): Date;
  /** Where vendors reach this server, without a slash at its end; undefined: they cannot, and no webhooks come. */
  publicUrl: string | undefined;
  /** The vendors' addresses, changed in tests alone: name → base URL. */
  baseUrls?: Readonly<Record<string, string>>;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

/** A message that has been claimed: whoever gets it calls the vendor once, and says what became of it. */
export interface Outgoing {
  /** For a vendor that knows idempotency keys. */
  key: string;
  /** Comes back in the vendor's webhooks. */
  reference: Reference;
  to: string;
  subject?: string;
  text: string;
  /** Of the clinic's choosing, in this order; the first is tried first, the next only where it is certain that nothing went out. */
  providers: readonly string[];
  sender?: string;
  /** E-mail alone: what counts opening it, and where it leads (decision 0085). Absent for all that says anything of a patient's care. */
  watch?: { pixel: string; link: { to: string; shown: string } | null };
  /** To be awaited before every further vendor is called: the ledger must know whom to ask after a crash. The first is known already. */
  attempting(provider: string): Promise<void>;
}
export interface Reference {
  clinicId: string;
  messageId: string;
}
export type SendOutcome =
  | { kind: 'accepted'; provider: string; providerId: string; segments?: number }
  /** Certain: nothing went out, and nothing will. */
  | { kind: 'refused'; provider: string; code: MessageReason }
  /** Certain: nothing went out; it may be tried again later. */
  | { kind: 'busy'; retryAfterSeconds: number }
  /** The vendor may have it. */
  | { kind: 'unknown'; provider: string };

/** What a vendor knows of a message that was claimed and whose sender was killed. */
export type Lookup = { kind: 'found'; provider: string; providerId: string } | { kind: 'absent' } | { kind: 'unsure' };
export interface Asked {
  key: string;
  reference: Reference;
  to: string;
  text: string;
  claimedAt: Date;
  /** What the vendor has of other messages to this address: those are not it. */
  others: ReadonlySet<string>;
  /** Vendors that may have been called. */
  providers: readonly string[];
}

export interface Channel {
  name: MessageChannel;
  /** Vendors that are configured, in the operator's order. */
  providers: readonly string[];
  /** How many messages at most; a patient's beyond it are blocked, a clinic's wait. */
  limits: { patientPerDay: number; clinicPerHour: number };
  /** The operator lets clinics count who opens what rests on consent to marketing. */
  watches?: boolean;
  /** What sending this text would take. */
  measure(text: string): { segments: number; costOre: number };
  send(message: Outgoing): Promise<SendOutcome>;
  /** Absent: after a crash a person decides. */
  lookup?(asked: Asked): Promise<Lookup>;
}

/** News from a vendor, after its signature was proven. */
export type WebhookEvent = { /** The same for the same news. */ key: string } & (
  | {
      kind: 'status';
      reference: Reference;
      provider: string;
      providerId: string;
      status: DeliveryStatus;
      code?: MessageReason;
      segments?: number;
    }
  | { kind: 'inbound'; channel: MessageChannel; provider: string; from: string; to: string; text: string }
  /** Whoever has this address complained of us, or wants nothing more: as a STOP. */
  | { kind: 'withdrawn'; reference: { clinicId: string }; channel: MessageChannel; address: string }
  /** A watched e-mail was opened, or its address followed: told by whoever has it, by an address that we signed. */
  | { kind: 'watched'; reference: Reference; what: 'open' | 'click' }
  /** Everything else: handed to the integration's own job of this queue. */
  | { kind: 'job'; reference: { clinicId: string }; queue: string; data: Readonly<Record<string, string>> }
);
export type DeliveryStatus = 'accepted' | 'sent' | 'delivered' | 'failed' | 'bounced';

export interface WebhookRequest {
  /** The address as the vendor called it: `publicUrl` and this request's path and query. */
  url: string;
  headers: Readonly<Record<string, string | undefined>>;
  raw: Buffer;
}
export interface Webhook {
  path: `/api/v1/webhooks/${string}`;
  contentType: 'application/json' | 'application/x-www-form-urlencoded';
  /** @returns undefined when the signature is not theirs, or too old; news are read only after it has been proven */
  verify(request: WebhookRequest): Promise<readonly WebhookEvent[] | undefined>;
}

/** A queue of an integration's own, `<integration>-<name>`: made by the owner's role whether the integration is on or not. */
export interface OwnQueue {
  name: string;
  retryLimit: number;
  /** Cron in Europe/Oslo. */
  schedule?: string;
}
/** The work on it: idempotent, ids only in `data`. */
export interface OwnJob extends OwnQueue {
  /** @returns code of why it failed; undefined: done */
  run(data: Readonly<Record<string, string>>): Promise<string | undefined>;
}

/** Where sealed bytes may lie (storage/). Names are ours: a clinic and random digits. */
export interface ObjectStore {
  name: 'disk' | 's3';
  /** Durable when it resolves. The same name again, with the same bytes, changes nothing. */
  put(object: string, bytes: Buffer): Promise<void>;
  /** Undefined: there is none of this name. Throws when the store does not answer. */
  get(object: string): Promise<Buffer | undefined>;
  /** Those that are not there count as removed. */
  remove(objects: readonly string[]): Promise<void>;
  list(prefix: string): AsyncIterable<{ object: string; modifiedAt: Date }>;
  /** An address at which anybody may read this object for so many seconds; absent: this store gives none. */
  presign?(object: string, seconds: number): Promise<string>;
  /** A code of what is wrong. */
  check(): Promise<string | undefined>;
}
export type ScanResult = { kind: 'clean' } | { kind: 'infected'; name: string } | { kind: 'unknown'; code: string };
export interface Scanner {
  /** What `pieces` throws is thrown; a scanner that is away is `unknown`. */
  scan(pieces: AsyncIterable<Buffer>): Promise<ScanResult>;
  check(): Promise<string | undefined>;
}
export interface Storage {
  /** The first takes what is new; the others are read from, and emptied. None: Postgres. */
  stores: readonly ObjectStore[];
  scanner?: Scanner;
  /** Days an upload that was never finished is kept; and what is in a store without a row. */
  orphanDays: number;
  /** Days bytes are kept that no row names any more: as long as a backup may ask for them. What was erased by law is not kept. */
  deletedDays: number;
}

/** A model that writes drafts. What it may be asked, by whom and how much, is decided around it (sync-server/core/ai). */
export interface WritingHelp {
  model: string;
  limits: { maxTokens: number; tokensPerDay: number; tokensPerMonth: number; perPersonAndHour: number };
  /** More tokens than its question can be: no token is shorter than a byte. */
  bound(ask: AiAsk): number;
  /** Asks once. @param signal ends it, at the vendor too @returns pieces of JSON as they come, never throwing; how it ended is their end */
  draft(ask: AiAsk, signal: AbortSignal): Promise<{ ok: true; pieces: AsyncGenerator<string, DraftEnd> } | { ok: false; code: string }>;
}
export interface DraftEnd {
  /** Why it is not whole; undefined: it is. */
  code: string | undefined;
  /** As the vendor counted; undefined: it did not say. */
  tokens: number | undefined;
}
/** One call of a webhook of a clinic's. */
export interface Hook {
  /** `webhook-id`: the same at every try. */
  id: string;
  url: string;
  secret: string;
  /** JSON, as it is signed. */
  body: string;
}
export type HookOutcome =
  | { ok: true; status: number }
  /** `gone`: 410, and never again. */
  | { ok: false; code: string; status: number | null; gone: boolean };
export interface Hooks {
  /** Never throws. */
  call(hook: Hook, now: Date): Promise<HookOutcome>;
  newSecret(): string;
  /** A code of why this address may not be called. */
  addressProblem(url: string): string | undefined;
  /** After so many hours of nothing but failure an address is switched off. */
  disableAfterHours: number;
}

/** What was asked, or a code of why not. */
export type Told<T> = { ok: true; value: T } | { ok: false; code: string };
/** Helfo's desk for claims, of one clinic's organisation at a time. */
export interface ClaimsDesk {
  /** The operator has said whose organisation this clinic is. */
  knows(clinicId: string): boolean;
  practices(clinicId: string): Promise<Told<readonly HelfoPractice[]>>;
  /** Called once for a message that was claimed. @param body JSON; it leaves sealed for Helfo alone @param begunBy nothing is sent that has not begun by then: `busy` */
  handIn(clinicId: string, body: string, begunBy: Date): Promise<HandedIn>;
  /** How far a message has come. */
  state(clinicId: string, helfoId: string): Promise<Told<KravState>>;
  /** All that this organisation has handed in. */
  handedIn(clinicId: string): Promise<Told<readonly { helfoId: string; praksisId: string; receivedAt: Date }[]>>;
}
export interface HelfoPractice {
  praksisId: string;
  /** `KINO`: a chiropractor's. */
  type: string;
  ok: boolean;
  periods: readonly { from: string; to: string | null }[];
}
export type HandedIn =
  | { kind: 'received'; helfoId: string }
  /** Certain: it was read and not kept. */
  | { kind: 'refused'; faults: readonly { code: string; words: string }[] }
  /** Helfo has this very message already. */
  | { kind: 'twice' }
  /** Certain: nothing went in; it may be tried again. */
  | { kind: 'busy'; code: string }
  /** It may be there. */
  | { kind: 'unknown' };

export interface OpenIntegration {
  channel?: Channel;
  storage?: Storage;
  writing?: WritingHelp;
  hooks?: Hooks;
  claims?: ClaimsDesk;
  webhooks?: readonly Webhook[];
  jobs?: readonly OwnJob[];
  /** What the settings page may show of the configuration: no secrets. */
  facts: Readonly<Record<string, string>>;
  /** Asks the vendor whether it knows us, or this clinic; sends nothing. A code, or undefined when all is well. */
  check(clinicId: string): Promise<string | undefined>;
  close?(): Promise<void>;
}

export interface Integration<Slice extends z.ZodRawShape = z.ZodRawShape, Config = unknown> {
  name: IntegrationName;
  /** The server-wide switch; `undefined`: none. */
  feature: 'FEATURE_SMS_ENABLED' | 'FEATURE_EMAIL_ENABLED' | 'FEATURE_AI_ENABLED' | 'FEATURE_HELFO_ENABLED' | undefined;
  /** Its own variables of the environment. */
  environment: Slice;
  /** Those that `open` works on. */
  queues?: readonly OwnQueue[];
  /** From its slice to a configuration; undefined: not configured, which is off. Throws a sentence for the operator when it is half configured. */
  configure(slice: z.output<z.ZodObject<Slice>>): Config | undefined;
  /** Loads the vendor's SDK only here: what is off costs nothing. */
  open(config: Config, ports: Ports): Promise<OpenIntegration>;
}

/** Holds the parts together: the slice's types reach `configure`, the configuration's type reaches `open`. */
export function defineIntegration<Slice extends z.ZodRawShape, Config>(integration: Integration<Slice, Config>): Integration {
  return integration as unknown as Integration;
}
