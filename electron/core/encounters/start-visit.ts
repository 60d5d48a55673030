/** Opening a visit. The row exists from this moment; nothing clinical is in it, whatever its type. */
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import type { ParsedOf } from '#electron/contract/index.ts';
import { clinicDay, clinicDayBounds } from '#db/rules/appointments.ts';
import { draftsWithoutBooking, isEmptyVisit } from '#db/sqlite/queries/encounters.ts';
import { isSamePerson, OF_PERSON, personJson, staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';

export function startVisit(ctx: Context, input: ParsedOf<'encounter.start'>): Result<{ id: string }> {
  const { visitType, appointmentId, episodeId } = input;
  const patientId = staysOf(ctx.db, input.patientId);
  if (ctx.get('patient', patientId) === undefined) return err('patient/unknown');
  if (episodeId !== null && !isSamePerson(ctx.db, ctx.get('episode', episodeId)?.patientId, patientId)) return err('encounter/unknown');
  const appointment = appointmentId === null ? undefined : ctx.get('appointment', appointmentId);
  if (appointmentId !== null && !isSamePerson(ctx.db, appointment?.patientId, patientId)) return err('appointment/unknown');
  if (appointment !== undefined) begin(ctx, appointment);
  const known = appointment === undefined ? emptyDraftOfToday(ctx, patientId, visitType) : visitOf(ctx, appointment.id);
  if (known !== undefined) return ok({ id: known.id });
  const row = ctx.insert('encounter', {
    patientId,
    practitionerId: ctx.actor.userId,
    appointmentId,
    episodeId: episodeId ?? (visitType === 'initial' || visitType === 'acute' ? null : openEpisode(ctx, patientId)),
    visitType,
    visitAt: visitTime(ctx, appointment),
    recordedAt: ctx.now,
  });
  ctx.audit({ action: 'create', subjectEntity: 'encounter', subjectId: row.id, patientId });
  return ok({ id: row.id });
}

function begin(ctx: Context, appointment: RowOf<'appointment'>): void {
  if (appointment.status !== 'booked' && appointment.status !== 'arrived') return;
  ctx.patch('appointment', appointment.id, { status: 'in_progress', arrivedAt: appointment.arrivedAt ?? ctx.now });
}

/** A booking has one living visit: whoever opens it again opens that one. */
function visitOf(ctx: Context, appointmentId: string): RowOf<'encounter'> | undefined {
  return ctx.rows('encounter', "appointment_id = ? and status in ('draft','signed') order by status desc, recorded_at desc limit 1", [
    appointmentId,
  ])[0];
}

/** What was begun without a booking today and left empty is taken up again, so that it does not stay behind. */
function emptyDraftOfToday(ctx: Context, patientId: string, visitType: RowOf<'encounter'>['visitType']): RowOf<'encounter'> | undefined {
  const { from, to } = clinicDayBounds(clinicDay(ctx.now));
  return draftsWithoutBooking(ctx.db, patientId, ctx.actor.userId, from, to).find(
    (draft) => draft.visitType === visitType && isEmptyVisit(ctx.db, draft.id),
  );
}

/** A note written after the day stands on the time the patient was here; a visit that begins early begins now. */
function visitTime(ctx: Context, appointment: RowOf<'appointment'> | undefined): string {
  return appointment !== undefined && appointment.startsAt < ctx.now ? appointment.startsAt : ctx.now;
}

/** Follow-ups go on with the complaint of the last signed visit; the chart shows it and it can be changed. */
function openEpisode(ctx: Context, patientId: string): string | null {
  const last = ctx.rows(
    'encounter',
    `${OF_PERSON('patient_id')} and status = 'signed' and episode_id is not null order by visit_at desc limit 1`,
    [personJson(ctx.db, patientId)],
  )[0];
  const episode = last === undefined || last.episodeId === null ? undefined : ctx.get('episode', last.episodeId);
  return episode === undefined || episode.closed ? null : episode.id;
}
