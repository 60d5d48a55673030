/** The order of the day as last shown, so that the chart can go on to the next patient without the list. */
import type { DayItem } from '#electron/contract/calendar.ts';

let order: readonly DayItem[] = [];

export function rememberDay(items: readonly DayItem[]): void {
  order = items;
}

/** Waits or is expected: neither done nor gone. */
export function nextToOpen(item: DayItem): boolean {
  return ['booked', 'arrived', 'in_progress'].includes(item.appointment.status) && item.encounter?.status !== 'signed';
}

/** The next one down the list after this appointment, that still is to be seen. */
export function nextAfter(appointmentId: string | null): DayItem | undefined {
  const at = order.findIndex((item) => item.appointment.id === appointmentId);
  return order.slice(at + 1).find(nextToOpen) ?? order.slice(0, Math.max(0, at)).find(nextToOpen);
}
