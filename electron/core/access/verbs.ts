/** Blocks and emergencies: set, listed, opened with a reason, seen by whoever answers for the clinic. */
import { err, ok } from '#electron/contract/verb.ts';
import { derivedId } from '#db/model/ids.ts';
import { emergencyEnd } from '#db/rules/access.ts';
import { OF_PERSON, personIds, personJson, staysOf } from '#db/sqlite/queries/same-person.ts';
import type { Context } from '../context.ts';
import { fullName } from '../patients/patient-view.ts';
import { useCase } from '../use-case.ts';
import { isShutFor } from './guard.ts';

const nameOf = (ctx: Context, userId: string): string => ctx.get('user', userId)?.name ?? '';

export const accessHandlers = [
  useCase('access.list', (ctx, { patientId }) => {
    if (ctx.get('patient', patientId) === undefined) return err('patient/unknown');
    return ok({
      blocked: ctx
        .rows('access_block', `${OF_PERSON('patient_id')} and blocked = 1 order by set_at`, [personJson(ctx.db, patientId)])
        .filter(({ userId }, place, all) => all.findIndex((other) => other.userId === userId) === place)
        .map(({ userId, setAt }) => ({ userId, setAt, name: nameOf(ctx, userId) })),
      emergencies: ctx
        .rows('emergency_access', `${OF_PERSON('patient_id')} order by opened_at desc`, [personJson(ctx.db, patientId)])
        .map((row) => ({ ...row, name: nameOf(ctx, row.userId) })),
    });
  }),

  useCase('access.block', (ctx, { patientId: asked, userId, blocked }) => {
    const patientId = staysOf(ctx.db, asked);
    if (ctx.get('patient', patientId) === undefined) return err('patient/unknown');
    if (ctx.get('user', userId) === undefined) return err('user/unknown');
    // The patient's word is taken down by somebody else than whom it is about.
    if (userId === ctx.actor.userId) return err('access/own-block');
    const id = derivedId(patientId, `block:${userId}`);
    const said = { blocked, setById: ctx.actor.userId, setAt: ctx.now };
    ctx.put('access_block', id, { patientId, userId, ...said });
    // What was said at another registration of the same patient would stand against it.
    for (const other of personIds(ctx.db, patientId).slice(1)) {
      const known = ctx.get('access_block', derivedId(other, `block:${userId}`));
      if (known !== undefined && known.blocked !== blocked) ctx.patch('access_block', known.id, said);
    }
    ctx.audit({ action: 'change', subjectEntity: 'access_block', subjectId: id, patientId, details: { userId, blocked } });
    return ok(null);
  }),

  useCase('access.open', (ctx, { patientId: asked, reason }) => {
    const patientId = staysOf(ctx.db, asked);
    if (ctx.get('patient', patientId) === undefined) return err('patient/unknown');
    if (!isShutFor(ctx.db, patientId, ctx.actor.userId, ctx.now)) return err('access/not-blocked');
    const until = emergencyEnd(ctx.now);
    const row = ctx.insert('emergency_access', { patientId, userId: ctx.actor.userId, reason, openedAt: ctx.now, until });
    ctx.audit({ action: 'other', subjectEntity: 'emergency_access', subjectId: row.id, patientId, details: { until }, reason });
    return ok({ until });
  }),

  useCase('access.alerts', (ctx) => {
    const rows = ctx.rows('emergency_access', 'seen_at is null and user_id <> ? order by opened_at', [ctx.actor.userId]);
    const alerts = rows.map((row) => {
      const patient = ctx.get('patient', staysOf(ctx.db, row.patientId));
      return { ...row, name: nameOf(ctx, row.userId), patientName: patient === undefined ? '' : fullName(patient) };
    });
    return ok({ alerts });
  }),

  useCase('access.seen', (ctx, { id }) => {
    const row = ctx.get('emergency_access', id);
    if (row?.userId === ctx.actor.userId) return err('access/own-alert');
    if (row === undefined || row.seenAt !== null) return ok(null);
    ctx.patch('emergency_access', id, { seenById: ctx.actor.userId, seenAt: ctx.now });
    ctx.audit({ action: 'change', subjectEntity: 'emergency_access', subjectId: id, patientId: row.patientId, details: { seen: true } });
    return ok(null);
  }),
];
