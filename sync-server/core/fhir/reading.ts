/** One request's look at the record: its rows as resources, who may be named in them, and which journals are shut for whoever asks. */
import type { Resource } from '@medplum/fhirtypes';
import { apiForm, namesIn, UNDATED } from '#db/fhir/api-form.ts';
import { journalOf, type JournalSource } from '#db/fhir/journal.ts';
import type { AnyRow, Kind } from '#db/fhir/kinds.ts';
import type { EntityName } from '#db/model/entities.ts';
import { readClinic, type Pool, type Tx } from '#db/postgres/open.ts';
import { blocksFor, momentsOf, peopleAndClinic, rowsBeside, samePersonAs } from '#db/postgres/queries/fhir.ts';
import { isShut } from '#db/rules/access.ts';
import type { StoredRow } from '#db/sync/row.ts';
import type { FhirCaller, Letter } from './who.ts';

export interface Unit {
  resource: Resource & { id: string };
  /** Undefined: it is about nobody's journal. */
  patientId: string | undefined;
  seq: number;
}

export interface Reading {
  readonly tx: Tx;
  readonly caller: FhirCaller;
  readonly now: Date;
  /** Patients whose journal is shut for the caller now, at any of their registrations. */
  readonly shut: ReadonlySet<string>;
  nameOf(userId: string): string | null;
  /** Registrations of the person an app was launched for. */
  readonly bound: ReadonlySet<string>;
  /** Whether the caller may do this with something of the type that is this patient's. */
  allows(type: string, letter: Letter, patientId: string | undefined): boolean;
  /** Resources of these rows, in their order, without those that are none or are not for the caller; shut journals too. @param letter why they are wanted; any: for what is written, which has been judged */
  units(kind: Kind, rows: readonly StoredRow[], letter: Letter | 'any'): Promise<Unit[]>;
}

/** In one transaction that writes nothing. */
export async function reading<T>(pool: Pool, caller: FhirCaller, now: Date, look: (reading: Reading) => Promise<T>): Promise<T> {
  return readClinic(pool, caller.clinicId, (tx) => openReading(tx, caller, now).then(look));
}

/** In a transaction that is open. */
export async function openReading(tx: Tx, caller: FhirCaller, now: Date): Promise<Reading> {
  const { clinicId } = caller;
  const people = await peopleAndClinic(tx, clinicId);
  const users = people.filter(({ entity }) => entity === 'user').map(({ row }) => row);
  const clinic = people.find(({ entity }) => entity === 'clinic')?.row;
  if (clinic === undefined) throw new Error('the clinic has no row of its own');
  const around = { clinic, users, clinicId };
  const launchedFor = caller.app?.patientId ?? null;
  const bound = new Set(launchedFor === null ? [] : await samePersonAs(tx, clinicId, [launchedFor]));
  const allows: Reading['allows'] = (type, letter, patientId) => {
    const reach = caller.may(type, letter);
    return reach === 'any' || (reach === 'patient' && patientId !== undefined && bound.has(patientId));
  };
  return {
    tx,
    caller,
    now,
    shut: await shutFor(tx, caller, now),
    nameOf(userId) {
      const name = users.find(({ id }) => id === userId)?.['name'];
      return typeof name === 'string' ? name : null;
    },
    bound,
    allows,
    async units(kind, rows, letter) {
      const seen = rows.filter((row) => !row.deleted && caller.readsRow(kind.entity, row));
      const all = await unitsOf(tx, around, kind, seen);
      return letter === 'any' || caller.app === undefined ? all : all.filter(({ patientId }) => allows(kind.type, letter, patientId));
    },
  };
}

async function shutFor(tx: Tx, { clinicId, userId }: FhirCaller, now: Date): Promise<Set<string>> {
  const { blocked, emergencies } = await blocksFor(tx, clinicId, userId);
  const shut = new Set<string>();
  for (const patientId of blocked) {
    const person = await samePersonAs(tx, clinicId, [patientId]);
    const theirs = emergencies.filter((emergency) => person.includes(emergency.patientId));
    if (isShut([{ blocked: true }], theirs, now.toISOString())) for (const id of person) shut.add(id);
  }
  return shut;
}

interface Around {
  clinicId: string;
  clinic: StoredRow;
  users: readonly StoredRow[];
}

/** Mappings look through what they are given: it is given a little at a time. */
const TOGETHER = 64;

async function unitsOf(tx: Tx, around: Around, kind: Kind, rows: readonly StoredRow[]): Promise<Unit[]> {
  if (rows.length === 0) return [];
  const needs = rows.map((row) => kind.needs(row as AnyRow));
  const beside = new Map<string, { entity: EntityName; row: StoredRow }[]>();
  const flat = needs.flat().filter(({ ids }) => ids.length > 0);
  const fields = [...new Set(flat.map(({ entity, field }) => `${entity} ${field}`))];
  // In one order, whoever else was fetched with them: the same version reads the same.
  const found = (await rowsBeside(tx, around.clinicId, flat)).toSorted((a, b) => (a.row.id < b.row.id ? -1 : 1));
  for (const one of found) {
    for (const name of fields) {
      const [entity, field = ''] = name.split(' ');
      if (entity !== one.entity) continue;
      const key = `${name} ${String(one.row[field])}`;
      const known = beside.get(key);
      if (known === undefined) beside.set(key, [one]);
      else known.push(one);
    }
  }
  const made: (Omit<Unit, 'resource'> & { make: (lastUpdated: string | undefined) => Unit['resource'] })[] = [];
  for (let at = 0; at < rows.length; at += TOGETHER) {
    const some = rows.slice(at, at + TOGETHER).map((row, i) => ({
      row,
      context: (needs[at + i] ?? []).flatMap(({ entity, field, ids }) => ids.flatMap((id) => beside.get(`${entity} ${field} ${id}`) ?? [])),
    }));
    const journal = journalFor(around, kind, some);
    const nameOf = namesIn(journal);
    for (const { row, context } of some) {
      const resource = kind.make(journal, row as AnyRow);
      if (resource === undefined) continue;
      const seq = Math.max(row.seq, ...context.map((one) => one.row.seq));
      made.push({
        seq,
        patientId: patientOf(kind, row, context),
        make: (lastUpdated) =>
          apiForm(resource, `${kind.prefix}${row.id}`, { versionId: String(seq), lastUpdated }, nameOf) as Unit['resource'],
      });
    }
  }
  const moments = await momentsOf(
    tx,
    around.clinicId,
    made.map(({ seq }) => seq),
  );
  return made.map(({ make, ...unit }) => ({ ...unit, resource: make(moments.get(unit.seq)) }));
}

type WithContext = { row: StoredRow; context: readonly { entity: EntityName; row: StoredRow }[] };

function journalFor({ clinic, users }: Around, kind: Kind, some: readonly WithContext[]) {
  const rows = new Map<EntityName, Map<string, unknown>>();
  const add = (entity: EntityName, row: { id: string }): void => {
    const known = rows.get(entity) ?? new Map<string, unknown>();
    rows.set(entity, known.set(row.id, row));
  };
  const patients = new Set<string>();
  for (const { row, context } of some) {
    add(kind.entity, row);
    for (const one of context) if (!one.row.deleted) add(one.entity, one.row);
    for (const one of [row, ...context.map((found) => found.row)])
      for (const field of ['patientId', 'intoId']) if (typeof one[field] === 'string') patients.add(one[field]);
  }
  // Enough for a reference to lead to them.
  for (const id of patients) if (rows.get('patient')?.has(id) !== true) add('patient', { id });
  const byEntity = Object.fromEntries([...rows].map(([entity, byId]) => [entity, [...byId.values()]]));
  return journalOf({
    patientId: '',
    madeAt: UNDATED,
    rows: byEntity as JournalSource['rows'],
    clinic: clinic as unknown as JournalSource['clinic'],
    users: users as unknown as JournalSource['users'],
  });
}

function patientOf(kind: Kind, row: StoredRow, context: WithContext['context']): string | undefined {
  if (kind.patient === undefined) return undefined;
  if (kind.patient === 'id') return row.id;
  const from = kind.patient === 'visit' ? context.find(({ entity }) => entity === 'encounter')?.row : row;
  return typeof from?.['patientId'] === 'string' ? from['patientId'] : undefined;
}
