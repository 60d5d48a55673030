/**
 * What somebody wrote, not knowing, into what had been erased by law: sealed in quarantine, and opened for whoever decided about the erasure.
 * They hear of it, and decide whether it is written anew as an entry of its own; it is never taken back into what is gone.
 */
import { withClinic, type Pool } from '#db/postgres/open.ts';
import { changeSchema } from '#db/sync/change.ts';
import type { HeldAnswer } from '#db/sync/held.ts';
import { erasuresBy, heldChanges } from '#db/postgres/queries/held.ts';
import { readsNotes } from '#db/rules/permissions.ts';
import type { Principal } from './principal.ts';
import { err, ok, type Result } from './result.ts';
import { unseal, type SealKey } from './sealed-secret.ts';

/** What a text is sealed for. */
export const heldIn = (clinicId: string): string => `held|${clinicId}`;

/** Errors: role/forbidden. */
export async function listHeld(
  pool: Pool,
  keys: readonly SealKey[],
  { clinicId, userId, roles }: Pick<Principal, 'clinicId' | 'userId' | 'roles'>,
  limit: number,
): Promise<Result<HeldAnswer>> {
  if (!readsNotes(roles)) return err('role/forbidden');
  return withClinic(pool, clinicId, async (tx) => {
    const mine = new Map<string, string>();
    for (const { id, erased } of await erasuresBy(tx, clinicId, userId)) for (const key of erased) mine.set(key.id, id);
    const changes = (await heldChanges(tx, clinicId, limit)).flatMap(({ deviceId, n, at, change: sealed }) => {
      const text = unseal(keys, heldIn(clinicId), sealed);
      const change = text === undefined ? undefined : changeSchema.safeParse(JSON.parse(text)).data;
      if (change === undefined) return [];
      const erasureId = mine.get(change.rowId) ?? mine.get(String(change.set['encounterId']));
      return erasureId === undefined ? [] : [{ deviceId, n, at, erasureId, change }];
    });
    return ok({ changes });
  });
}
