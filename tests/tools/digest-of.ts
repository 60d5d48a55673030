/** Digests of a replica's own rows: the laptop's side of what the server answers at /v1/digest. */
import { createHash } from 'node:crypto';
import type { Audience } from '#db/model/entity.ts';
import { audienceOf, entitiesFor, mayReceive } from '#db/sync/audience.ts';
import { digestLine, digestOf, type EntityDigest } from '#db/sync/digest.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { decodeRow } from '#db/sqlite/store.ts';
import { readCursor } from '#electron/sync/cursor.ts';

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

/** @param audience of the digest wanted: the narrower one, when replicas of two audiences are compared */
export function replicaDigests(db: SqliteDatabase, audience: Audience = 'clinical'): EntityDigest[] {
  const seq = readCursor(db).passedSeq;
  return entitiesFor(audience).map((entity) => {
    const lines: string[] = [];
    for (const raw of db.prepare(`select * from "${entity}" where deleted = 0`).iterate()) {
      const row = { ...decodeRow(entity, raw) };
      if (!mayReceive(audience, audienceOf(entity, row))) continue;
      const line = digestLine(entity, row, sha256);
      if (line !== undefined) lines.push(line);
    }
    return { entity, seq, ...digestOf(lines, sha256) };
  });
}

/** What differs between two replicas, as lines to read; empty when they are equal. */
export function differing(a: readonly EntityDigest[], b: readonly EntityDigest[]): string[] {
  const other = new Map(b.map((one) => [one.entity, one]));
  return a
    .filter((one) => one.digest !== other.get(one.entity)?.digest)
    .map((one) => `${one.entity}: ${one.rows} rows against ${other.get(one.entity)?.rows ?? 'none'}`);
}
