/** The day list: booking, moving, arriving, closing the day. Times are instants in UTC; days are clinic days in Europe/Oslo. */
import { z } from 'zod';
import type { appointment } from '#db/model/practice.ts';
import { VISIT_TYPES } from '#db/model/encounter.ts';
import type { Row } from '#db/model/entity.ts';
import type { OverdueOf } from '#db/rules/overdue.ts';
import type { Reminder } from './messages.ts';
import type { PatientHit } from './patients.ts';
import { verb } from './verb.ts';

export type AppointmentRow = Row<typeof appointment>;

export interface DayItem {
  appointment: AppointmentRow;
  patient: PatientHit;
  practitionerName: string;
  /** The visit charted for it, if any. */
  encounter: { id: string; status: 'draft' | 'signed' | 'entered_in_error' | 'discarded' } | null;
  paid: 'nothing-due' | 'unpaid' | 'paid' | 'invoice_later';
  /** Overlaps another booking of the same practitioner. */
  clash: boolean;
  /** Of this booking: asked for, sent, delivered, or why not. */
  reminders: Reminder[];
  /** Safety kinds answered yes, for a mark; null when the person may not see them. */
  alerts: string[] | null;
}
export interface DoubleBooking {
  practitionerName: string;
  bookings: readonly [BookedTime, BookedTime];
}
export interface BookedTime {
  id: string;
  patientId: string;
  patientName: string;
  startsAt: string;
  durationMinutes: number;
}
export interface LooseEnds {
  visitsWithoutNote: { appointmentId: string; patientId: string; patientName: string; startsAt: string }[];
  unsigned: { encounterId: string; patientId: string; patientName: string; visitAt: string; practitionerName: string }[];
  /** Of the whole clinic, for its administrators: whose notes have waited too long. Without patients. */
  overdue: OverdueOf[];
  unpaid: { encounterId: string; patientId: string; patientName: string; dueOre: number | null }[];
  lettersNotHandedOver: { letterId: string; patientId: string; patientName: string; status: string }[];
  changesNotSent: number;
  openConflicts: number;
  closedAt: string | null;
}

const slot = { startsAt: z.iso.datetime({ precision: 3 }), durationMinutes: z.int().min(5).max(600) };
/** Refused with what is in the way in details: `allowClash` means beside another booking or in a taken room; outside hours is asked where wanted. */
const meant = { allowClash: z.boolean().default(false), withinHours: z.boolean().default(false) };
const clashes = ['appointment/clash', 'appointment/room-taken', 'appointment/outside-hours', 'appointment/unknown'];

export const calendar = {
  /** Without practitioner: everyone. */
  'day.list': verb<{ day: string; items: DayItem[]; practitioners: { id: string; name: string }[] }>()(
    z.object({ day: z.iso.date(), practitionerId: z.uuid().optional() }),
  ),
  /** Free places of the given length, from a time on; for "next time" in the note. */
  'appointment.suggest': verb<{ slots: { startsAt: string; durationMinutes: number }[] }>()(
    z.object({
      practitionerId: z.uuid(),
      from: z.iso.datetime({ precision: 3 }),
      durationMinutes: z.int().min(5).max(600),
      limit: z.int().min(1).max(20).default(5),
    }),
  ),
  /** A clash is refused with `appointment/clash` and the other booking in details, unless `allowClash`. */
  'appointment.book': verb<AppointmentRow>()(
    z.object({
      patientId: z.uuid(),
      practitionerId: z.uuid(),
      ...slot,
      visitType: z.enum(VISIT_TYPES),
      reason: z.string().trim().max(500).nullable(),
      walkIn: z.boolean().default(false),
      roomId: z.uuid().nullable().default(null),
      ...meant,
    }),
    [...clashes, 'patient/unknown'],
  ),
  'appointment.move': verb<AppointmentRow>()(
    z.object({ id: z.uuid(), ...slot, practitionerId: z.uuid().optional(), roomId: z.uuid().nullable().optional(), ...meant }),
    [...clashes, 'appointment/not-movable'],
  ),
  'appointment.update': verb<AppointmentRow>()(
    z.object({ id: z.uuid(), set: z.object({ reason: z.string().trim().max(500).nullable(), visitType: z.enum(VISIT_TYPES) }).partial() }),
    clashes,
  ),
  'appointment.setStatus': verb<AppointmentRow>()(
    z.object({ id: z.uuid(), status: z.enum(['booked', 'arrived', 'in_progress', 'done', 'no_show']) }),
    [...clashes, 'appointment/has-signed-visit'],
  ),
  'appointment.cancel': verb<AppointmentRow>()(z.object({ id: z.uuid(), reason: z.string().trim().max(500).nullable() }), [
    ...clashes,
    'appointment/has-signed-visit',
  ]),
  /** Bookings to come that two laptops made over each other without knowing. */
  'appointment.doubleBooked': verb<{ pairs: DoubleBooking[] }>()(z.object({})),
  /** Both stand: it is no longer shown as something to decide. */
  'appointment.keepBoth': verb<null>()(z.object({ id: z.uuid(), otherId: z.uuid() }), ['appointment/unknown']),
  'day.looseEnds': verb<LooseEnds>()(z.object({ day: z.iso.date(), practitionerId: z.uuid().optional() })),
  'day.close': verb<{ closedAt: string }>()(z.object({ day: z.iso.date(), practitionerId: z.uuid() })),
};
export type { PatientHit };
