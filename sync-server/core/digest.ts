/** A proof of what the server holds in the caller's audience; worked out from rows, never from what a laptop says. */
import { withClinic, type Pool } from '#db/postgres/open.ts';
import { feedHead } from '#db/postgres/queries/feed.ts';
import { allRows } from '#db/postgres/queries/rows.ts';
import type { Audience } from '#db/model/entity.ts';
import { audienceOf, entitiesFor, mayReceive } from '#db/sync/audience.ts';
import { digestLine, digestOf, type EntityDigest } from '#db/sync/digest.ts';
import { sha256 } from './read-change.ts';

export async function digestsOf(pool: Pool, clinicId: string, audience: Audience): Promise<{ seq: number; entities: EntityDigest[] }> {
  return withClinic(
    pool,
    clinicId,
    async (tx) => {
      // One snapshot for head and rows: equal digests mean something only at an equal place.
      const head = await feedHead(tx, clinicId);
      const seq = head?.seq ?? 0;
      const out: EntityDigest[] = [];
      for (const entity of entitiesFor(audience)) {
        const lines: string[] = [];
        for await (const row of allRows(tx, clinicId, entity)) {
          if (!mayReceive(audience, audienceOf(entity, row))) continue;
          const line = digestLine(entity, row, sha256);
          if (line !== undefined) lines.push(line);
        }
        out.push({ entity, seq, ...digestOf(lines, sha256) });
      }
      return { seq, entities: out };
    },
    'repeatable read',
  );
}
