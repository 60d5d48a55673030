/**
 * Erasure in one transaction: the trace (who, when, on which basis) and, with it, the words gone from everything that hangs on the entry, here. The
 * trace goes up like any change; the server works out anew what hangs on it, where all of it is (sync-server/core/erase.ts).
 */
import type { ErasureBasis, RowKey } from '#db/model/erasure.ts';
import { closureNow, closureOf, unquoted } from '#db/sync/erase.ts';
import { eraseHere, findRows, forgetUnsent, unquoteHere } from '#db/sqlite/queries/erase.ts';
import type { Context } from '../context.ts';

export interface ByLaw {
  requestId: string | null;
  basis: ErasureBasis;
  targets: readonly RowKey[];
}

/**
 * @param patientId whose journal all the targets stand in, by registration
 * @returns how many rows are gone
 */
export function eraseByLaw(ctx: Context, patientId: string, { requestId, basis, targets }: ByLaw): number {
  const { whole, quoting } = closureNow(closureOf(targets, requestId), (asked) => findRows(ctx.db, asked));
  const erased = whole.map(({ entity, row }) => ({ entity, id: row.id }));
  const trace = { patientId, requestId, basis, targets: [...targets], decidedById: ctx.actor.userId, decidedAt: ctx.now, erased };
  const { id } = ctx.insert('erasure', trace);
  eraseHere(ctx.db, erased, id);
  forgetUnsent(ctx.db, ctx.now);
  unquoteHere(
    ctx.db,
    quoting.map(({ entity, row }) => ({ entity, row: unquoted(entity, row) })),
  );
  for (const { entity, id: rowId } of erased) {
    ctx.touched.entities.add(entity);
    ctx.touched.ids.add(rowId);
  }
  ctx.audit({ action: 'change', subjectEntity: 'erasure', subjectId: id, patientId, details: { basis, erased: erased.length } });
  return erased.length;
}
