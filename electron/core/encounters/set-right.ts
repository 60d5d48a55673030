/**
 * Putting right what stands on the wrong patient or should not stand at all (helsepersonelloven §§ 42–44): an unsigned
 * note is moved or discarded with its text kept, a signed one is entered in error and copied to where it belongs.
 */
import { err, ok } from '#electron/contract/verb.ts';
import { clinicDay, clinicDayBounds } from '#db/rules/appointments.ts';
import { isSigned } from '#db/rules/amending.ts';
import { isSamePerson, OF_PERSON, personJson, staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { useCase } from '../use-case.ts';
import { flagLetters } from './flag-letters.ts';
import { editable, logChange, sectionId } from './note-parts.ts';

export const setRightHandlers = [
  useCase('encounter.move', (ctx, { id, patientId: wanted, reason }) => {
    const patientId = staysOf(ctx.db, wanted);
    const note = editable(ctx, id);
    if (!note.ok) return note;
    if (ctx.get('patient', patientId) === undefined) return err('patient/unknown');
    if (isPaid(ctx, id)) return err('encounter/paid');
    const from = note.value;
    if (isSamePerson(ctx.db, from.patientId, patientId)) return ok(null);
    ctx.releaseOutbox();
    giveBackBooking(ctx, from);
    ctx.patch('encounter', id, { patientId, episodeId: null, saltFromId: null, appointmentId: waitingBooking(ctx, patientId, from) });
    for (const line of ctx.rows('treatment_line', 'encounter_id = ?', [id])) ctx.patch('treatment_line', line.id, { patientId });
    // Text carried from the other person's visits was confirmed for them, not for this patient.
    for (const section of ctx.rows('note_section', "encounter_id = ? and origin <> 'typed'", [id])) {
      if (section.text.trim() !== '') ctx.patch('note_section', section.id, { review: 'unreviewed' });
    }
    for (const owner of [from.patientId, patientId]) {
      ctx.audit({ action: 'change', subjectEntity: 'encounter', subjectId: id, patientId: owner, details: { moved: true }, reason });
    }
    return ok(null);
  }),

  useCase('encounter.discard', (ctx, { id, reason }) => {
    const note = editable(ctx, id);
    if (!note.ok) return note;
    if (isPaid(ctx, id)) return err('encounter/paid');
    ctx.releaseOutbox();
    giveBackBooking(ctx, note.value);
    ctx.patch('encounter', id, { status: 'discarded', closedReason: reason, closedById: ctx.actor.userId, closedAt: ctx.now });
    ctx.audit({
      action: 'change',
      subjectEntity: 'encounter',
      subjectId: id,
      patientId: note.value.patientId,
      details: { discarded: true },
      reason,
    });
    return ok(null);
  }),

  useCase('encounter.restore', (ctx, { id }) => {
    const encounter = ctx.get('encounter', id);
    if (encounter === undefined) return err('encounter/unknown');
    if (encounter.status !== 'discarded') return err('encounter/not-discarded');
    const taken =
      encounter.appointmentId !== null &&
      ctx.rows('encounter', "appointment_id = ? and id <> ? and status in ('draft','signed')", [encounter.appointmentId, id]).length > 0;
    ctx.patch('encounter', id, {
      status: 'draft',
      closedReason: null,
      closedById: null,
      closedAt: null,
      ...(taken ? { appointmentId: null } : {}),
    });
    logChange(ctx, encounter, { restored: true });
    return ok(null);
  }),

  useCase('encounter.enterInError', (ctx, { id, reason }) => {
    const encounter = ctx.get('encounter', id);
    if (encounter === undefined) return err('encounter/unknown');
    if (!isSigned(encounter.status)) return err('encounter/not-signed');
    ctx.patch('encounter', id, { status: 'entered_in_error', closedReason: reason, closedById: ctx.actor.userId, closedAt: ctx.now });
    flagLetters(ctx, id, id);
    ctx.audit({
      action: 'change',
      subjectEntity: 'encounter',
      subjectId: id,
      patientId: encounter.patientId,
      details: { enteredInError: true },
      reason,
    });
    return ok(null);
  }),

  useCase('encounter.copyTo', (ctx, { id, patientId: wanted }) => {
    const patientId = staysOf(ctx.db, wanted);
    const source = ctx.get('encounter', id);
    if (source === undefined) return err('encounter/unknown');
    if (ctx.get('patient', patientId) === undefined) return err('patient/unknown');
    const { visitType, visitAt, signedContent } = source;
    const copy = ctx.insert('encounter', { patientId, practitionerId: ctx.actor.userId, visitType, visitAt, recordedAt: ctx.now });
    const texts = signedContent?.sections ?? ctx.rows('note_section', 'encounter_id = ? and sibling_of_id is null', [id]);
    for (const { key, text } of texts) {
      if (text.trim() === '') continue;
      ctx.insert(
        'note_section',
        { encounterId: copy.id, key, text, origin: 'copied', originEncounterId: id, originText: text, review: 'unreviewed' },
        sectionId(copy.id, key),
      );
    }
    ctx.audit({ action: 'read', subjectEntity: 'encounter', subjectId: id, patientId: source.patientId });
    ctx.audit({ action: 'create', subjectEntity: 'encounter', subjectId: copy.id, patientId, details: { copiedFrom: id } });
    return ok({ id: copy.id });
  }),
];

const isPaid = (ctx: Context, encounterId: string): boolean =>
  ctx.rows('payment', 'encounter_id = ? and voided = 0', [encounterId]).length > 0;

/** The booking of a visit that was not this patient's stands again as it did before the visit was begun. */
function giveBackBooking(ctx: Context, encounter: RowOf<'encounter'>): void {
  const appointment = encounter.appointmentId === null ? undefined : ctx.get('appointment', encounter.appointmentId);
  if (appointment?.status === 'in_progress')
    ctx.patch('appointment', appointment.id, { status: appointment.arrivedAt === null ? 'booked' : 'arrived' });
}

/** The right patient's own booking of that day with this practitioner, when it has no visit yet. */
function waitingBooking(ctx: Context, patientId: string, { practitionerId, visitAt }: RowOf<'encounter'>): string | null {
  const { from, to } = clinicDayBounds(clinicDay(visitAt));
  const booking = ctx.rows(
    'appointment',
    `${OF_PERSON('patient_id')} and practitioner_id = ? and starts_at >= ? and starts_at < ? and status in ('booked','arrived','in_progress')
     and not exists (select 1 from encounter e where e.appointment_id = appointment.id and e.deleted = 0 and e.status in ('draft','signed')) order by starts_at limit 1`,
    [personJson(ctx.db, patientId), practitionerId, from, to],
  )[0];
  if (booking === undefined) return null;
  ctx.patch('appointment', booking.id, { status: 'in_progress', arrivedAt: booking.arrivedAt ?? ctx.now });
  return booking.id;
}
