/**
 * A passphrase is chosen on a laptop; the server must be able to check a sign-in with it. What it needs, an
 * Argon2id verifier, waits in the encrypted database until there is a server to give it to. Never in the feed.
 */
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { prepared, writeReplica } from '#db/sqlite/store.ts';
import type { Ports } from '../ports.ts';

const PREFIX = 'account-verifier:';

export function queueAccountVerifier(db: SqliteDatabase, userId: string, verifier: string): void {
  writeReplica(db, `${PREFIX}${userId}`, verifier);
}

export function accountVerifierOf(db: SqliteDatabase, userId: string): string | undefined {
  return (prepared(db, 'select value from replica where key = ?').get(`${PREFIX}${userId}`) as { value: string } | undefined)?.value;
}

/** Delivers what waits; what fails stays for the next time. */
export async function deliverAccountVerifiers(ports: Ports, db: SqliteDatabase, serverUrl: string, credential: string): Promise<void> {
  const waiting = prepared(db, `select key, value from replica where key like '${PREFIX}%'`).all() as { key: string; value: string }[];
  for (const { key, value } of waiting) {
    try {
      const response = await ports.fetch(`${serverUrl}/v1/accounts/${key.slice(PREFIX.length)}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
        body: JSON.stringify({ verifier: value }),
        cache: 'no-store',
        redirect: 'error',
      });
      if (response.ok && db.open) prepared(db, 'delete from replica where key = ? and value = ?').run(key, value);
    } catch {
      return;
    }
  }
}
