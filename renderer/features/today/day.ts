/** Days as the clinic counts them. */
import { clinicDay } from '#db/rules/appointments.ts';

export function todayInOslo(): string {
  return clinicDay(new Date().toISOString());
}
export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + count * 86_400_000).toISOString().slice(0, 10);
}
