/** What is known here of a patient's absence from work. It answers «at least», and never that a certificate is allowed. */
import { err, ok } from '#electron/contract/verb.ts';
import type { SickLeaveView } from '#electron/contract/sick-leave.ts';
import { sickLeaveCount } from '#db/rules/sick-leave.ts';
import { OF_PERSON, personJson, staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { logRead } from '../audit/log-once.ts';
import { useCase } from '../use-case.ts';

/** What was written in a visit that does not count does not count either. */
const STANDS = `not exists (select 1 from encounter e where e.id = encounter_id and e.status in ('entered_in_error', 'discarded'))`;

/** What stands, newest first. */
export function absencesOf(ctx: Context, patientId: string): RowOf<'sick_leave'>[] {
  return ctx.rows('sick_leave', `${OF_PERSON('patient_id')} and entered_in_error = 0 and ${STANDS} order by from_day desc, id`, [
    personJson(ctx.db, patientId),
  ]);
}

function viewOf(ctx: Context, patientId: string): SickLeaveView {
  const rows = absencesOf(ctx, patientId);
  return { rows, count: sickLeaveCount(rows) };
}

export const sickLeaveHandlers = [
  useCase('sickLeave.get', (ctx, { patientId }) => {
    const stays = staysOf(ctx.db, patientId);
    if (ctx.get('patient', stays) === undefined) return err('patient/unknown');
    logRead(ctx, { subjectEntity: 'sick_leave', subjectId: stays, patientId: stays });
    return ok(viewOf(ctx, stays));
  }),
  useCase('sickLeave.add', (ctx, { patientId, ...fields }) => {
    const stays = staysOf(ctx.db, patientId);
    if (ctx.get('patient', stays) === undefined) return err('patient/unknown');
    if (fields.toDay < fields.fromDay) return err('sick-leave/order');
    if (fields.origin === 'here' && fields.gradePercent === null) return err('sick-leave/grade');
    const row = ctx.insert('sick_leave', { patientId: stays, ...fields, enteredById: ctx.actor.userId });
    ctx.audit({ action: 'create', subjectEntity: 'sick_leave', subjectId: row.id, patientId: stays });
    return ok(viewOf(ctx, stays));
  }),
  useCase('sickLeave.remove', (ctx, { id }) => {
    const row = ctx.get('sick_leave', id);
    if (row === undefined) return err('sick-leave/unknown');
    ctx.patch('sick_leave', id, { enteredInError: true });
    ctx.audit({
      action: 'change',
      subjectEntity: 'sick_leave',
      subjectId: id,
      patientId: row.patientId,
      details: { enteredInError: true },
    });
    return ok(viewOf(ctx, staysOf(ctx.db, row.patientId)));
  }),
];
