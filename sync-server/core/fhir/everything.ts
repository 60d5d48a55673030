/** `Patient/$everything`: a person's whole journal as the API has it, whichever registration it hangs on, and whoever it names. */
import { KINDS } from '#db/fhir/kinds.ts';
import { fhirRows, samePersonAs } from '#db/postgres/queries/fhir.ts';
import { UUID } from '../record-batch.ts';
import { stretchOf } from './dates.ts';
import { stretchIn } from './match.ts';
import { fhirFailure, isFailure, type FhirFailure } from './outcome.ts';
import type { Json } from './parameters.ts';
import { readOne, readSeveral } from './read.ts';
import type { Reading, Unit } from './reading.ts';

export interface EverythingAsked {
  types: readonly string[] | undefined;
  /** Changed at or after this moment. */
  since: string | undefined;
  /** Of what has a date: within these days. */
  start: string | undefined;
  end: string | undefined;
}

/** A journal of a lifetime is some thousands. */
const MOST = 20_000;
const DATES: readonly string[] = [
  'period',
  'effectiveDateTime',
  'start',
  'date',
  'recordedDate',
  'dateTime',
  'recorded',
  'sent',
  'authoredOn',
];

/** Codes: those of `readOne`; fhir/forbidden for whoever may not take a journal out; fhir/too-costly; fhir/invalid-parameter. */
export async function everything(reading: Reading, patientId: string, asked: EverythingAsked): Promise<Unit[] | FhirFailure> {
  const { caller, tx } = reading;
  if (!caller.takesOut) return fhirFailure('fhir/forbidden');
  for (const name of ['since', 'start', 'end'] as const)
    if (asked[name] !== undefined && stretchOf(asked[name]) === undefined) return fhirFailure('fhir/invalid-parameter', { where: [name] });
  const patient = await readOne(reading, 'Patient', patientId);
  if (isFailure(patient)) return patient;
  const person = await samePersonAs(
    tx,
    caller.clinicId,
    [patientId].filter((id) => UUID.test(id)),
  );
  const units: Unit[] = [];
  for (const kind of KINDS) {
    if (
      kind.patient === undefined ||
      !caller.reads(kind.entity) ||
      caller.may(kind.type, 'r') === 'none' ||
      asked.types?.includes(kind.type) === false
    )
      continue;
    const rows = await fhirRows(tx, caller.clinicId, { entity: kind.entity, patients: { field: kind.patient, ids: person }, limit: MOST });
    units.push(...(await reading.units(kind, rows, 'r')));
    if (units.length >= MOST) return fhirFailure('fhir/too-costly');
  }
  const within = units.filter((unit) => isWithin(unit, asked));
  const named = new Set(
    within.flatMap(
      ({ resource }) => JSON.stringify(resource).match(/(?<="reference":")(Practitioner|Organization)\/[0-9a-f-]{36}(?=")/g) ?? [],
    ),
  );
  for (const type of ['Organization', 'Practitioner']) {
    if (asked.types?.includes(type) === false) continue;
    const ids = [...named].filter((name) => name.startsWith(`${type}/`)).map((name) => name.slice(type.length + 1));
    within.push(...(await readSeveral(reading, type, ids)));
  }
  // Who it is about first.
  return within.toSorted((a, b) => Number(b.resource.id === patientId) - Number(a.resource.id === patientId));
}

function isWithin({ resource }: Unit, { since, start, end }: EverythingAsked): boolean {
  const changed = stretchIn(resource.meta?.lastUpdated ?? '');
  if (since !== undefined && changed !== undefined && changed.from < (stretchOf(since)?.from ?? 0)) return false;
  if (start === undefined && end === undefined) return true;
  const when = DATES.map((name) => stretchIn((resource as unknown as Json)[name])).find((one) => one !== undefined);
  if (when === undefined) return true;
  return (
    (start === undefined || when.to > (stretchOf(start)?.from ?? 0)) && (end === undefined || when.from < (stretchOf(end)?.to ?? Infinity))
  );
}
