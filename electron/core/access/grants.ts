/** Letting an assistant read notes for a time (J11): given by an administrator with the reason, ended at any time, logged. */
import { err, ok } from '#electron/contract/verb.ts';
import { clinicDayBounds } from '#db/rules/appointments.ts';
import { isGrantable, isGranted } from '#db/rules/grants.ts';
import { useCase } from '../use-case.ts';

export const grantHandlers = [
  useCase('grant.list', (ctx) => {
    const nameOf = (userId: string): string => ctx.get('user', userId)?.name ?? '';
    const grants = ctx
      .rows('access_grant', '1 = 1 order by valid_from desc, id desc')
      .map((row) => ({ ...row, name: nameOf(row.userId), grantedByName: nameOf(row.grantedById), holds: isGranted([row], ctx.now) }));
    return ok({ grants });
  }),

  useCase('grant.give', (ctx, { userId, from, until, reason }) => {
    const user = ctx.get('user', userId);
    if (user === undefined) return err('user/unknown');
    if (userId === ctx.actor.userId) return err('grant/own');
    if (!user.roles.includes('ASSISTANT')) return err('grant/not-assistant');
    const [validFrom, validUntil] = [clinicDayBounds(from).from, clinicDayBounds(until).to];
    if (!isGrantable(ctx.now, validFrom, validUntil)) return err('grant/period');
    const row = ctx.insert('access_grant', { userId, grantedById: ctx.actor.userId, reason, validFrom, validUntil });
    ctx.audit({ action: 'create', subjectEntity: 'access_grant', subjectId: row.id, details: { userId, validFrom, validUntil }, reason });
    return ok({ id: row.id });
  }),

  useCase('grant.end', (ctx, { id }) => {
    const row = ctx.get('access_grant', id);
    if (row === undefined) return err('grant/unknown');
    if (row.endedAt !== null) return ok(null);
    ctx.patch('access_grant', id, { endedById: ctx.actor.userId, endedAt: ctx.now });
    ctx.audit({ action: 'change', subjectEntity: 'access_grant', subjectId: id, details: { userId: row.userId, ended: true } });
    return ok(null);
  }),
];
