/**
 * This device was revoked: what it holds is handed in first (the server keeps it sealed, in quarantine), and only then is the
 * person's order asked for with which it may be erased. Whether that order is good is the core's to say.
 */
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { releaseAll } from '#db/sqlite/outbox.ts';
import { problemCode, type Fetch } from './ports.ts';
import { queueState } from './outbox.ts';

export const REVOKED = 'device/revoked';

export interface RevocationDeps {
  db: SqliteDatabase;
  serverUrl: string;
  credential(): string;
  fetch: Fetch;
  /** Sends what waits. */
  push(): Promise<void>;
}

/**
 * @returns the order (`{userId}.{signature}`, see db/sync/proof.ts); null when nobody's signature stands under it; undefined
 *   while something has not been handed in, or the server does not answer
 */
export async function handInThenAsk(deps: RevocationDeps, signal: AbortSignal): Promise<string | null | undefined> {
  releaseAll(deps.db);
  await deps.push();
  if (queueState(deps.db).pending > 0 || signal.aborted) return undefined;
  try {
    const response = await deps.fetch(`${deps.serverUrl}/v1/bootstrap`, {
      headers: { authorization: `Bearer ${deps.credential()}` },
      cache: 'no-store',
      signal,
    });
    if (response.ok) return undefined;
    const { code, details } = await problemCode(response);
    if (code !== REVOKED) return undefined;
    return typeof details['proof'] === 'string' ? details['proof'] : null;
  } catch {
    return undefined;
  }
}
