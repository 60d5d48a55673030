/**
 * A passphrase is chosen on a laptop; the server must be able to check a sign-in with it. What it needs, an
 * Argon2id verifier, waits in the encrypted database until there is a server to give it to. Never in the feed.
 */
import type { KeyObject } from 'node:crypto';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { z } from 'zod';
import { prepared, readReplica, writeReplica } from '#db/sqlite/store.ts';
import type { Ports } from '../ports.ts';
import { proofHeaders } from './proof.ts';

const PREFIX = 'account-verifier:';

/** @param actor whose signature goes with it: the person themselves, or the administrator who lets them in */
export function queueAccountVerifier(
  db: SqliteDatabase,
  userId: string,
  verifier: string,
  actor: { userId: string; signingKey: KeyObject },
): void {
  const proof = proofHeaders(actor, { method: 'PUT', path: pathOf(userId), body: { verifier } });
  writeReplica(db, `${PREFIX}${userId}`, JSON.stringify({ verifier, proof }));
}

const pathOf = (userId: string): string => `/v1/accounts/${userId}`;
const waitingSchema = z.object({ verifier: z.string(), proof: z.record(z.string(), z.string()) });

/** A verifier that was queued before proofs were asked for stands as it is: it still founds a clinic. */
function readWaiting(value: string): z.infer<typeof waitingSchema> {
  return value.startsWith('{') ? waitingSchema.parse(JSON.parse(value)) : { verifier: value, proof: {} };
}

export function accountVerifierOf(db: SqliteDatabase, userId: string): string | undefined {
  const stored = readReplica(db, `${PREFIX}${userId}`);
  return stored === undefined ? undefined : readWaiting(stored).verifier;
}

/** Delivers what waits; what fails stays for the next time. */
export async function deliverAccountVerifiers(ports: Ports, db: SqliteDatabase, serverUrl: string, credential: string): Promise<void> {
  const waiting = prepared(db, `select key, value from replica where key like '${PREFIX}%'`).all() as { key: string; value: string }[];
  for (const { key, value } of waiting) {
    try {
      const { verifier, proof } = readWaiting(value);
      const response = await ports.fetch(`${serverUrl}${pathOf(key.slice(PREFIX.length))}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json', ...proof },
        body: JSON.stringify({ verifier }),
        cache: 'no-store',
        redirect: 'error',
      });
      if (response.ok && db.open) prepared(db, 'delete from replica where key = ? and value = ?').run(key, value);
    } catch {
      return;
    }
  }
}
