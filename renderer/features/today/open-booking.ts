/** Enter on a booking: its visit where one begins or is charted, else the patient. */
import type { CalendarItem } from '#electron/contract/schedule.ts';
import type { Role } from '#electron/contract/choices.ts';
import { clinicDay, holdsTime } from '#db/rules/appointments.ts';
import { call } from '../../app/client.ts';
import { openChart } from '../../app/open-charts.ts';
import { goTo } from '../../app/router.ts';
import { todayInOslo } from './day.ts';

type Opened = Pick<CalendarItem, 'id' | 'patientId' | 'familyName' | 'givenName' | 'startsAt' | 'status' | 'visitType' | 'charted'>;

/** @returns the code when the visit could not be begun */
export async function openBooking(roles: readonly Role[], item: Opened): Promise<string | null> {
  // A visit begins on its day, with somebody who came: any other shows the patient.
  const begins = clinicDay(item.startsAt) === todayInOslo() && holdsTime(item.status);
  if (!roles.includes('PRACTITIONER') || (!item.charted && !begins)) {
    goTo({ name: 'patient', id: item.patientId });
    return null;
  }
  const reply = await call('encounter.start', { patientId: item.patientId, visitType: item.visitType, appointmentId: item.id });
  if (!reply.ok) return reply.code;
  openChart(reply.value.id, `${item.familyName}, ${item.givenName}`);
  goTo({ name: 'chart', id: reply.value.id });
  return null;
}
