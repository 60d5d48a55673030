/**
 * What a colleague wrote, not knowing, into what had been erased by law: the server keeps it sealed, and whoever decided about the erasure reads
 * it here (hpl § 43; it is never taken back into what is gone). What of it is needed they write anew, as an entry of their own.
 */
import { ok } from '#electron/contract/verb.ts';
import type { HeldChange } from '#electron/contract/sync.ts';
import { MAX_CHANGES } from '#db/sync/change.ts';
import { heldAnswerSchema } from '#db/sync/held.ts';
import { upcast } from '#db/sync/upcast.ts';
import { isShutFor } from '../access/guard.ts';
import { logRead } from '../audit/log-once.ts';
import { service, useCase, type AnyHandler } from '../use-case.ts';
import { askAsPerson } from '../clinic/ask-as-person.ts';
import { viewOf } from './handed-in.ts';

const list = service('held.list', async (services) => {
  const reply = await askAsPerson(services, { method: 'POST', path: '/v1/held', body: { limit: MAX_CHANGES } }, heldAnswerSchema);
  if (!reply.ok) return reply;
  return services.transaction((ctx) => {
    const items = reply.value.changes.flatMap(({ deviceId, n, erasureId, change }): HeldChange[] => {
      const erasure = ctx.get('erasure', erasureId);
      if (erasure === undefined || isShutFor(ctx.db, erasure.patientId, ctx.actor.userId, ctx.now)) return [];
      const { patientId, decidedAt } = erasure;
      return [{ ...viewOf(ctx, { deviceId, n, change: upcast(change), patientId }), decidedAt }];
    });
    for (const patientId of new Set(items.flatMap((item) => item.patientId ?? [])))
      logRead(ctx, { patientId, details: { held: items.filter((item) => item.patientId === patientId).length } }, 'held');
    return ok({ items });
  });
});

const concerns = useCase('held.concerns', (ctx) => ok({ me: ctx.rows('erasure', 'decided_by_id = ?', [ctx.actor.userId]).length > 0 }));

export const heldHandlers: readonly AnyHandler[] = [list, concerns];
