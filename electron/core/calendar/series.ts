/** Bookings that come again: judged before anything is stored, made in one act, taken back in one. */
import { err, ok } from '#electron/contract/verb.ts';
import type { JudgedTime, SlotProblem } from '#electron/contract/schedule.ts';
import { clinicDay, clinicDayBounds, overlaps } from '#db/rules/appointments.ts';
import type { Slot } from '#db/rules/appointments.ts';
import { nearestFree } from '#db/rules/free-slots.ts';
import { isOpenAt } from '#db/rules/opening-hours.ts';
import { publicHoliday } from '#db/rules/public-holidays.ts';
import { heldInRoom, heldOfPerson, heldSlots } from '#db/sqlite/queries/calendar.ts';
import { personIds, staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { useCase } from '../use-case.ts';
import { besides, hoursFor, inTheWay, nameOf, othersInRoom, roomName } from './placing.ts';
import type { Place } from './placing.ts';

type Planned = Place & { patientId: string };

export const bookingSeriesHandlers = [
  useCase('appointment.judge', (ctx, { times, ...plan }) => {
    const slots = times.map((startsAt) => ({ startsAt, durationMinutes: plan.durationMinutes }));
    return ok({
      times: slots.map((slot, at) =>
        judge(
          ctx,
          { ...plan, ...slot, exceptId: null },
          slots.filter((_, other) => other !== at),
        ),
      ),
    });
  }),

  useCase('appointment.bookSeries', (ctx, { times, ...plan }) => {
    const patientId = staysOf(ctx.db, plan.patientId);
    if (ctx.get('patient', patientId) === undefined) return err('patient/unknown');
    if (ctx.get('user', plan.practitionerId) === undefined) return err('appointment/unknown');
    const seriesId = ctx.newId();
    const ids: string[] = [];
    for (const { startsAt, meant } of times) {
      const place = { ...plan, startsAt, exceptId: null };
      const problem = inTheWay(ctx, place, { clash: meant, outside: meant });
      if (problem !== null) return { ...problem, details: { ...problem.details, at: startsAt } };
      const meantBeside = besides(ctx, place).map(({ id }) => id);
      const row = ctx.insert('appointment', { ...plan, patientId, startsAt, seriesId, meantBeside });
      ctx.audit({ action: 'create', subjectEntity: 'appointment', subjectId: row.id, patientId, details: { series: seriesId } });
      ids.push(row.id);
    }
    return ok({ seriesId, ids });
  }),

  useCase('appointment.undoSeries', (ctx, { seriesId }) => {
    const rows = ctx.rows('appointment', 'series_id = ?', [seriesId]);
    if (rows.length === 0) return err('appointment/unknown');
    const untouched = rows.filter((row) => isUntouched(ctx, row));
    for (const { id, patientId } of untouched) {
      ctx.remove('appointment', id);
      ctx.audit({ action: 'change', subjectEntity: 'appointment', subjectId: id, patientId, details: { undone: true } });
    }
    return ok({ removed: untouched.length, kept: rows.length - untouched.length });
  }),
];

/** Nobody came, wrote or was told because of it. */
function isUntouched(ctx: Context, { id, status, patientAnswer }: RowOf<'appointment'>): boolean {
  return (
    status === 'booked' &&
    patientAnswer === null &&
    ctx.rows('encounter', 'appointment_id = ?', [id]).length === 0 &&
    ctx.rows('message', 'appointment_id = ?', [id]).length === 0
  );
}

function judge(ctx: Context, plan: Planned, others: readonly Slot[]): JudgedTime {
  const { startsAt, durationMinutes } = plan;
  const hours = hoursFor(ctx, plan.practitionerId);
  const day = clinicDay(startsAt);
  const { from, to } = clinicDayBounds(day);
  const ofPatient = heldOfPerson(ctx.db, personIds(ctx.db, plan.patientId), from, to).filter(
    (row) => row.practitionerId !== plan.practitionerId,
  );
  const problems: SlotProblem[] = [
    ...besides(ctx, plan).map((row) => taken('practitioner', row, nameOf(ctx, row))),
    ...others.filter((other) => overlaps(other, plan)).map((other) => ({ kind: 'patient' as const, name: '', ...other })),
    ...othersInRoom(ctx, plan).map((row) => taken('room', row, roomName(ctx, plan.roomId))),
    ...ofPatient.filter((row) => overlaps(row, plan)).map((row) => taken('patient', row, ctx.get('user', row.practitionerId)?.name ?? '')),
    ...(isOpenAt(hours, plan) ? [] : [{ kind: 'closed' as const, holiday: publicHoliday(day) }]),
  ];
  if (problems.length === 0) return { startsAt, problems, nearest: null };
  const busy = [
    ...heldSlots(ctx.db, plan.practitionerId, from, to),
    ...(plan.roomId === null ? [] : heldInRoom(ctx.db, plan.roomId, from, to)),
    ...ofPatient,
    ...others,
  ];
  return { startsAt, problems, nearest: nearestFree(busy, { startsAt, durationMinutes }, hours)?.startsAt ?? null };
}

const taken = (kind: 'practitioner' | 'room' | 'patient', { startsAt, durationMinutes }: Slot, name: string): SlotProblem => ({
  kind,
  name,
  startsAt,
  durationMinutes,
});
