/** One resource by type and id: as it stands, as a version that is asked for, and what is known of how it came to be. */
import { KINDS, type Kind } from '#db/fhir/kinds.ts';
import { QUESTIONNAIRES } from '#db/fhir/questionnaires.ts';
import type { EntityName } from '#db/model/entities.ts';
import { changesOf, rowsBeside, type PastChange } from '#db/postgres/queries/fhir.ts';
import { eventById } from '#db/postgres/queries/audit.ts';
import type { StoredRow } from '#db/sync/row.ts';
import { UUID } from '../record-batch.ts';
import { rawIds } from './narrow.ts';
import { fhirFailure, isFailure, type FhirFailure } from './outcome.ts';
import type { Reading, Unit } from './reading.ts';
import { kindsFor } from './search.ts';
import { logUnit } from './search-log.ts';
import { withoutReason } from './shut.ts';
import type { Letter } from './who.ts';

/** Codes: fhir/unknown-type, fhir/forbidden, fhir/not-found (another clinic's as what is nowhere), fhir/gone, fhir/blocked. */
export async function readOne(reading: Reading, type: string, id: string, letter: Letter | 'any' = 'r'): Promise<Unit | FhirFailure> {
  const found = await find(reading, type, id, letter);
  if (isFailure(found)) return found;
  const [open] = withoutReason([found.unit], reading.shut);
  return open ?? fhirFailure('fhir/blocked', { patientId: found.unit.patientId });
}

interface FoundRow {
  unit: Unit;
  entity: EntityName | undefined;
  rowId: string;
}

async function find(reading: Reading, type: string, id: string, letter: Letter | 'any' = 'r'): Promise<FoundRow | FhirFailure> {
  if (letter !== 'any' && KINDS.some((kind) => kind.type === type) && reading.caller.may(type, letter) === 'none')
    return fhirFailure('fhir/forbidden');
  if (type === 'Questionnaire') {
    const resource = QUESTIONNAIRES.find((one) => one.id === id);
    return resource === undefined
      ? fhirFailure('fhir/not-found')
      : { unit: { resource: resource as Unit['resource'], patientId: undefined, seq: 1 }, entity: undefined, rowId: id };
  }
  if (!KINDS.some((kind) => kind.type === type)) return fhirFailure('fhir/unknown-type');
  const kinds = kindsFor(reading, type);
  const isLog = type === 'AuditEvent' && reading.caller.log !== 'none';
  if (kinds.length === 0 && !isLog) return fhirFailure('fhir/forbidden');
  let gone = false;
  for (const [kind, row] of await rowsOf(reading, kinds, [id])) {
    // Whose a row was that is gone is not known: an app that is bound to a patient hears of none.
    gone ||= row.deleted && (letter === 'any' || reading.caller.may(type, letter) === 'any');
    const [unit] = await reading.units(kind, [row], letter);
    if (unit !== undefined) return { unit, entity: kind.entity, rowId: row.id };
  }
  if (isLog && UUID.test(id)) {
    const event = await eventById(reading.tx, reading.caller.clinicId, id);
    const unit = event === undefined ? undefined : logUnit(reading, event);
    if (unit !== undefined) return { unit, entity: undefined, rowId: id };
  }
  return fhirFailure(gone ? 'fhir/gone' : 'fhir/not-found');
}

/** Rows that stand behind these ids, deleted ones too. One statement. */
async function rowsOf({ tx, caller }: Reading, kinds: readonly Kind[], ids: readonly string[]): Promise<(readonly [Kind, StoredRow])[]> {
  const found = await rowsBeside(
    tx,
    caller.clinicId,
    kinds.map((kind) => ({ entity: kind.entity, field: 'id', ids: rawIds(kind, ids) })),
  );
  return kinds.flatMap((kind) => {
    const wanted = new Set(rawIds(kind, ids));
    return found.filter(({ entity, row }) => entity === kind.entity && wanted.has(row.id)).map(({ row }) => [kind, row] as const);
  });
}

/** Several of a type, as far as they are there, for the caller, and of a journal that is open. */
export async function readSeveral(reading: Reading, type: string, ids: readonly string[]): Promise<Unit[]> {
  const kinds = kindsFor(reading, type);
  const rows = await rowsOf(reading, kinds, ids);
  const units: Unit[] = [];
  for (const kind of kinds)
    units.push(
      ...(await reading.units(
        kind,
        rows.filter(([of]) => of === kind).map(([, row]) => row),
        'r',
      )),
    );
  return withoutReason(units, reading.shut);
}

/** Codes: those of `readOne`, and fhir/version-not-kept: the record keeps what stands, and of what stood before when it was changed. */
export async function readVersion(reading: Reading, type: string, id: string, versionId: string): Promise<Unit | FhirFailure> {
  const unit = await readOne(reading, type, id);
  if (isFailure(unit)) return unit;
  return unit.resource.meta?.versionId === versionId ? unit : fhirFailure('fhir/version-not-kept');
}

export interface History {
  current: Unit;
  /** Newest first: changes that made earlier versions, whose content is not kept. */
  before: readonly PastChange[];
}

/** Codes: those of `readOne`. */
export async function readHistory(reading: Reading, type: string, id: string): Promise<History | FhirFailure> {
  const found = await find(reading, type, id);
  if (isFailure(found)) return found;
  const [current] = withoutReason([found.unit], reading.shut);
  if (current === undefined) return fhirFailure('fhir/blocked', { patientId: found.unit.patientId });
  const before = found.entity === undefined ? [] : await changesOf(reading.tx, reading.caller.clinicId, found.entity, found.rowId);
  return { current, before: before.filter(({ seq }) => seq < current.seq) };
}
