/** What is created and changed: judged whole before anything of it is stored, and stored in one transaction or not at all. */
import type { Resource } from '@medplum/fhirtypes';
import { v7 } from 'uuid';
import { fhirRows } from '#db/postgres/queries/fhir.ts';
import { holdsTime, overlaps } from '#db/rules/appointments.ts';
import { mayChange } from '#db/rules/permissions.ts';
import type { ServerEvent } from '../server-log.ts';
import { UUID } from '../record-batch.ts';
import { acceptWrites, type Write } from './accept.ts';
import { readAsked } from './asked.ts';
import { keepBytes, scanBytes } from './bytes.ts';
import { WRITTEN } from './capability.ts';
import { draftOf, type Draft } from './drafts.ts';
import { referenceIn } from './match.ts';
import { fhirFailure, isFailure, issueOf, outcomeWith, type FhirFailure } from './outcome.ts';
import { readOne } from './read.ts';
import { reading, type Reading } from './reading.ts';
import { etagOf, versionHeaders, versionsIn, type FhirAnswer, type Preferences } from './respond.ts';
import { search } from './search.ts';
import { eventOf, type FhirCall } from './serve.ts';
import { judged } from './taken.ts';

/** One thing to be written, ready. */
export interface Prepared {
  type: string;
  id: string;
  draft: Draft;
  write: Write;
  event: ServerEvent;
}
/** It is here already (If-None-Exist). */
export interface Existing {
  type: string;
  existing: string;
}

export type Asked = {
  type: string;
  resource: Record<string, unknown>;
  id?: string;
  ifNoneExist?: string | undefined;
  ifMatch?: string | undefined;
  rowId?: string;
};

/** Codes: those of `judged`, `draftOf`, `readOne`; fhir/wrong-type, fhir/wrong-id, fhir/not-created-here, fhir/not-updated-here, fhir/several-match, fhir/time-taken. */
export async function prepare(open: Reading, call: FhirCall, asked: Asked): Promise<Prepared | Existing | FhirFailure> {
  const { type, resource, id } = asked;
  const verb = id === undefined ? 'create' : 'update';
  if (WRITTEN[type]?.includes(verb) !== true) return fhirFailure(verb === 'create' ? 'fhir/not-created-here' : 'fhir/not-updated-here');
  if (resource['resourceType'] !== type) return fhirFailure('fhir/wrong-type');
  if (id !== undefined && resource['id'] !== id) return fhirFailure('fhir/wrong-id');
  const fault = judged(resource);
  if (fault !== undefined) return fault;
  if (asked.ifNoneExist !== undefined) {
    const existing = await existingFor(open, call, type, asked.ifNoneExist);
    if (existing !== undefined) return existing;
  }
  const letter = id === undefined ? 'c' : 'u';
  if (call.caller.may(type, letter) === 'none') return fhirFailure('fhir/forbidden');
  const draft = draftOf(type, resource, {
    caller: call.caller,
    now: open.now,
    local: (reference) => {
      const read = referenceIn(reference ?? '', call.base);
      return read?.type === undefined ? undefined : { type: read.type, id: read.id };
    },
  });
  if (isFailure(draft)) return draft;
  if (!mayChange(draft.entity, call.caller.roles)) return fhirFailure('fhir/forbidden');
  if (!open.allows(type, letter, draft.patientId)) return fhirFailure('fhir/unknown-reference');
  if (id !== undefined) {
    const before = UUID.test(id) ? await readOne(open, type, id, 'u') : fhirFailure('fhir/not-found');
    if (isFailure(before)) return before;
  }
  const lost = await missing(open, draft);
  if (lost !== undefined) return lost;
  const rowId = id ?? asked.rowId ?? v7();
  if (draft.entity === 'appointment' && (await isTaken(open, draft, rowId))) return fhirFailure('fhir/time-taken');
  const write: Write = { entity: draft.entity, rowId, set: draft.set, isUpdate: id !== undefined, ifVersions: versionsIn(asked.ifMatch) };
  const event = eventOf(open, id === undefined ? 'create' : 'change', `fhir.${verb}`, { type, id: rowId, patientId: draft.patientId });
  return { type, id: rowId, draft, write, event };
}

async function existingFor(open: Reading, call: FhirCall, type: string, query: string): Promise<Existing | FhirFailure | undefined> {
  const asked = readAsked(type, new URLSearchParams(query), true);
  if (isFailure(asked)) return asked;
  if (asked.parameters.length === 0) return fhirFailure('fhir/invalid-parameter', { where: ['If-None-Exist'] });
  const found = await search(open, { ...asked, count: 2 }, undefined, call.base);
  if (isFailure(found)) return found;
  if (found.units.length > 1) return fhirFailure('fhir/several-match');
  const [one] = found.units;
  return one === undefined ? undefined : { type, existing: one.resource.id };
}

/** What it refers to is there, is this clinic's, is open to the caller, and is the same patient's. */
async function missing(open: Reading, { refers, patientId }: Draft): Promise<FhirFailure | undefined> {
  for (const { type, id } of refers) {
    const found = UUID.test(id) ? await readOne(open, type, id, 'any') : undefined;
    if (found === undefined) return fhirFailure('fhir/unknown-reference');
    if (isFailure(found)) return found.status === 403 ? found : fhirFailure('fhir/unknown-reference');
    if (type === 'Encounter' && found.patientId !== patientId)
      return fhirFailure('fhir/unknown-reference', { words: 'The visit is another patient’s.' });
  }
  return undefined;
}

async function isTaken({ tx, caller }: Reading, { set }: Draft, rowId: string): Promise<boolean> {
  const slot = { startsAt: String(set['startsAt']), durationMinutes: Number(set['durationMinutes']) };
  if (!holdsTime(set['status'] as 'booked')) return false;
  const from = new Date(Date.parse(slot.startsAt) - 600 * 60_000).toISOString();
  const to = new Date(Date.parse(slot.startsAt) + slot.durationMinutes * 60_000).toISOString();
  const near = await fhirRows(tx, caller.clinicId, {
    entity: 'appointment',
    equals: [{ field: 'practitionerId', ids: [String(set['practitionerId'])] }],
    moment: { field: 'startsAt', from, to },
    limit: 1000,
  });
  return near.some(
    (row) =>
      row.id !== rowId &&
      holdsTime(row['status'] as 'booked') &&
      overlaps(slot, { startsAt: String(row['startsAt']), durationMinutes: Number(row['durationMinutes']) }),
  );
}

/** Bytes first, then all rows and what the log says of them together. */
export async function store({ deps, caller }: FhirCall, verb: string, prepared: readonly Prepared[]): Promise<FhirFailure | undefined> {
  for (const { draft } of prepared) if (draft.bytes !== undefined) await keepBytes(deps, caller.clinicId, draft.bytes);
  const done = await acceptWrites(
    deps,
    caller,
    verb,
    prepared.map(({ write }) => write),
    prepared.map(({ event }) => event),
  );
  if (isFailure(done)) return done;
  for (const { draft } of prepared) if (draft.bytes !== undefined) await scanBytes(deps, caller.clinicId, draft.bytes);
  return undefined;
}

export async function serveWrite(call: FhirCall, asked: Asked, prefer: Preferences): Promise<FhirAnswer | FhirFailure> {
  const { deps, caller } = call;
  const prepared = await reading(deps.pool, caller, deps.now(), (open) => prepare(open, call, asked));
  if (isFailure(prepared)) return prepared;
  if ('existing' in prepared) return answerFor(call, asked.type, prepared.existing, 200, prefer);
  const failure = await store(call, prepared.event.verb, [prepared]);
  return failure ?? answerFor(call, asked.type, prepared.id, asked.id === undefined ? 201 : 200, prefer);
}

/** What stands now, as the caller prefers to hear of it. */
export async function answerFor(
  call: FhirCall,
  type: string,
  id: string,
  status: number,
  { returns }: Pick<Preferences, 'returns'>,
): Promise<FhirAnswer> {
  const unit = await reading(call.deps.pool, call.caller, call.deps.now(), (open) => readOne(open, type, id));
  // It was written a moment ago and somebody took it away.
  const resource: Resource | undefined = isFailure(unit) ? undefined : unit.resource;
  const version = resource?.meta?.versionId;
  const headers = {
    ...(resource === undefined ? {} : versionHeaders(resource)),
    ...(version === undefined ? {} : { etag: etagOf(version) }),
    location: `${call.base}/${type}/${id}${version === undefined ? '' : `/_history/${version}`}`,
  };
  if (returns === 'minimal' || resource === undefined) return { status, headers };
  const done = outcomeWith([issueOf('information', 'informational', 'fhir/done', status === 201 ? 'Created.' : 'Done.')]);
  return { status, headers, resource: returns === 'OperationOutcome' ? done : resource };
}
