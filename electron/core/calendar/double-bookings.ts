/** Bookings that two laptops made over each other while they could not see each other: found on the laptop, decided by a person. */
import { err, ok } from '#electron/contract/verb.ts';
import { clinicDay, clinicDayBounds, doubleBookings } from '#db/rules/appointments.ts';
import { heldFrom } from '#db/sqlite/queries/calendar.ts';
import { staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import { logRead } from '../audit/log-once.ts';
import type { Context } from '../context.ts';
import { fullName } from '../patients/patient-view.ts';
import { useCase } from '../use-case.ts';

export const doubleBookingHandlers = [
  useCase('appointment.doubleBooked', (ctx) => {
    const { from } = clinicDayBounds(clinicDay(ctx.now));
    const pairs = doubleBookings(heldFrom(ctx.db, from)).slice(0, 100);
    const shown = pairs.flatMap((pair) => pair.map(({ patientId }) => patientId));
    if (shown.length > 0)
      logRead(ctx, { subjectEntity: 'appointment', details: { patients: [...new Set(shown)] } }, `double/${shown.join()}`);
    return ok({
      pairs: pairs.map(([first, second]) => ({
        practitionerName: ctx.get('user', first.practitionerId)?.name ?? '',
        bookings: [booked(ctx, first), booked(ctx, second)] as const,
      })),
    });
  }),
  useCase('appointment.keepBoth', (ctx, { id, otherId }) => {
    const row = ctx.get('appointment', id);
    if (row === undefined || ctx.get('appointment', otherId) === undefined) return err('appointment/unknown');
    ctx.patch('appointment', id, { meantBeside: [...new Set([...row.meantBeside, otherId])] });
    ctx.audit({ action: 'change', subjectEntity: 'appointment', subjectId: id, patientId: row.patientId, details: { beside: otherId } });
    return ok(null);
  }),
];

function booked(ctx: Context, { id, patientId: bookedFor, startsAt, durationMinutes }: RowOf<'appointment'>) {
  const patientId = staysOf(ctx.db, bookedFor);
  const patient = ctx.get('patient', patientId);
  return { id, patientId, patientName: patient === undefined ? '' : fullName(patient), startsAt, durationMinutes };
}
