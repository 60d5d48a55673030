/**
 * The scrubbing of this process: all that may be said to Sentry, whatever the library has gathered besides. Every part of an envelope is built anew
 * from these forms, and what does not fit them does not leave: no message, no value, no query string, no body, no header, no name of a function or a
 * machine. Errors are `{kind, code, lines of our own files, route or queue}`; times are named by route pattern, queue, or verb and table.
 */
import { z } from 'zod';
import { isCode, isOurs, ROUTE } from './faults.ts';

/** `GET /v1/devices/:id/revoke`, `job message-send`, `select patient`. */
const NAME = new RegExp(`^(?:(?:GET|HEAD|POST|PUT|DELETE) ${ROUTE.source.slice(1, -1)}|job [a-z-]{1,40}|[a-z]{3,8}(?: [a-z_]{1,40})?)$`);
const id = z.string().regex(/^[0-9a-f]{16}(?:[0-9a-f]{16})?$/);
const time = z.number().min(0).max(1e11);
const place = z.int().min(0).max(9_999_999);
const release = z.string().regex(/^ryggrad-sync@\d+\.\d+\.\d+$/);
const environment = z.enum(['production', 'development', 'test']);
const common = { event_id: id, timestamp: time.optional(), release: release.optional(), environment: environment.optional() };

const frame = z.object({ filename: z.string().refine(isOurs), lineno: place, colno: place });
const eventForm = z.object({
  ...common,
  level: z.enum(['error', 'fatal']),
  tags: z.object({
    process: z.literal('sync-server'),
    code: z.string().refine(isCode).optional(),
    route: z.string().regex(ROUTE).optional(),
    queue: z
      .string()
      .regex(/^[a-z-]{1,40}$/)
      .optional(),
  }),
  exception: z.object({
    values: z.tuple([z.object({ type: z.string().regex(/^[A-Za-z]{1,30}$/), stacktrace: z.object({ frames: z.array(frame).max(30) }) })]),
  }),
});
const timed = {
  span_id: id,
  trace_id: id,
  parent_span_id: id.optional(),
  op: z.enum(['http.server', 'db', 'queue.process']),
  status: z.enum(['ok', 'internal_error']).optional(),
};
const transactionForm = z.object({
  ...common,
  type: z.literal('transaction'),
  transaction: z.string().regex(NAME),
  start_timestamp: time,
  contexts: z.object({ trace: z.object(timed), profile: z.object({ profiler_id: id }).optional() }),
  spans: z.array(z.object({ ...timed, description: z.string().regex(NAME), start_timestamp: time, timestamp: time })).max(1000),
});
const profileForm = z.object({
  chunk_id: id,
  profiler_id: id,
  version: z.literal('2'),
  release: release.optional(),
  environment: environment.optional(),
  profile: z.object({
    samples: z.array(z.object({ stack_id: place, thread_id: z.string().regex(/^\d{1,6}$/), timestamp: time })).max(100_000),
    stacks: z.array(z.array(place).max(512)).max(100_000),
    frames: z.array(z.unknown()).max(100_000),
  }),
});

type Item = readonly [header: { type?: unknown }, payload: unknown];
export type Envelope = readonly [header: Readonly<Record<string, unknown>>, items: readonly Item[]];

/** @returns the envelope anew, from what is allowed in it; undefined when nothing of it is */
export function sieveEnvelope([header, items]: Envelope): Envelope | undefined {
  const kept = items.flatMap(([{ type }, payload]): Item[] => {
    const sieve = typeof type === 'string' && Object.hasOwn(SIEVES, type) ? SIEVES[type] : undefined;
    const clean = sieve?.(payload);
    return clean === undefined ? [] : [[{ type, ...(type === 'profile_chunk' ? { platform: 'node' } : {}) } as { type?: unknown }, clean]];
  });
  if (kept.length === 0) return undefined;
  const eventId = id.safeParse(header['event_id']);
  return [{ ...(eventId.success ? { event_id: eventId.data } : {}), sent_at: new Date().toISOString() }, kept];
}

const SIEVES: Readonly<Record<string, (payload: unknown) => object | undefined>> = {
  event: sieveEvent,
  transaction: sieveTransaction,
  profile_chunk: sieveProfile,
};

export function sieveEvent(event: unknown): object | undefined {
  const parsed = eventForm.safeParse(event);
  return parsed.success ? { ...parsed.data, platform: 'node' } : undefined;
}

export function sieveTransaction(event: unknown): object | undefined {
  const parsed = transactionForm.safeParse(event);
  return parsed.success ? { ...parsed.data, platform: 'node', transaction_info: { source: 'route' } } : undefined;
}

/** Frames by place alone; of what is not ours only that it is somebody's. */
function sieveProfile(chunk: unknown): object | undefined {
  const parsed = profileForm.safeParse(chunk);
  if (!parsed.success) return undefined;
  const frames = parsed.data.profile.frames.map((one) => {
    const { abs_path: path, filename, lineno } = Object(one) as { abs_path?: unknown; filename?: unknown; lineno?: unknown };
    const file = /(?:^|\/)((?:sync-server|db)\/[a-z0-9/.-]+\.ts)$/.exec(String(path ?? filename ?? ''))?.[1];
    const line = place.safeParse(lineno);
    if (file === undefined || !isOurs(file) || String(path ?? '').includes('node_modules'))
      return { filename: 'other', function: 'other', in_app: false };
    return {
      filename: file,
      function: `${file}:${line.success ? line.data : 0}`,
      ...(line.success ? { lineno: line.data } : {}),
      in_app: true,
    };
  });
  const { profile, ...rest } = parsed.data;
  return {
    ...rest,
    platform: 'node',
    client_sdk: { name: 'sentry.javascript.node', version: '0' },
    profile: { samples: profile.samples, stacks: profile.stacks, frames, thread_metadata: { '0': { name: 'main' } } },
  };
}
