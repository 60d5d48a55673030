/** What has left this laptop and what has not. Looking only: nothing here can throw anything away. */
import { err, ok } from '#electron/contract/verb.ts';
import { outboxItems, ownAudit } from '#db/sqlite/queries/outbox-view.ts';
import { localStatus } from './replica.ts';
import { service, useCase } from './use-case.ts';

export const syncHandlers = [
  service(
    'sync.status',
    async (services) =>
      services.clinic === null ? err('session/closed') : ok(services.replica()?.status() ?? localStatus(services.clinic.db)),
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
  useCase('sync.outbox', (ctx, { show, limit }) => ok(outboxItems(ctx.db, show, limit))),
  useCase('audit.own', (ctx, { limit }) => ok({ events: ownAudit(ctx.db, limit) })),
];
