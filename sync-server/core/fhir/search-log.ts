/** The clinic's log as AuditEvents: all of it for who answers for the clinic, that of one patient for a clinician (core/read-log.ts). */
import { auditEventOf } from '#db/fhir/log.ts';
import { logPage, type LoggedEvent } from '#db/postgres/queries/audit.ts';
import { boundsOf } from './dates.ts';
import { dateIn, referenceIn } from './match.ts';
import type { Narrowed } from './narrow.ts';
import type { Reading, Unit } from './reading.ts';
import { UUID } from '../record-batch.ts';

/** Newest first; older ones are reached by `date`. */
const MOST = 2000;

export async function logUnits({ tx, caller, shut }: Reading, { patients, rest }: Pick<Narrowed, 'patients' | 'rest'>): Promise<Unit[]> {
  if (caller.log === 'none' || (caller.log === 'patient' && patients === undefined)) return [];
  const dates = rest
    .filter(({ name, values }) => name === 'date' && values.length === 1)
    .flatMap(({ values }) => dateIn(values[0] ?? '') ?? []);
  const bounds = dates.map(({ prefix, stretch }) => boundsOf(prefix, stretch));
  const from =
    bounds
      .flatMap((one) => one.from ?? [])
      .toSorted()
      .at(-1) ?? null;
  const to = bounds.flatMap((one) => one.to ?? []).toSorted()[0] ?? null;
  const agent = rest.find(({ name, modifier, values }) => name === 'agent' && modifier === undefined && values.length === 1);
  const actor = agent === undefined ? undefined : referenceIn(agent.values[0] ?? '', '')?.id;
  const actorId = actor !== undefined && UUID.test(actor) ? actor : null;
  const found = new Map<string, LoggedEvent>();
  for (const patientId of patients ?? [null]) {
    if (patientId !== null && shut.has(patientId)) continue;
    const page = await logPage(tx, caller.clinicId, { patientId, actorId, action: null, from, to, before: null, limit: MOST });
    for (const event of page) found.set(event.id, event);
  }
  return [...found.values()].map((event) => unitOf(event, caller.log === 'all' ? undefined : patients));
}

/** One event, for who may read it; undefined: not for this caller. */
export function logUnit({ caller, shut }: Reading, event: LoggedEvent): Unit | undefined {
  if (caller.log === 'all') return unitOf(event, undefined);
  if (caller.log === 'none' || event.patientId === null || shut.has(event.patientId)) return undefined;
  return unitOf(event, new Set([event.patientId]));
}

/** @param about whom of those a search showed may be named; undefined: all */
function unitOf(event: LoggedEvent, about: ReadonlySet<string> | undefined): Unit {
  const shown = ['hits', 'patients'].flatMap((name) => event.details[name] ?? []).filter((id): id is string => typeof id === 'string');
  const named = about === undefined ? shown : shown.filter((id) => about.has(id));
  const resource = auditEventOf(event, named);
  return { resource: resource as Unit['resource'], patientId: event.patientId ?? undefined, seq: 1 };
}
