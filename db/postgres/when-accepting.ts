/** A Postgres that is starting, or recovering from a crash, says so and takes connections a moment later: a server that begins meanwhile waits. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** SQLSTATE cannot_connect_now. */
const NOT_YET = '57P03';
const PAUSE_MS = 250;

/** Resolves when a connection was taken, or was refused for another reason, which whoever connects next hears; throws after `limitMs`. */
export async function whenAccepting(url: string, limitMs = 60_000): Promise<void> {
  for (let waited = 0; ; waited += PAUSE_MS) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      return;
    } catch (error) {
      if ((error as { code?: unknown }).code !== NOT_YET) return;
      if (waited >= limitMs) throw error;
    } finally {
      await client.end().catch(() => {});
    }
    await sleep(PAUSE_MS);
  }
}
