/**
 * The first load of a laptop that has not read everything yet: today's patients ahead of the feed, how far it has come, and SQLite's log
 * folded into the file rarely meanwhile: after every few pages it would write most pages of an index again and again.
 */
import { checkpointAfter } from '#db/sqlite/open.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import type { Applied } from './apply.ts';
import { fetchToday } from './bootstrap.ts';
import { readCursor } from './cursor.ts';
import type { Fetch } from './ports.ts';

export interface FirstLoad {
  /** Fetches today's rows. Undefined when there are none to be had: the feed brings everything anyway. */
  today(signal: AbortSignal): Promise<Applied | undefined>;
  /** Share read, 0–1, and an estimate of what is left; null while it cannot be known. */
  progress(): { progress: number | null; remainingSeconds: number | null };
  /** The feed has been read to its end. */
  ended(): void;
}

/** 128 MB of log at most: a clinic of 100,000 rows is loaded within it (84 MB measured), and folded in once, afterwards. */
const RARELY_PAGES = 32_768;
/** SQLite's own default. */
const USUALLY_PAGES = 1000;

export function createFirstLoad(deps: {
  db: SqliteDatabase;
  serverUrl: string;
  credential(): string;
  fetch: Fetch;
  clock: { now(): Date };
}): FirstLoad {
  const { db, clock } = deps;
  /** Where the server's feed ends, and where and when this laptop began to read. */
  let load: { head: number; from: number; at: number } | undefined;
  let rare = false;
  return {
    async today(signal) {
      checkpointAfter(db, RARELY_PAGES);
      rare = true;
      const found = await fetchToday(deps, signal);
      if (found === undefined || signal.aborted) return undefined;
      load = { head: found.head, from: readCursor(db).seenSeq, at: clock.now().getTime() };
      return found.applied;
    },
    progress() {
      const { seenSeq } = readCursor(db);
      if (load === undefined || load.head <= 0) return { progress: null, remainingSeconds: null };
      const seconds = (clock.now().getTime() - load.at) / 1000;
      const read = seenSeq - load.from;
      const left = load.head - seenSeq;
      const remainingSeconds = read > 0 && seconds >= 1 ? Math.max(0, Math.ceil((left / read) * seconds)) : null;
      return { progress: Math.min(1, seenSeq / load.head), remainingSeconds };
    },
    ended() {
      if (rare) checkpointAfter(db, USUALLY_PAGES);
      rare = false;
    },
  };
}
