/**
 * What of a search the database can answer: ids, patients, visits and moments stand in the clear. It is never narrower than what is asked for;
 * everything is judged again on the resource (match.ts), but for the patient: who was registered twice is one person, under either id.
 */
import type { Kind } from '#db/fhir/kinds.ts';
import { entities } from '#db/model/entities.ts';
import { samePersonAs, type Wanted } from '#db/postgres/queries/fhir.ts';
import { UUID } from '../record-batch.ts';
import type { Asked, AskedParameter } from './asked.ts';
import { boundsOf } from './dates.ts';
import { dateIn, referenceIn } from './match.ts';
import { patientsMatching } from './search-patients.ts';
import type { Reading } from './reading.ts';
import type { FhirFailure } from './outcome.ts';

export interface Narrowed {
  /** Undefined: anybody's. */
  patients: ReadonlySet<string> | undefined;
  /** What is left to judge. */
  rest: readonly AskedParameter[];
  /** Undefined: nothing of this kind can match. */
  wantedOf(kind: Kind): Omit<Wanted, 'limit'> | undefined;
  /** So little that it is looked at whole. */
  isNarrow: boolean;
}

/** Own fields that hold what a parameter points to. */
const FIELDS: Readonly<Record<string, string>> = {
  'Encounter.appointment': 'appointmentId',
  'Encounter.episode-of-care': 'episodeId',
  'Encounter.practitioner': 'practitionerId',
  'Encounter.participant': 'practitionerId',
  'Appointment.practitioner': 'practitionerId',
};
/** Of whatever hangs under a visit. */
const VISITS = new Set(['encounter', 'context']);

export async function narrow(reading: Reading, asked: Asked, base: string): Promise<Narrowed | FhirFailure> {
  const named = await patientsOf(reading, asked, base);
  if (named !== undefined && 'outcome' in named) return named;
  // An app sees the patient's alone it was launched for: the rest is not looked at either, so that nothing of it is counted.
  const isBound = reading.caller.may(asked.type, 's') === 'patient';
  const patients = isBound ? { ids: new Set([...reading.bound].filter((id) => named?.ids.has(id) ?? true)) } : named;
  const rest = asked.parameters.filter((one) => !isPatient(one, base));
  const refs = (one: AskedParameter): { type: string | undefined; id: string }[] =>
    one.values.flatMap((value) => {
      const read = referenceIn(value, base);
      return read === undefined ? [] : { type: one.modifier ?? read.type, id: read.id };
    });
  const wantedOf = (kind: Kind): Omit<Wanted, 'limit'> | undefined => {
    const wanted: Omit<Wanted, 'limit'> & { equals: { field: string; ids: string[] }[] } = { entity: kind.entity, equals: [] };
    if (patients !== undefined) {
      if (kind.patient === undefined) return undefined;
      wanted.patients = { field: kind.patient, ids: [...patients.ids] };
    }
    const fields: Readonly<Record<string, unknown>> = entities[kind.entity].fields;
    for (const one of rest.filter(({ modifier }) => modifier !== 'missing' && modifier !== 'not')) {
      const key = `${kind.type}.${one.name}`;
      if (one.name === '_id') wanted.ids = both(wanted.ids, rawIds(kind, one.values));
      else if (VISITS.has(one.name)) {
        const ids = uuids(refs(one).map(({ id }) => id));
        if (kind.entity !== 'encounter' && !('encounterId' in fields)) return undefined;
        wanted.visits = both(wanted.visits, ids);
      } else if (FIELDS[key] !== undefined && FIELDS[key] in fields)
        wanted.equals.push({ field: FIELDS[key], ids: uuids(refs(one).map(({ id }) => id)) });
      else if (key === 'Provenance.target')
        wanted.ids = both(
          wanted.ids,
          targets(
            kind,
            refs(one).map(({ id }) => id),
          ),
        );
      else if (one.name === 'date' && kind.moment !== undefined && one.values.length === 1) {
        const read = dateIn(one.values[0] ?? '');
        if (read === undefined) continue;
        const { from, to } = boundsOf(read.prefix, read.stretch);
        const before = wanted.moment;
        wanted.moment = { field: kind.moment, ...later(before?.from, from), ...earlier(before?.to, to) };
      }
    }
    return wanted;
  };
  const isNarrow =
    patients !== undefined ||
    rest.some(({ name, modifier }) => modifier === undefined && (name === '_id' || VISITS.has(name) || name === 'target'));
  return { patients: patients?.ids, rest, wantedOf, isNarrow };
}

const both = (before: readonly string[] | undefined, ids: readonly string[]): readonly string[] =>
  before === undefined ? ids : before.filter((id) => ids.includes(id));
const uuids = (ids: readonly string[]): string[] => ids.filter((id) => UUID.test(id));
const later = (a: string | undefined, b: string | undefined): { from?: string } => {
  const from = a === undefined || (b !== undefined && b > a) ? b : a;
  return from === undefined ? {} : { from };
};
const earlier = (a: string | undefined, b: string | undefined): { to?: string } => {
  const to = a === undefined || (b !== undefined && b < a) ? b : a;
  return to === undefined ? {} : { to };
};

/** Ids of rows, from ids as the API gives them. */
export const rawIds = ({ prefix }: Pick<Kind, 'prefix'>, ids: readonly string[]): string[] =>
  uuids(ids.flatMap((id) => (id.startsWith(prefix) ? [id.slice(prefix.length)] : [])));

/** A signature has the id of what was signed. */
function targets({ entity }: Kind, ids: readonly string[]): string[] {
  return uuids(ids.flatMap((id) => (entity === 'encounter' ? (id.startsWith('note-') ? [id.slice(5)] : []) : [id])));
}

/** Whether it says whose: `actor` may also be a practitioner. */
function isPatient({ parameter, modifier, chain, values }: AskedParameter, base: string): boolean {
  if (parameter.targets?.includes('Patient') !== true) return false;
  if (chain !== undefined) return true;
  if (modifier !== undefined) return modifier === 'Patient';
  return parameter.targets.length === 1 || values.every((value) => referenceIn(value, base)?.type === 'Patient');
}

async function patientsOf(reading: Reading, asked: Asked, base: string): Promise<{ ids: Set<string> } | FhirFailure | undefined> {
  let ids: Set<string> | undefined;
  // A patient's own links are judged as any reference is.
  if (asked.type === 'Patient') return undefined;
  for (const one of asked.parameters.filter((parameter) => isPatient(parameter, base))) {
    let wanted: string[];
    if (one.chain === undefined) wanted = uuids(one.values.flatMap((value) => referenceIn(value, base)?.id ?? []));
    else {
      const found = await patientsMatching(reading, [{ ...one, ...one.chain, chain: undefined }], base);
      if ('outcome' in found) return found;
      wanted = found.hits.map(({ id }) => id);
    }
    const people = wanted.length === 0 ? [] : await samePersonAs(reading.tx, reading.caller.clinicId, wanted);
    ids = ids === undefined ? new Set(people) : new Set(people.filter((id) => ids?.has(id)));
  }
  return ids === undefined ? undefined : { ids };
}
