/** The day: booking, moving, arriving, closing. A clash is shown and must be meant. */
import { err, ok } from '#electron/contract/verb.ts';
import { derivedId } from '#db/model/ids.ts';
import { clinicDayBounds, holdsTime, movable, overlaps } from '#db/rules/appointments.ts';
import { freeSlots, HORIZON_DAYS } from '#db/rules/free-slots.ts';
import { escalated } from '#db/rules/overdue.ts';
import { readsNotes } from '#db/rules/permissions.ts';
import type { DayRow } from '#db/sqlite/queries/calendar.ts';
import { dayRows, heldSlots, lettersNotHandedOver, visitsBetween } from '#db/sqlite/queries/calendar.ts';
import { billOf, paidState } from '#db/rules/billing.ts';
import { billsOf } from '#db/sqlite/queries/billing.ts';
import { openConflictCount } from '#db/sqlite/queries/conflicts.ts';
import { unsignedNotes } from '#db/sqlite/queries/encounters.ts';
import { staysOf } from '#db/sqlite/queries/same-person.ts';
import { outboxCounts } from '#db/sqlite/outbox.ts';
import type { LooseEnds } from '#electron/contract/calendar.ts';
import type { Context } from '../context.ts';
import { alertsOf, fullName, hitsOf } from '../patients/patient-view.ts';
import { logRead } from '../audit/log-once.ts';
import { remindAnew, remindersOf } from '../messages/reminders.ts';
import { useCase } from '../use-case.ts';
import { besides, hoursFor, inTheWay } from './placing.ts';

/** Whom the bookings are for: the one who stays of each person. */
function patientsOf(ctx: Context, rows: readonly DayRow[]): string[] {
  return [...new Set(rows.map(({ appointment }) => staysOf(ctx.db, appointment.patientId)))];
}

function practitioners(ctx: Context): { id: string; name: string }[] {
  return ctx.rows('user', "active = 1 and roles like '%PRACTITIONER%' order by name").map(({ id, name }) => ({ id, name }));
}

export const calendarHandlers = [
  useCase('day.list', (ctx, { day, practitionerId }) => {
    const { from, to } = clinicDayBounds(day);
    const rows = dayRows(ctx.db, from, to, practitionerId ?? null);
    const patients = new Map(hitsOf(ctx, patientsOf(ctx, rows)).map((hit) => [hit.id, hit]));
    const people = practitioners(ctx);
    const bills = billsOf(
      ctx.db,
      rows.flatMap((row) => row.encounterId ?? []),
    );
    const clinical = readsNotes(ctx.actor.roles, ctx.actor.granted);
    const items = rows.flatMap((row) => {
      const patient = patients.get(staysOf(ctx.db, row.appointment.patientId));
      if (patient === undefined) return [];
      const bill = row.encounterId === null ? undefined : bills.get(row.encounterId);
      const holding = rows.filter(
        (other) =>
          other !== row && other.appointment.practitionerId === row.appointment.practitionerId && holdsTime(other.appointment.status),
      );
      return [
        {
          // Why somebody comes is of the journal; that the hour is taken is not.
          appointment: patient.blocked ? { ...row.appointment, reason: null } : row.appointment,
          patient,
          practitionerName: ctx.get('user', row.appointment.practitionerId)?.name ?? '',
          encounter:
            clinical && row.encounterId !== null && row.encounterStatus !== null
              ? { id: row.encounterId, status: row.encounterStatus }
              : null,
          paid: paidState(bill?.lines ?? [], bill?.payments ?? []),
          clash: holdsTime(row.appointment.status) && holding.some((other) => overlaps(other.appointment, row.appointment)),
          reminders: remindersOf(ctx, row.appointment.id),
          alerts: clinical && !patient.blocked ? alertsOf(ctx, patient.id) : null,
        },
      ];
    });
    logRead(
      ctx,
      { subjectEntity: 'appointment', details: { day, patients: [...patients.keys()] } },
      `${day}/${[...patients.keys()].join()}`,
    );
    return ok({ day, items, practitioners: people });
  }),

  useCase('appointment.suggest', (ctx, { practitionerId, from, durationMinutes, limit }) => {
    const to = new Date(Date.parse(from) + (HORIZON_DAYS + 1) * 86_400_000).toISOString();
    return ok({
      slots: freeSlots(heldSlots(ctx.db, practitionerId, from, to), from, durationMinutes, limit, hoursFor(ctx, practitionerId)),
    });
  }),

  useCase('appointment.book', (ctx, { allowClash, withinHours, ...booked }) => {
    const input = { ...booked, patientId: staysOf(ctx.db, booked.patientId) };
    if (ctx.get('patient', input.patientId) === undefined) return err('patient/unknown');
    if (ctx.get('user', input.practitionerId) === undefined) return err('appointment/unknown');
    const place = { ...input, exceptId: null };
    const problem = inTheWay(ctx, place, { clash: allowClash, outside: !withinHours });
    if (problem !== null) return problem;
    const meantBeside = besides(ctx, place).map(({ id }) => id);
    const row = ctx.insert('appointment', {
      ...input,
      meantBeside,
      ...(input.walkIn ? { status: 'arrived' as const, arrivedAt: ctx.now } : {}),
    });
    ctx.audit({ action: 'create', subjectEntity: 'appointment', subjectId: row.id, patientId: row.patientId });
    return ok(row);
  }),
  useCase('appointment.move', (ctx, { id, startsAt, durationMinutes, allowClash, withinHours, ...other }) => {
    const row = ctx.get('appointment', id);
    if (row === undefined) return err('appointment/unknown');
    if (!movable(row.status, hasSignedVisit(ctx, id))) return err('appointment/not-movable');
    const practitionerId = other.practitionerId ?? row.practitionerId;
    const roomId = other.roomId === undefined ? row.roomId : other.roomId;
    if (ctx.get('user', practitionerId) === undefined) return err('appointment/unknown');
    const place = { startsAt, durationMinutes, practitionerId, roomId, exceptId: id };
    const problem = inTheWay(ctx, place, { clash: allowClash, outside: !withinHours });
    if (problem !== null) return problem;
    const meantBeside = besides(ctx, place).map((held) => held.id);
    const moved = ctx.patch('appointment', id, { startsAt, durationMinutes, practitionerId, roomId, meantBeside });
    if (startsAt !== row.startsAt) remindAnew(ctx, moved);
    ctx.audit({ action: 'change', subjectEntity: 'appointment', subjectId: id, patientId: row.patientId, details: { moved: true } });
    return ok(moved);
  }),
  useCase('appointment.update', (ctx, { id, set }) => {
    const row = ctx.get('appointment', id);
    if (row === undefined) return err('appointment/unknown');
    ctx.audit({ action: 'change', subjectEntity: 'appointment', subjectId: id, patientId: row.patientId });
    return ok(ctx.patch('appointment', id, set));
  }),
  useCase('appointment.setStatus', (ctx, { id, status }) => {
    const row = ctx.get('appointment', id);
    if (row === undefined) return err('appointment/unknown');
    // Who has been seen, and whose note is signed, did not stay away.
    if ((status === 'no_show' || status === 'booked') && hasSignedVisit(ctx, id)) return err('appointment/has-signed-visit');
    ctx.audit({ action: 'change', subjectEntity: 'appointment', subjectId: id, patientId: row.patientId, details: { status } });
    return ok(
      ctx.patch('appointment', id, {
        status,
        ...(status === 'arrived' ? { arrivedAt: row.arrivedAt ?? ctx.now } : status === 'booked' ? { arrivedAt: null } : {}),
      }),
    );
  }),
  useCase('appointment.cancel', (ctx, { id, reason }) => {
    const row = ctx.get('appointment', id);
    if (row === undefined) return err('appointment/unknown');
    if (hasSignedVisit(ctx, id)) return err('appointment/has-signed-visit');
    ctx.audit({
      action: 'change',
      subjectEntity: 'appointment',
      subjectId: id,
      patientId: row.patientId,
      details: { status: 'cancelled' },
    });
    return ok(ctx.patch('appointment', id, { status: 'cancelled', cancelReason: reason }));
  }),

  useCase('day.looseEnds', (ctx, { day, practitionerId }) => ok(looseEnds(ctx, day, practitionerId ?? null))),
  useCase('day.close', (ctx, { day, practitionerId }) => {
    const ends = looseEnds(ctx, day, practitionerId);
    const left = {
      visitsWithoutNote: ends.visitsWithoutNote.length,
      unsigned: ends.unsigned.length,
      unpaid: ends.unpaid.length,
      lettersNotHandedOver: ends.lettersNotHandedOver.length,
    };
    ctx.put('day_close', derivedId(practitionerId, `day:${day}`), {
      practitionerId,
      day,
      closedAt: ctx.now,
      closedById: ctx.actor.userId,
      left,
    });
    ctx.audit({ action: 'other', details: { dayClosed: day, left } });
    return ok({ closedAt: ctx.now });
  }),
];

function looseEnds(ctx: Context, day: string, practitionerId: string | null): LooseEnds {
  const { from, to } = clinicDayBounds(day);
  const clinical = readsNotes(ctx.actor.roles, ctx.actor.granted);
  const rows = dayRows(ctx.db, from, to, practitionerId);
  const names = new Map(hitsOf(ctx, patientsOf(ctx, rows)).map((hit) => [hit.id, fullName(hit)]));
  const empty = new Set(clinical ? unsignedNotes(ctx.db, practitionerId).flatMap((note) => (note.empty ? [note.encounterId] : [])) : []);
  return {
    visitsWithoutNote: rows
      // Where no notes are seen, a booking that nobody finished is all there is to go by.
      .filter(({ appointment, encounterId }) => (clinical ? encounterId === null || empty.has(encounterId) : appointment.status !== 'done'))
      .filter(({ appointment }) => holdsTime(appointment.status) && appointment.startsAt <= ctx.now)
      .map(({ appointment }) => ({
        appointmentId: appointment.id,
        patientId: staysOf(ctx.db, appointment.patientId),
        patientName: names.get(staysOf(ctx.db, appointment.patientId)) ?? '',
        startsAt: appointment.startsAt,
      })),
    unsigned: clinical
      ? unsignedNotes(ctx.db, practitionerId)
          .filter((note) => !note.empty)
          .map(({ encounterId, patientId, patientName, visitAt, practitionerName }) => ({
            encounterId,
            patientId,
            patientName,
            visitAt,
            practitionerName,
          }))
      : [],
    overdue: ctx.actor.roles.includes('ADMIN')
      ? escalated(
          unsignedNotes(ctx.db, null).filter((note) => !note.empty),
          ctx.now,
        )
      : [],
    unpaid: unpaid(ctx, from, to, practitionerId),
    lettersNotHandedOver: clinical ? lettersNotHandedOver(ctx.db, practitionerId) : [],
    changesNotSent: outboxCounts(ctx.db).pending,
    openConflicts: openConflictCount(ctx.db, ctx.actor.userId),
    closedAt: practitionerId === null ? null : (ctx.get('day_close', derivedId(practitionerId, `day:${day}`))?.closedAt ?? null),
  };
}

/** Visits of the day that somebody must still pay for, or whose price is missing. */
function unpaid(ctx: Context, from: string, to: string, practitionerId: string | null): LooseEnds['unpaid'] {
  const visits = visitsBetween(ctx.db, from, to, practitionerId);
  const bills = billsOf(
    ctx.db,
    visits.map((visit) => visit.encounterId),
  );
  return visits.flatMap((visit) => {
    const bill = bills.get(visit.encounterId);
    if (bill === undefined || paidState(bill.lines, bill.payments) !== 'unpaid') return [];
    return [{ ...visit, dueOre: billOf(bill.lines, bill.payments).dueOre }];
  });
}

function hasSignedVisit(ctx: Context, appointmentId: string): boolean {
  return ctx.rows('encounter', "appointment_id = ? and status = 'signed'", [appointmentId]).length > 0;
}
