/** What the API answers to reading: found, logged, told. Nobody is answered before the clinic's log has it. */
import type { Bundle, BundleEntry, OperationOutcomeIssue, Resource } from '@medplum/fhirtypes';
import type { AuditEvent } from '#db/model/audit.ts';
import type { ServerDeps } from '../deps.ts';
import type { ServerEvent } from '../server-log.ts';
import { tellLog } from './access-log.ts';
import { readAsked, type Asked } from './asked.ts';
import { bytesOf } from './bytes.ts';
import { onlyElements } from './elements.ts';
import { everything } from './everything.ts';
import { included } from './include.ts';
import { fhirFailure, isFailure, issueOf, outcomeWith, type FhirFailure } from './outcome.ts';
import { openPage, sealPage } from './page.ts';
import { readHistory, readOne, readVersion } from './read.ts';
import { reading, type Reading, type Unit } from './reading.ts';
import { versionHeaders, versionsIn, type FhirAnswer } from './respond.ts';
import { search } from './search.ts';
import type { FhirCaller } from './who.ts';

/** One request, as far as core may know of it. */
export interface FhirCall {
  deps: ServerDeps;
  caller: FhirCaller;
  /** `https://host/fhir/R4` */
  base: string;
  headers: Readonly<Record<string, string | undefined>>;
  /** Prefer: handling=strict. */
  strict: boolean;
}
type Answer = FhirAnswer | FhirFailure;

const ID = /([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/** What the log says of one resource, or of several. */
export function eventOf(
  { caller, now, nameOf }: Pick<Reading, 'caller' | 'now' | 'nameOf'>,
  action: AuditEvent['action'],
  verb: string,
  about: { type: string; id?: string | undefined; patientId?: string | undefined; details?: Record<string, unknown> },
): ServerEvent {
  return {
    at: now,
    actor: { id: caller.userId, name: nameOf(caller.userId) ?? '', roles: caller.roles },
    action,
    verb,
    userId: caller.userId,
    subject: { entity: about.type, id: ID.exec(about.id ?? '')?.[1] ?? null, patientId: about.patientId ?? null },
    details: { ...about.details, ...(caller.app === undefined ? {} : { app: caller.app.name, appId: caller.app.id }) },
  };
}

/** Looks, writes down that it was looked, and only then answers. */
async function looked<T extends object>(
  { deps, caller }: FhirCall,
  look: (reading: Reading) => Promise<{ answer: T | FhirFailure; events: readonly ServerEvent[] }>,
): Promise<T | FhirFailure> {
  const { answer, events } = await reading(deps.pool, caller, deps.now(), look);
  await tellLog(deps.pool, caller.clinicId, events);
  return answer;
}

function one(open: Reading, verb: string, type: string, unit: Unit | FhirFailure): { answer: Unit | FhirFailure; events: ServerEvent[] } {
  if (!isFailure(unit)) {
    // The program's own questions are nobody's.
    const told = type === 'Questionnaire' ? [] : [eventOf(open, 'read', verb, { type, id: unit.resource.id, patientId: unit.patientId })];
    return { answer: unit, events: told };
  }
  return { answer: unit, events: [] };
}

/** What somebody may not see was asked for: that stands in the log (J9), under whose it is. */
function refused(open: Reading, verb: string, type: string, id: string, answer: object): ServerEvent[] {
  if (!isFailure(answer) || answer.status !== 403) return [];
  return [eventOf(open, 'refused', verb, { type, id, patientId: answer.patientId })];
}

export async function serveRead(call: FhirCall, type: string, id: string, versionId?: string): Promise<Answer> {
  const verb = versionId === undefined ? 'fhir.read' : 'fhir.vread';
  const unit = await looked(call, async (open) => {
    const found = versionId === undefined ? await readOne(open, type, id) : await readVersion(open, type, id, versionId);
    const told = one(open, verb, type, found);
    return { ...told, events: [...told.events, ...refused(open, verb, type, id, found)] };
  });
  return isFailure(unit) ? unit : asAnswer(call, unit.resource);
}

function asAnswer({ headers }: FhirCall, resource: Resource): FhirAnswer {
  const known = versionsIn(headers['if-none-match']);
  if (known !== undefined && (known.includes('*') || known.includes(resource.meta?.versionId ?? '')))
    return { status: 304, headers: versionHeaders(resource) };
  return { status: 200, resource, headers: versionHeaders(resource) };
}

export async function serveHistory(call: FhirCall, type: string, id: string): Promise<Answer> {
  const history = await looked(call, async (open) => {
    const found = await readHistory(open, type, id);
    if (isFailure(found)) return { answer: found, events: refused(open, 'fhir.history', type, id, found) };
    return { answer: found, events: one(open, 'fhir.history', type, found.current).events };
  });
  if (isFailure(history)) return history;
  const { current, before } = history;
  const url = `${type}/${id}`;
  const lost = outcomeWith([
    issueOf(
      'information',
      'incomplete',
      'fhir/version-not-kept',
      'What this version said is not kept: the record holds what stands, and who changed it when.',
    ),
  ]);
  const entry: BundleEntry[] = [
    {
      fullUrl: `${call.base}/${url}`,
      resource: current.resource,
      request: { method: before.length === 0 ? 'POST' : 'PUT', url: before.length === 0 ? type : url },
      response: {
        status: before.length === 0 ? '201' : '200',
        etag: `W/"${current.seq}"`,
        lastModified: current.resource.meta?.lastUpdated,
      },
    },
    ...before.map(({ seq, at, birth }): BundleEntry => ({
      fullUrl: `${call.base}/${url}`,
      request: { method: birth ? 'POST' : 'PUT', url: birth ? type : url },
      response: { status: birth ? '201' : '200', etag: `W/"${seq}"`, lastModified: at, outcome: lost },
    })),
  ];
  const bundle: Bundle = {
    resourceType: 'Bundle',
    type: 'history',
    total: entry.length,
    link: [{ relation: 'self', url: `${call.base}/${url}/_history` }],
    entry,
  };
  return { status: 200, resource: bundle };
}

/** @param query as it stood in the address or in the form */
export async function serveSearch(call: FhirCall, type: string, query: string): Promise<Answer> {
  const given = new URLSearchParams(query);
  const sealed = given.get('_page');
  const page = sealed === null ? undefined : openPage(call.deps, call.caller, sealed);
  if (sealed !== null && page?.type !== type) return fhirFailure('fhir/unknown-page');
  const strict = page?.strict ?? call.strict;
  const asked = readAsked(type, page === undefined ? given : new URLSearchParams(page.query), strict);
  if (isFailure(asked)) return asked;
  const found = await looked(call, async (open) => {
    const matches = await search(open, asked, page?.cursor, call.base);
    if (isFailure(matches)) return { answer: matches, events: [] };
    const beside = await included(open, asked, matches.units, call.base);
    return { answer: { ...matches, beside }, events: hitList(open, asked, [...matches.units, ...beside]) };
  });
  if (isFailure(found)) return found;
  const self = new URLSearchParams(asked.used.map(([name, value]): [string, string] => [name, value]));
  const next =
    found.next === undefined ? undefined : sealPage(call.deps, call.caller, { type, query: self.toString(), strict, cursor: found.next });
  const shown = (unit: Unit): Resource => (asked.elements === undefined ? unit.resource : onlyElements(unit.resource, asked.elements));
  const entryOf =
    (mode: 'match' | 'include') =>
    (unit: Unit): BundleEntry => ({
      fullUrl: `${call.base}/${unit.resource.resourceType}/${unit.resource.id}`,
      resource: shown(unit),
      search: { mode },
    });
  const notes = remarks(asked, found.suppressed);
  const entry: BundleEntry[] = [
    ...found.units.map(entryOf('match')),
    ...found.beside.map(entryOf('include')),
    ...(notes.length === 0 ? [] : [{ resource: outcomeWith(notes), search: { mode: 'outcome' as const } }]),
  ];
  const address = (parameters: URLSearchParams): string =>
    `${call.base}/${type}${parameters.size === 0 ? '' : `?${parameters.toString()}`}`;
  const bundle: Bundle = {
    resourceType: 'Bundle',
    type: 'searchset',
    ...(found.total === undefined ? {} : { total: found.total }),
    link: [
      { relation: 'self', url: address(sealed === null ? self : new URLSearchParams({ _page: sealed })) },
      ...(next === undefined ? [] : [{ relation: 'next', url: address(new URLSearchParams({ _page: next })) }]),
    ],
    ...(entry.length === 0 ? {} : { entry }),
  };
  return { status: 200, resource: bundle };
}

function remarks({ ignored }: Asked, suppressed: boolean): OperationOutcomeIssue[] {
  return [
    ...(ignored.length === 0
      ? []
      : [issueOf('warning', 'not-supported', 'fhir/unknown-parameter', 'Parameters that are not known here were left out.', ignored)]),
    ...(suppressed
      ? [issueOf('information', 'suppressed', 'fhir/blocked', 'A patient has shut the journal for you: what is theirs is left out.')]
      : []),
  ];
}

function hitList(open: Reading, { type, parameters }: Asked, units: readonly Unit[]): ServerEvent[] {
  if (type === 'Questionnaire') return [];
  const patients = [...new Set(units.flatMap(({ patientId }) => patientId ?? []))];
  const [only] = patients;
  const about = { type, patientId: patients.length === 1 ? only : undefined };
  const names = [...new Set(parameters.map(({ name }) => name))];
  return [eventOf(open, 'search', 'fhir.search', { ...about, details: { type, by: names, shown: units.length, hits: patients } })];
}

export async function serveEverything(call: FhirCall, patientId: string, query: URLSearchParams): Promise<Answer> {
  const asked = {
    types: query.get('_type')?.split(','),
    since: query.get('_since') ?? undefined,
    start: query.get('start') ?? undefined,
    end: query.get('end') ?? undefined,
  };
  const units = await looked(call, async (open): Promise<{ answer: { all: Unit[] } | FhirFailure; events: ServerEvent[] }> => {
    // Where two persons are wanted, the app asks the second (core/exporting).
    const found = call.deps.gdprStrict === true ? fhirFailure('fhir/two-persons') : await everything(open, patientId, asked);
    if (isFailure(found)) return { answer: found, events: refused(open, 'fhir.everything', 'Patient', patientId, found) };
    return {
      answer: { all: found },
      events: [eventOf(open, 'export', 'fhir.everything', { type: 'Patient', id: patientId, patientId, details: { shown: found.length } })],
    };
  });
  if (isFailure(units)) return units;
  const bundle: Bundle = {
    resourceType: 'Bundle',
    type: 'searchset',
    total: units.all.length,
    link: [{ relation: 'self', url: `${call.base}/Patient/${patientId}/$everything` }],
    entry: units.all.map(({ resource }) => ({
      fullUrl: `${call.base}/${resource.resourceType}/${resource.id}`,
      resource,
      search: { mode: 'match' as const },
    })),
  };
  return { status: 200, resource: bundle };
}

/** Bytes in their own type, unless FHIR's is asked for by name: then a Binary with them inside. */
export async function serveBinary(call: FhirCall, id: string, asResource: boolean): Promise<Answer> {
  const given = await looked(call, async (open) => {
    const found = await bytesOf(open, call.deps, id);
    if (isFailure(found)) return { answer: found, events: refused(open, 'fhir.read', 'Binary', id, found) };
    return { answer: found, events: [eventOf(open, 'read', 'fhir.read', { type: 'Binary', id, patientId: found.patientId })] };
  });
  if (isFailure(given)) return given;
  if (!asResource) {
    const headers = { 'content-type': given.contentType, 'content-length': String(given.length), 'content-disposition': 'attachment' };
    return { status: 200, raw: given.stream(), headers };
  }
  if (given.length > MOST_INLINE)
    return fhirFailure('fhir/too-costly', { words: 'So many bytes are given as they are: ask for them by their own type.' });
  const data = Buffer.concat(await given.stream().toArray()).toString('base64');
  return { status: 200, resource: { resourceType: 'Binary', id, contentType: given.contentType, data } };
}
const MOST_INLINE = 20_000_000;
