/**
 * The queue of contents, beside that of changes and never before it: one chunk at a time, what a person waits for first, then
 * what must go up, then what is to be kept here. Nothing is remembered that a kill could lose (SPEC.md, Content).
 */
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { contentToFetch, contentToUpload, markProblem, type ContentJob } from '#db/sqlite/queries/content.ts';
import { serverFacts } from '../cursor.ts';
import type { EngineTimers, Fetch } from '../ports.ts';
import type { DirectPlaces } from './direct.ts';
import { LOST, makeRoom } from './keep-house.ts';
import { fetchStep, uploadStep, type Sessions } from './steps.ts';

export interface ContentQueueOptions {
  db: SqliteDatabase;
  folder: string;
  /** Without a slash at the end. */
  serverUrl: string;
  credential(): string;
  clock: { now(): Date };
  fetch: Fetch;
  timers?: EngineTimers;
  /** 0–1, spreads retries. */
  random?: () => number;
  /** Bytes kept here of what the server has. */
  limitBytes?: number;
  /** Something about a content is other than it was; at most a few times a second. */
  onChanged(): void;
  /** A fault of our own (a full disk): its code. */
  onFault(code: string): void;
}

export interface ContentQueue {
  start(): void;
  /** Ends all traffic; resolves when nothing touches the database or the files any more. */
  stop(): Promise<void>;
  /** There may be something to do. */
  nudge(): void;
  /** The server is there again: nobody waits out a back-off. */
  online(): void;
  /** Sends all that it can now. Whether nothing is left that the server's record names. */
  handIn(): Promise<boolean>;
  /** Chunks that the server has of what is going up; null when it is not on its way. */
  sent(sha256: string): number | null;
}

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;
const TELL_MS = 250;

const realTimers: EngineTimers = {
  set: (run, ms) => setTimeout(run, ms).unref(),
  clear: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};

export function createContentQueue(options: ContentQueueOptions): ContentQueue {
  const { db, folder, clock } = options;
  const timers = options.timers ?? realTimers;
  const random = options.random ?? Math.random;
  const sessions: Sessions = new Map();
  const places: DirectPlaces = new Map();
  /** Contents the server or this laptop refused: how often, and the timer after which they are tried again. No clock decides. */
  const refused = new Map<string, { times: number; timer: unknown }>();
  let going = false;
  let aborter = new AbortController();
  let running: Promise<void> | undefined;
  let again = false;
  let silences = 0;
  let retry: unknown;
  let telling: unknown;

  function tell(): void {
    telling ??= timers.set(() => {
      telling = undefined;
      if (going) options.onChanged();
    }, TELL_MS);
  }

  function pick(): { job: ContentJob; step: 'fetch' | 'upload' } | undefined {
    const free = (job: ContentJob) => refused.get(job.sha256)?.timer === undefined;
    const fetches = contentToFetch(db).filter(free);
    const opened = fetches.find(({ openedAt }) => openedAt !== null);
    if (opened !== undefined) return { job: opened, step: 'fetch' };
    const upload = contentToUpload(db, serverFacts.epoch(db)).find(free);
    if (upload !== undefined) return { job: upload, step: 'upload' };
    return fetches[0] === undefined ? undefined : { job: fetches[0], step: 'fetch' };
  }

  async function run(): Promise<void> {
    for (let next = pick(); next !== undefined && going; next = pick()) {
      const { job, step } = next;
      const result =
        step === 'fetch' ? await fetchStep(deps(), job, places, aborter.signal) : await uploadStep(deps(), job, sessions, aborter.signal);
      if (!going) return;
      tell();
      if (result.ok) {
        silences = 0;
        if (!result.done) continue;
        refused.delete(job.sha256);
        makeRoom(db, folder, clock.now(), options.limitBytes);
        continue;
      }
      if (result.silent) {
        sessions.clear();
        silences += 1;
        return later(backoff(silences));
      }
      refuse(job, result.code);
    }
  }

  function refuse(job: ContentJob, code: string): void {
    const times = (refused.get(job.sha256)?.times ?? 0) + 1;
    const timer = timers.set(() => {
      refused.set(job.sha256, { times, timer: undefined });
      wake();
    }, backoff(times));
    refused.set(job.sha256, { times, timer });
    sessions.delete(job.sha256);
    // Its row has not reached the server yet, or no longer has after a restore: the queue of changes sees to that.
    if (code !== 'attachment/unknown' && job.problem !== LOST) markProblem(db, job.sha256, code);
  }

  function forgive(): void {
    for (const { timer } of refused.values()) if (timer !== undefined) timers.clear(timer);
    refused.clear();
  }

  function deps() {
    return { db, folder, serverUrl: options.serverUrl, credential: options.credential, fetch: options.fetch };
  }

  function backoff(attempt: number): number {
    const ceiling = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempt - 1));
    return ceiling / 2 + (random() * ceiling) / 2;
  }

  function later(ms: number): void {
    if (retry !== undefined) timers.clear(retry);
    retry = timers.set(() => {
      retry = undefined;
      wake();
    }, ms);
  }

  function wake(): void {
    if (!going) return;
    if (running !== undefined) {
      again = true;
      return;
    }
    again = false;
    running = run()
      .catch((error: unknown) => {
        // A full disk, a file that cannot be read: this queue waits, the record goes on.
        const code = (error as { code?: unknown }).code;
        options.onFault(typeof code === 'string' ? code : 'unknown');
        silences += 1;
        if (going) later(backoff(silences));
      })
      .finally(() => {
        running = undefined;
        if (again) wake();
      });
  }

  return {
    start() {
      if (going) return;
      going = true;
      aborter = new AbortController();
      sessions.clear();
      places.clear();
      silences = 0;
      makeRoom(db, folder, clock.now(), options.limitBytes);
      wake();
    },
    async stop() {
      going = false;
      aborter.abort();
      forgive();
      for (const timer of [retry, telling]) if (timer !== undefined) timers.clear(timer);
      retry = undefined;
      telling = undefined;
      await running;
    },
    nudge() {
      // While the server is silent the timer decides.
      if (silences === 0 || retry === undefined) wake();
    },
    online() {
      silences = 0;
      forgive();
      if (retry !== undefined) timers.clear(retry);
      retry = undefined;
      wake();
    },
    async handIn() {
      wake();
      await running;
      return contentToUpload(db, serverFacts.epoch(db)).length === 0;
    },
    sent: (sha256) => sessions.get(sha256)?.size ?? null,
  };
}
