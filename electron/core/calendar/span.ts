/** Several days of several practitioners at once, as the calendar draws them. */
import { ok } from '#electron/contract/verb.ts';
import type { CalendarItem } from '#electron/contract/schedule.ts';
import { clinicDayBounds, holdsTime, movable, nextDay, overlaps } from '#db/rules/appointments.ts';
import { hoursOf } from '#db/rules/opening-hours.ts';
import { readsNotes } from '#db/rules/permissions.ts';
import { dayRows } from '#db/sqlite/queries/calendar.ts';
import type { DayRow } from '#db/sqlite/queries/calendar.ts';
import { staysOf } from '#db/sqlite/queries/same-person.ts';
import { logRead } from '../audit/log-once.ts';
import type { Context } from '../context.ts';
import { alertsOf, hitsOf } from '../patients/patient-view.ts';
import { useCase } from '../use-case.ts';

interface Asked {
  from: string;
  days: number;
  practitionerId?: string | undefined;
}

export const spanHandlers = [
  useCase('calendar.span', (ctx, asked) => {
    const { rows, patientIds } = rowsOf(ctx, asked);
    const patients = new Map(hitsOf(ctx, [...new Set(patientIds.values())]).map((hit) => [hit.id, hit]));
    const clinical = readsNotes(ctx.actor.roles, ctx.actor.granted);
    const alerts = new Map<string, string[]>();
    if (clinical) for (const { id, blocked } of patients.values()) if (!blocked) alerts.set(id, alertsOf(ctx, id));
    const clashes = clashesOf(rows);
    const items = rows.flatMap(({ appointment, encounterId, encounterStatus }): CalendarItem[] => {
      const patient = patients.get(patientIds.get(appointment.patientId) ?? '');
      if (patient === undefined) return [];
      const { id, practitionerId, startsAt, durationMinutes, visitType, status, walkIn, reason, roomId, seriesId } = appointment;
      const { familyName, givenName, birthDate, phone } = patient;
      return [
        {
          ...{ id, practitionerId, startsAt, durationMinutes, visitType, status, walkIn, roomId, seriesId },
          ...{ patientId: patient.id, familyName, givenName, birthDate, phone },
          // Why somebody comes is of the journal; that the hour is taken is not.
          reason: patient.blocked ? null : reason,
          charted: clinical && encounterId !== null,
          movable: movable(status, encounterStatus === 'signed'),
          clash: clashes.get(id) ?? null,
          alerts: clinical && !patient.blocked ? (alerts.get(patient.id) ?? []) : null,
        },
      ];
    });
    const shown = [...patients.keys()];
    logRead(
      ctx,
      { subjectEntity: 'appointment', details: { day: asked.from, days: asked.days, patients: shown } },
      `${asked.from}/${asked.days}/${shown.join()}`,
    );
    const clinic = ctx.get('clinic', ctx.clinicId);
    const people = ctx
      .rows('user', "active = 1 and roles like '%PRACTITIONER%' order by name")
      .map(({ id, name, openingHours }) => ({ id, name, hours: hoursOf(openingHours, clinic?.openingHours ?? null) }));
    return ok({ from: asked.from, days: asked.days, items, people, rooms: clinic?.rooms ?? [] });
  }),

  useCase('calendar.printed', (ctx, asked) => {
    const { patientIds } = rowsOf(ctx, asked);
    const details = { day: asked.from, days: asked.days, patients: [...new Set(patientIds.values())] };
    ctx.audit({ action: 'print', subjectEntity: 'appointment', details });
    return ok(null);
  }),
];

/** Bookings of the span, and for each patient named in them the one who stays. */
function rowsOf(ctx: Context, { from, days, practitionerId }: Asked): { rows: DayRow[]; patientIds: Map<string, string> } {
  let last = from;
  for (let day = 1; day < days; day += 1) last = nextDay(last);
  const rows = dayRows(ctx.db, clinicDayBounds(from).from, clinicDayBounds(last).to, practitionerId ?? null);
  const patientIds = new Map<string, string>();
  for (const { appointment } of rows)
    if (!patientIds.has(appointment.patientId)) patientIds.set(appointment.patientId, staysOf(ctx.db, appointment.patientId));
  return { rows, patientIds };
}

/** Those that share a minute of one practitioner or of one room; rows come in order of time. */
function clashesOf(rows: readonly DayRow[]): Map<string, 'practitioner' | 'room'> {
  const held = rows.map(({ appointment }) => appointment).filter(({ status }) => holdsTime(status));
  const found = new Map<string, 'practitioner' | 'room'>();
  const say = (id: string, kind: 'practitioner' | 'room'): void => {
    if (found.get(id) !== 'practitioner') found.set(id, kind);
  };
  for (const [at, first] of held.entries()) {
    const end = Date.parse(first.startsAt) + first.durationMinutes * 60_000;
    for (let next = at + 1; next < held.length; next += 1) {
      const second = held[next];
      if (second === undefined || Date.parse(second.startsAt) >= end) break;
      if (!overlaps(first, second)) continue;
      const kind =
        first.practitionerId === second.practitionerId
          ? 'practitioner'
          : first.roomId !== null && first.roomId === second.roomId
            ? 'room'
            : null;
      if (kind === null) continue;
      say(first.id, kind);
      say(second.id, kind);
    }
  }
  return found;
}
