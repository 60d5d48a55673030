/**
 * What is left of a journal that the patient has shut for whoever asks (norway.md J12): nothing but that an hour is taken, or somebody else would
 * be booked into it; not why.
 */
import type { Appointment } from '@medplum/fhirtypes';
import type { Unit } from './reading.ts';

const SUBSETTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };

/** Units without those of shut journals; of a booking its time. */
export function withoutReason(units: readonly Unit[], shut: ReadonlySet<string>): Unit[] {
  if (shut.size === 0) return [...units];
  return units.flatMap((unit) => {
    if (unit.patientId === undefined || !shut.has(unit.patientId)) return unit;
    if (unit.resource.resourceType !== 'Appointment') return [];
    const { reasonCode: _, comment: __, cancelationReason: ___, ...rest } = unit.resource as Appointment & { id: string };
    return { ...unit, resource: { ...rest, meta: { ...rest.meta, tag: [SUBSETTED] } } };
  });
}
