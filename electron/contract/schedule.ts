/** The calendar: several days and practitioners at once, and bookings that come again. */
import { z } from 'zod';
import type { WeekHours } from '#db/model/clinic.ts';
import { VISIT_TYPES } from '#db/model/encounter.ts';
import type { VisitType } from '#db/model/encounter.ts';
import type { Holiday } from '#db/rules/public-holidays.ts';
import type { AppointmentRow } from './calendar.ts';
import { verb } from './verb.ts';

export interface CalendarItem {
  id: string;
  patientId: string;
  familyName: string;
  givenName: string;
  birthDate: string | null;
  phone: string | null;
  practitionerId: string;
  startsAt: string;
  durationMinutes: number;
  visitType: VisitType;
  status: AppointmentRow['status'];
  walkIn: boolean;
  /** Null also where the journal is shut for the person who asks. */
  reason: string | null;
  roomId: string | null;
  seriesId: string | null;
  /** Something is charted for it; false also when the person may not know. */
  charted: boolean;
  /** May be given another time (db/rules/appointments.ts). */
  movable: boolean;
  /** Overlaps another booking of the same practitioner, or of the same room. */
  clash: 'practitioner' | 'room' | null;
  /** Safety kinds answered yes; null when the person may not see them. */
  alerts: string[] | null;
}
export interface CalendarPerson {
  id: string;
  name: string;
  hours: WeekHours;
}
export interface Room {
  id: string;
  name: string;
  active: boolean;
}
export type SlotProblem =
  /** `practitioner` and `room`: taken; `patient`: the patient has another booking then. */
  | { kind: 'practitioner' | 'room' | 'patient'; name: string; startsAt: string; durationMinutes: number }
  | { kind: 'closed'; holiday: Holiday | null };
export interface JudgedTime {
  startsAt: string;
  problems: SlotProblem[];
  /** The nearest free place of the same day, when there are problems. */
  nearest: string | null;
}

const instant = z.iso.datetime({ precision: 3 });
const series = {
  patientId: z.uuid(),
  practitionerId: z.uuid(),
  durationMinutes: z.int().min(5).max(600),
  roomId: z.uuid().nullable(),
};

export const schedule = {
  /** Bookings of so many days from one on, of everybody or of one practitioner, with who works when. */
  'calendar.span': verb<{ from: string; days: number; items: CalendarItem[]; people: CalendarPerson[]; rooms: Room[] }>()(
    z.object({ from: z.iso.date(), days: z.int().min(1).max(7), practitionerId: z.uuid().optional() }),
  ),
  /** Says in the log that the span went to paper. */
  'calendar.printed': verb<null>()(z.object({ from: z.iso.date(), days: z.int().min(1).max(7), practitionerId: z.uuid().optional() })),
  /** What stands in the way at each of the times, before anything is stored. Times of the list stand in each other's way too. */
  'appointment.judge': verb<{ times: JudgedTime[] }>()(z.object({ ...series, times: z.array(instant).min(1).max(52) })),
  /** All in one act, or none: a time with a problem that is not `meant` is refused with its code and `at`. */
  'appointment.bookSeries': verb<{ seriesId: string; ids: string[] }>()(
    z.object({
      ...series,
      visitType: z.enum(VISIT_TYPES),
      reason: z.string().trim().max(500).nullable(),
      times: z
        .array(z.object({ startsAt: instant, meant: z.boolean() }))
        .min(1)
        .max(52),
    }),
    ['appointment/clash', 'appointment/room-taken', 'appointment/outside-hours', 'appointment/unknown', 'patient/unknown'],
  ),
  /** Takes back what `bookSeries` made, as far as nothing has happened to it since. */
  'appointment.undoSeries': verb<{ removed: number; kept: number }>()(z.object({ seriesId: z.uuid() }), ['appointment/unknown']),
};
