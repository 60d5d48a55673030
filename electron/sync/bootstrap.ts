/**
 * Today first: what a new laptop needs to be useful at once (the day's patients and what must be known of them), ahead of
 * the feed. The rows carry their places, so that the feed, when it comes to them, finds them there (D2); the cursor stays.
 */
import { z } from 'zod';
import { feedRowSchema } from '#db/sync/shape.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { applyFeed, type Applied } from './apply.ts';
import { readCursor } from './cursor.ts';
import type { Fetch } from './ports.ts';
import { toEntry } from './pull.ts';

const answerSchema = z.object({ seq: z.int(), rows: z.array(feedRowSchema) });

export interface Today {
  applied: Applied;
  /** Place of the newest row on the server: how far the feed has to go. */
  head: number;
}

/** @returns undefined when the server does not answer, or knows no such route: the feed brings everything anyway */
export async function fetchToday(
  deps: { db: SqliteDatabase; serverUrl: string; credential(): string; fetch: Fetch },
  signal: AbortSignal,
): Promise<Today | undefined> {
  try {
    const response = await deps.fetch(`${deps.serverUrl}/v1/bootstrap`, {
      headers: { authorization: `Bearer ${deps.credential()}` },
      cache: 'no-store',
      signal,
    });
    if (!response.ok) return undefined;
    const { seq, rows } = answerSchema.parse(await response.json());
    if (signal.aborted) return undefined;
    return { applied: applyFeed(deps.db, rows.map(toEntry), { cursor: readCursor(deps.db) }), head: seq };
  } catch {
    return undefined;
  }
}
