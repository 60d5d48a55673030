/**
 * An erasure that was accepted: everything that hangs under its targets is worked out here, where all of it is, and emptied in the transaction
 * that writes the trace. A laptop may have decided about less than has come from others meanwhile.
 */
import { isEntityName } from '#db/model/entities.ts';
import type { RowKey } from '#db/model/erasure.ts';
import { blanked, closureOf, erasedBy, unquoted, type Closure, type Found } from '#db/sync/erase.ts';
import type { RowWrite } from '#db/sync/row.ts';
import type { RecordTx } from './record-store.ts';

export interface Erasing {
  /** Rows to be emptied, without their place yet. */
  rows: Found[];
  /** What the trace names. */
  erased: RowKey[];
}

/** @param write the birth of the erasure */
export async function erasing(tx: Pick<RecordTx, 'findRows'>, { id, set }: Pick<RowWrite, 'id' | 'set'>): Promise<Erasing> {
  const steps = closureOf(keysIn(set['targets']), typeof set['requestId'] === 'string' ? set['requestId'] : null);
  let step = steps.next();
  while (!step.done) step = steps.next(await tx.findRows(step.value));
  const { whole, quoting }: Closure = step.value;
  const gone = whole.filter(({ row }) => erasedBy(row) === undefined);
  return {
    rows: [
      ...gone.map(({ entity, row }) => ({ entity, row: blanked(entity, row, id) })),
      ...quoting.map(({ entity, row }) => ({ entity, row: unquoted(entity, row) })),
    ],
    erased: whole.map(({ entity, row }) => ({ entity, id: row.id })),
  };
}

export function keysIn(value: unknown): RowKey[] {
  return Array.isArray(value) ? value.filter((one): one is RowKey => typeof one?.id === 'string' && isEntityName(String(one?.entity))) : [];
}
