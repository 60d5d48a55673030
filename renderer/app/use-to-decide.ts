/** How many disagreements wait for a person, for the rail: what two wrote at once, times that two booked, patients registered twice, what a revoked device handed in. */
import type { Role } from '#db/model/clinic.ts';
import { useAsk } from './use-ask.ts';

export function useToDecide(roles: readonly Role[]): number {
  const desk = roles.includes('PRACTITIONER') || roles.includes('ASSISTANT');
  const status = useAsk('sync.status', {}, ['sync', 'conflict', 'note_section']);
  const double = useAsk('appointment.doubleBooked', desk ? {} : null, ['appointment']);
  const twice = useAsk('patient.duplicates', desk ? { show: false } : null, ['patient', 'patient_link']);
  const devices = useAsk('device.list', roles.includes('PRACTITIONER') ? {} : null, ['device']);
  const handedIn = (devices.value?.devices ?? []).filter((device) => device.handedIn > 0).length;
  return (status.value?.openConflicts ?? 0) + (double.value?.pairs.length ?? 0) + (twice.value?.count ?? 0) + handedIn;
}
