/** The changes of a push, read and proven a batch at a time: while Postgres works on one the next is made ready. */
import { isEntityName, SCHEMA_VERSION } from '#db/model/entities.ts';
import { upcast } from '#db/sync/upcast.ts';
import { readableN, readChange, type ReadChange } from './read-change.ts';
import { UUID } from './record-batch.ts';
import { proveSignatures, type Keys, type Proofs } from './signatures.ts';

/** Changes read in one turn of the event loop: an import must not keep a colleague's single save out of this process's one thread. */
const TURN = 50;

export interface ReadBatch {
  items: ReadChange[];
  /** After these comes one that only a newer server can keep. */
  beyond: boolean;
}

/**
 * Each change's place in the queue; one whose place cannot be read has the next.
 * @returns the place that was expected where the order is broken
 */
export function placesOf(changes: readonly unknown[]): { places: number[]; expected?: number } {
  const places: number[] = [];
  for (const raw of changes) {
    const next = (places.at(-1) ?? 0) + 1;
    const n = readableN(raw) ?? next;
    if (places.length > 0 && n !== next) return { places, expected: next };
    places.push(n);
  }
  return { places };
}

/** Who say that these changes are theirs. */
export function actorsIn(changes: readonly unknown[]): string[] {
  const actors = changes.flatMap((raw) =>
    typeof raw === 'object' && raw !== null && 'actor' in raw && typeof raw.actor === 'string' && UUID.test(raw.actor) ? [raw.actor] : [],
  );
  return [...new Set(actors)];
}

/** @param proofs takes what was proven */
export async function readBatch(changes: readonly unknown[], places: readonly number[], proofs: Proofs, keys: Keys): Promise<ReadBatch> {
  const read: ReadChange[] = [];
  for (const [i, raw] of changes.entries()) {
    read.push(readChange(raw, places[i] ?? 0));
    if (read.length % TURN === 0) await new Promise(setImmediate);
  }
  // What this server is too old to keep is not refused: it waits on its laptop, in order, until the server is upgraded.
  const end = read.findIndex(({ change }) => change !== undefined && change.schema > SCHEMA_VERSION && !isEntityName(change.entity));
  const signed = end < 0 ? read : read.slice(0, end);
  await proveSignatures(proofs, keys, signed);
  // Signed as it was written; judged and kept as this version says it.
  const items = signed.map((item) => (item.change === undefined ? item : { ...item, change: upcast(item.change) }));
  return { items, beyond: end >= 0 };
}
