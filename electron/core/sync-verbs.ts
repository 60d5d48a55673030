/** What has left this laptop and what has not. Looking only: nothing here can throw anything away. */
import { err, ok } from '#electron/contract/verb.ts';
import { openConflictCount } from '#db/sqlite/queries/conflicts.ts';
import { outboxItems } from '#db/sqlite/queries/outbox-view.ts';
import { localStatus } from './replica.ts';
import { logRead } from './audit/log-once.ts';
import { service, useCase } from './use-case.ts';

export const syncHandlers = [
  service(
    'sync.status',
    async ({ clinic, replica }) => {
      if (clinic === null) return err('session/closed');
      const { db, actor } = clinic;
      // The engine counts them all; a person is told of those that they will be shown.
      return ok({ ...(replica()?.status() ?? localStatus(db)), openConflicts: openConflictCount(db, actor.userId) });
    },
    'any',
  ),
  service('sync.now', async (services) => {
    const { clinic } = services;
    if (clinic === null) return err('session/closed');
    const replica = services.replica();
    if (replica === null) return err('server/not-connected');
    services.transaction((ctx) => {
      ctx.releaseOutbox();
      return ok(null);
    });
    await replica.syncNow();
    return ok(replica.status());
  }),
  useCase('sync.outbox', (ctx, { show, limit }) => {
    const outbox = outboxItems(ctx.db, show, limit);
    // Names of patients are shown: one look at the queue is one line of the log.
    const rows = outbox.items.flatMap((item) => (item.patientName === null ? [] : [item.rowId]));
    if (rows.length > 0) logRead(ctx, { details: { outbox: rows.slice(0, 20) } }, `outbox/${show}`);
    return ok(outbox);
  }),
];
