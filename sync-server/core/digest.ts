/** A proof of what the server holds in the caller's audience; worked out from rows, never from what a laptop says. */
import { withClinic, type Pool } from '#db/postgres/open.ts';
import { feedHead } from '#db/postgres/queries/feed.ts';
import { allRows, rowsAfter } from '#db/postgres/queries/rows.ts';
import { toBody } from '#db/sync/body.ts';
import type { CompareAnswer, CompareRequest } from '#db/sync/compare.ts';
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

/** One stretch of an entity, in order of id, as it stands at a place in the feed: its digest, and with `rows` the rows themselves. */
export async function compareStretch(
  pool: Pool,
  clinicId: string,
  audience: Audience,
  { entity, after, limit, withRows }: CompareRequest,
): Promise<Omit<CompareAnswer, 'epoch'>> {
  return withClinic(
    pool,
    clinicId,
    async (tx) => {
      const seq = (await feedHead(tx, clinicId))?.seq ?? 0;
      const { rows, upTo } = await rowsAfter(tx, clinicId, entity, after, limit);
      const mine = rows.filter((row) => mayReceive(audience, audienceOf(entity, row)));
      const lines = mine.flatMap((row) => digestLine(entity, row, sha256) ?? []);
      return {
        seq,
        upTo,
        ...digestOf(lines, sha256),
        ...(withRows
          ? { content: mine.map((row) => ({ id: row.id, seq: row.seq, body: row.deleted ? null : JSON.stringify(toBody(entity, row)) })) }
          : {}),
      };
    },
    'repeatable read',
  );
}
