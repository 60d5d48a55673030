/**
 * The feed as an Electric shape, answered from Postgres alone (protocol as in Electric's sync-service 1.7,
 * read by the unmodified @electric-sql/client 1.5.28). Stateless: handle and offset say everything, so any copy
 * of this server can answer any request.
 *
 * Offset: `{seq}_0`, the place in the clinic's feed. Handle: clinic, audience, epoch and floor at its issue. A
 * reader starts over (409) when its handle is of another clinic, audience or epoch, or when rows it has not seen
 * may have been compacted away: its handle's floor is older and its offset lies below the floor. The new handle
 * always differs from the old: a 409 with the same handle would stop the stock client.
 */
import type { Audience } from '#db/model/entity.ts';
import type { FeedPage } from '#db/postgres/queries/feed.ts';
import type { WakeUps } from '#db/postgres/listen.ts';
import type { RecordStore } from './record-store.ts';
import type { Failure } from './result.ts';
import { joinedBytes, pagesOf } from './shape-pages.ts';

export interface ShapeDeps {
  store: RecordStore;
  wakeUps: Pick<WakeUps, 'wait'>;
  epoch: string;
  now(): Date;
  /** Rows and characters of one chunk. */
  limits: { rows: number; bytes: number };
  longPollMs: number;
  /** Aborted when the server shuts down: parked readers get their answer. */
  closing: AbortSignal;
}

export interface ShapeReader {
  clinicId: string;
  audience: Audience;
  /** Asked again after a wait: what this reader may read now, or why nothing any more. */
  again(): Promise<{ audience: Audience } | Failure>;
}

export interface ShapeAnswer {
  status: 200 | 304 | 400 | 409;
  headers: Record<string, string>;
  body: string | Buffer;
}

const SCHEMA = JSON.stringify({
  clinic_id: { type: 'uuid', pk_index: 0, not_null: true },
  audience: { type: 'text', not_null: true },
  entity: { type: 'text', pk_index: 1, not_null: true },
  id: { type: 'uuid', pk_index: 2, not_null: true },
  seq: { type: 'int8', not_null: true },
  created_seq: { type: 'int8', not_null: true },
  deleted: { type: 'bool', not_null: true },
  body: { type: 'text' },
});
/** Electric's counting of live requests starts here. */
const CURSOR_EPOCH = Date.UTC(2024, 9, 9);
const TABLES: ReadonlySet<string> = new Set(['feed', 'public.feed', '"public"."feed"', '"feed"']);
const KNOWN: ReadonlySet<string> = new Set([
  'table',
  'offset',
  'handle',
  'live',
  'cursor',
  'replica',
  'log',
  'expired_handle',
  'cache-buster',
]);

interface Asked {
  /** -1 for the beginning, -2 for `now`. */
  after: number;
  offset: string;
  handle: string | undefined;
  live: boolean;
  cursor: string | undefined;
}

export type Query = Readonly<Record<string, string | undefined>>;

/** Answers one request. `gone` is aborted when the client hangs up. A failure only when the reader may no longer read. */
export async function answerShape(
  deps: ShapeDeps,
  reader: ShapeReader,
  query: Query,
  ifNoneMatch: string | undefined,
  gone: AbortSignal,
): Promise<ShapeAnswer | Failure> {
  const asked = read(query);
  if ('errors' in asked) return invalid(asked.errors);
  const { clinicId, audience } = reader;
  const place = pagesOf(deps.store, deps.limits);

  if (asked.after < 0) {
    const head = await deps.store.inClinic(clinicId, (tx) => tx.feedHead(), 'reads');
    if (head === undefined) return invalid({ table: ['unknown'] });
    const handle = handleOf(deps, reader, head.floor);
    if (asked.after === -2) return upToDate(deps, asked, handle, head.seq);
    const page = await place(clinicId, audience, 0);
    if (page === undefined) return invalid({ table: ['unknown'] });
    // The beginning is never up to date: the client asks once more, from where this chunk ended.
    return chunk(deps, asked, handle, page, page.last ?? 0, false, ifNoneMatch);
  }

  // Registered before reading: a change between reading and waiting wakes us at once.
  const waiter = asked.live ? startWaiting(deps, clinicId, gone) : undefined;
  let woken = false;
  try {
    for (;;) {
      const page = await place(clinicId, audience, asked.after);
      if (page === undefined) return invalid({ table: ['unknown'] });
      const handle = validHandle(deps, reader, asked, page.floor);
      if (handle === undefined) return mustRefetch(handleOf(deps, reader, page.floor));
      if (asked.after > page.seq) return invalid({ offset: ['out of bounds for this shape'] });
      if (woken || (asked.live && page.rows > 0)) {
        // Asked after the page was read: nothing that was written after a revocation goes out, nor what was written between recognising the
        // reader and reading for them.
        const now = await reader.again();
        if ('code' in now) return now;
        if (now.audience !== audience) return mustRefetch(handleOf(deps, { ...reader, audience: now.audience }, page.floor));
      }
      if (page.rows > 0)
        return chunk(deps, asked, handle, page, page.complete ? page.seq : (page.last ?? asked.after), page.complete, ifNoneMatch);
      if (waiter === undefined || waiter.expired()) return upToDate(deps, asked, handle, page.seq, ifNoneMatch);
      await waiter.next();
      woken = true;
    }
  } finally {
    waiter?.stop();
  }
}

function read(query: Query): Asked | { errors: Record<string, string[]> } {
  // Without a prototype: a parameter may be called `__proto__`.
  const errors = Object.create(null) as Record<string, string[]>;
  for (const name of Object.keys(query)) if (!KNOWN.has(name)) errors[name] = ['is not supported by this server'];
  if (query['table'] === undefined) errors['table'] = ["can't be blank"];
  else if (!TABLES.has(query['table'])) errors['table'] = ['does not exist'];
  const offset = query['offset'] ?? '';
  const match = /^(\d{1,15})_(?:0|inf)$/.exec(offset);
  const after = offset === '-1' ? -1 : offset === 'now' ? -2 : match === null ? undefined : Number(match[1]);
  if (offset === '') errors['offset'] = ["can't be blank"];
  else if (after === undefined) errors['offset'] = ['has invalid format'];
  const live = query['live'] === 'true';
  if (query['live'] !== undefined && !['true', 'false'].includes(query['live'])) errors['live'] = ['is invalid'];
  if (live && after !== undefined && after < 0) errors['live'] = ["can't be true when offset == -1 or now"];
  if (after !== undefined && after >= 0 && query['handle'] === undefined) errors['handle'] = ["can't be blank when offset != -1"];
  if (query['replica'] !== undefined && !['default', 'full'].includes(query['replica'])) errors['replica'] = ['is invalid'];
  if (query['log'] !== undefined && query['log'] !== 'full') errors['log'] = ['is not supported by this server'];
  if (Object.keys(errors).length > 0 || after === undefined) return { errors };
  return { after, offset, handle: query['handle'], live, cursor: query['cursor'] };
}

function handleOf({ epoch }: ShapeDeps, { clinicId, audience }: ShapeReader, floor: number): string {
  return `${clinicId}-${audience}-${epoch}-${floor}`;
}

/** The reader's own handle while it is good, else undefined. */
function validHandle(deps: ShapeDeps, reader: ShapeReader, { handle, after }: Asked, floor: number): string | undefined {
  const prefix = handleOf(deps, reader, 0).slice(0, -1);
  if (handle === undefined || !handle.startsWith(prefix) || !/^(0|[1-9]\d{0,14})$/.test(handle.slice(prefix.length))) return undefined;
  const issued = Number(handle.slice(prefix.length));
  if (issued > floor || (issued < floor && after < floor)) return undefined;
  return handle;
}

function common(handle: string, offset: number): Record<string, string> {
  return { 'electric-handle': handle, 'electric-offset': `${offset}_0`, 'content-type': 'application/json; charset=utf-8' };
}

const UP_TO_DATE = (seq: number) => `{"headers":{"control":"up-to-date","global_last_seen_lsn":"${seq}"}}`;

function chunk(
  deps: ShapeDeps,
  asked: Asked,
  handle: string,
  page: FeedPage,
  offset: number,
  complete: boolean,
  ifNoneMatch: string | undefined,
): ShapeAnswer {
  const headers = {
    ...common(handle, offset),
    ...timing(deps, asked),
    'electric-has-data': 'true',
    ...(complete ? { 'electric-up-to-date': '' } : {}),
  };
  return tagged(asked, handle, offset, headers, joinedBytes(page, complete ? UP_TO_DATE(page.seq) : undefined), ifNoneMatch);
}

function upToDate(deps: ShapeDeps, asked: Asked, handle: string, seq: number, ifNoneMatch?: string): ShapeAnswer {
  const headers = { ...common(handle, seq), ...timing(deps, asked), 'electric-up-to-date': '', 'electric-has-data': 'false' };
  return tagged(asked, handle, seq, headers, `[${UP_TO_DATE(seq)}]`, ifNoneMatch);
}

function tagged(
  asked: Asked,
  handle: string,
  offset: number,
  headers: Record<string, string>,
  body: string | Buffer,
  ifNoneMatch: string | undefined,
): ShapeAnswer {
  const etag = `"${handle}:${asked.offset}:${offset}_0"`;
  if (!asked.live && isAmong(etag, ifNoneMatch)) return { status: 304, headers: { ...headers, etag }, body: '' };
  return { status: 200, headers: { ...headers, etag }, body };
}

/** If-None-Match is a list, and is compared weakly (RFC 9110 § 13.1.2). */
function isAmong(etag: string, ifNoneMatch: string | undefined): boolean {
  return ifNoneMatch?.split(',').some((one) => one.trim().replace(/^W\//, '') === etag) === true;
}

/** Live answers carry a cursor that always differs from the client's, others the schema. */
function timing({ now }: ShapeDeps, { live, cursor }: Asked): Record<string, string> {
  if (!live) return { 'electric-schema': SCHEMA };
  const seconds = Math.floor((now().getTime() - CURSOR_EPOCH) / 1000);
  const next = Math.ceil(seconds / 20) * 20;
  const before = /^\d{1,15}$/.test(cursor ?? '') ? Number(cursor) : 0;
  return { 'electric-cursor': String(next <= before ? before + 1 : next) };
}

/** What a 409 says: begin anew. */
export const MUST_REFETCH = '[{"headers":{"control":"must-refetch"}}]';

function mustRefetch(handle: string): ShapeAnswer {
  return {
    status: 409,
    headers: { 'electric-handle': handle, 'content-type': 'application/json; charset=utf-8' },
    body: MUST_REFETCH,
  };
}

/** 400 in Electric's form, naming each parameter that is wrong. */
export function invalid(errors: Readonly<Record<string, readonly string[]>>): ShapeAnswer {
  return {
    status: 400,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ message: 'Invalid request', code: 'shape/invalid', errors }),
  };
}

function startWaiting(deps: ShapeDeps, clinicId: string, gone: AbortSignal) {
  let news = false;
  let over = false;
  let release: (() => void) | undefined;
  const wake = () => {
    news = true;
    release?.();
  };
  const end = () => {
    over = true;
    release?.();
  };
  const forget = deps.wakeUps.wait(clinicId, wake);
  const timer = setTimeout(end, deps.longPollMs);
  gone.addEventListener('abort', end, { once: true });
  deps.closing.addEventListener('abort', end, { once: true });
  if (gone.aborted || deps.closing.aborted) end();
  return {
    expired: () => over,
    async next() {
      if (!news && !over) await new Promise<void>((resolve) => (release = resolve));
      news = false;
      release = undefined;
    },
    stop() {
      forget();
      clearTimeout(timer);
      gone.removeEventListener('abort', end);
      deps.closing.removeEventListener('abort', end);
    },
  };
}
