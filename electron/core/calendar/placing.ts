/** What stands in the way of a booking: another one of the practitioner, the room taken, or that it is closed then. */
import { err } from '#electron/contract/verb.ts';
import type { Err } from '#electron/contract/verb.ts';
import type { WeekHours } from '#db/model/clinic.ts';
import { overlaps } from '#db/rules/appointments.ts';
import type { Slot } from '#db/rules/appointments.ts';
import { hoursOf, isOpenAt } from '#db/rules/opening-hours.ts';
import { heldInRoom, heldSlots } from '#db/sqlite/queries/calendar.ts';
import { staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { fullName } from '../patients/patient-view.ts';

export interface Place extends Slot {
  practitionerId: string;
  roomId: string | null;
  /** The booking that is being moved: not in its own way. */
  exceptId: string | null;
}

/** When this practitioner receives. */
export function hoursFor(ctx: Context, practitionerId: string): WeekHours {
  return hoursOf(ctx.get('user', practitionerId)?.openingHours ?? null, ctx.get('clinic', ctx.clinicId)?.openingHours ?? null);
}

/** Other bookings of the practitioner that share a minute with it. */
export function besides(ctx: Context, { practitionerId, exceptId, ...slot }: Place): RowOf<'appointment'>[] {
  return heldSlots(ctx.db, practitionerId, slot.startsAt, endOf(slot)).filter((held) => held.id !== exceptId && overlaps(held, slot));
}

export function othersInRoom(ctx: Context, { roomId, exceptId, ...slot }: Place): RowOf<'appointment'>[] {
  if (roomId === null) return [];
  return heldInRoom(ctx.db, roomId, slot.startsAt, endOf(slot)).filter((held) => held.id !== exceptId && overlaps(held, slot));
}

/** The first thing in the way that was not meant: a code with what is needed to say it. */
export function inTheWay(ctx: Context, place: Place, meant: { clash: boolean; outside: boolean }): Err | null {
  if (!meant.clash) {
    const [other] = besides(ctx, place);
    if (other !== undefined) return err('appointment/clash', shown(ctx, other));
    const [inRoom] = othersInRoom(ctx, place);
    if (inRoom !== undefined) return err('appointment/room-taken', { ...shown(ctx, inRoom), room: roomName(ctx, place.roomId) });
  }
  if (!meant.outside && !isOpenAt(hoursFor(ctx, place.practitionerId), place))
    return err('appointment/outside-hours', { startsAt: place.startsAt });
  return null;
}

export function roomName(ctx: Context, roomId: string | null): string {
  return ctx.get('clinic', ctx.clinicId)?.rooms.find(({ id }) => id === roomId)?.name ?? '';
}

export function nameOf(ctx: Context, row: RowOf<'appointment'>): string {
  const patient = ctx.get('patient', staysOf(ctx.db, row.patientId));
  return patient === undefined ? '' : fullName(patient);
}

function shown(ctx: Context, other: RowOf<'appointment'>) {
  return {
    appointmentId: other.id,
    startsAt: other.startsAt,
    durationMinutes: other.durationMinutes,
    patientName: nameOf(ctx, other),
  };
}

const endOf = (slot: Slot): string => new Date(Date.parse(slot.startsAt) + slot.durationMinutes * 60_000).toISOString();
