/** Bundles that do something (R4 § 3.1.0.11): a batch entry by entry, a transaction all or nothing, each entry pointing to others by their `urn:uuid:`. */
import type { Bundle, BundleEntry, OperationOutcome } from '@medplum/fhirtypes';
import { v7 } from 'uuid';
import { z } from 'zod';
import { faultsIn } from './definitions.ts';
import { fhirFailure, isFailure, outcomeWith, type FhirFailure } from './outcome.ts';
import { reading } from './reading.ts';
import type { FhirAnswer } from './respond.ts';
import { serveRead, serveSearch, type FhirCall } from './serve.ts';
import { answerFor, prepare, serveWrite, store, type Asked, type Existing, type Prepared } from './write.ts';

export const MOST_ENTRIES = 200;
const RETURNS = { returns: 'representation', strict: false } as const;

type Does =
  | { kind: 'get'; type: string; id: string | undefined; version: string | undefined; query: string }
  | { kind: 'write'; asked: Asked };

export async function serveBundle(call: FhirCall, resource: Record<string, unknown>): Promise<FhirAnswer | FhirFailure> {
  if (resource['resourceType'] !== 'Bundle') return fhirFailure('fhir/wrong-type');
  const { type, entry: entries } = resource as unknown as Bundle;
  if (type !== 'batch' && type !== 'transaction')
    return fhirFailure('fhir/invalid', { where: ['Bundle.type'], words: 'A batch or a transaction is carried out here.' });
  if (entries !== undefined && !Array.isArray(entries)) return fhirFailure('fhir/malformed');
  if ((entries ?? []).length > MOST_ENTRIES) return fhirFailure('fhir/too-large-bundle');
  const faults = faultsIn(resource);
  // Of a batch each entry is judged by itself; of a transaction one fault is all.
  const own = type === 'batch' ? faults.filter(({ expression }) => !(expression?.[0] ?? '').startsWith('Bundle.entry')) : faults;
  if (own.length > 0) return { status: 422, outcome: outcomeWith(own) };
  if (!entriesSchema.safeParse(entries ?? []).success) return fhirFailure('fhir/not-understood', { where: ['Bundle.entry'] });
  return type === 'batch' ? batch(call, entries ?? []) : transaction(call, entries ?? []);
}

function doesOf(call: FhirCall, { request, resource }: BundleEntry): Does | FhirFailure {
  const url = (request?.url ?? '').replace(`${call.base}/`, '').replace(/^\//, '');
  const match = /^([A-Z][A-Za-z]{1,63})(?:\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?)?(?:\?(.*))?$/.exec(url);
  const [, type = '', id, version, query = ''] = match ?? [];
  if (match === null) return fhirFailure('fhir/not-understood', { where: ['Bundle.entry.request.url'] });
  if (request?.method === 'GET') return { kind: 'get', type, id, version, query };
  const plain = (resource ?? {}) as unknown as Record<string, unknown>;
  if (request?.method === 'POST' && id === undefined)
    return { kind: 'write', asked: { type, resource: plain, ifNoneExist: request.ifNoneExist } };
  if (request?.method === 'PUT' && id !== undefined && version === undefined)
    return { kind: 'write', asked: { type, resource: plain, id, ifMatch: request.ifMatch } };
  return fhirFailure('fhir/not-understood', { where: ['Bundle.entry.request.method'] });
}

const got = (call: FhirCall, { type, id, version, query }: Does & { kind: 'get' }) =>
  id === undefined ? serveSearch(call, type, query) : serveRead({ ...call, headers: {} }, type, id, version);

async function batch(call: FhirCall, entries: readonly BundleEntry[]): Promise<FhirAnswer> {
  const entry: BundleEntry[] = [];
  for (const one of entries) {
    const does = doesOf(call, one);
    const answer = isFailure(does) ? does : does.kind === 'get' ? await got(call, does) : await serveWrite(call, does.asked, RETURNS);
    entry.push(entryOf(answer));
  }
  return { status: 200, resource: { resourceType: 'Bundle', type: 'batch-response', entry } };
}

function entryOf(answer: FhirAnswer | FhirFailure): BundleEntry {
  if (isFailure(answer)) return { response: { status: String(answer.status), outcome: answer.outcome } };
  const { etag, location } = answer.headers ?? {};
  return {
    ...(answer.resource === undefined ? {} : { resource: answer.resource }),
    response: {
      status: String(answer.status),
      ...(etag === undefined ? {} : { etag }),
      ...(location === undefined ? {} : { location }),
      ...(answer.resource?.meta?.lastUpdated === undefined ? {} : { lastModified: answer.resource.meta.lastUpdated }),
    },
  };
}

/** Of an entry, as far as we go by it; what is in it is judged by HL7's definitions. */
const entriesSchema = z.array(
  z.looseObject({
    fullUrl: z.string().optional(),
    request: z.looseObject({
      method: z.string(),
      url: z.string().max(20_000),
      ifNoneExist: z.string().optional(),
      ifMatch: z.string().optional(),
    }),
    resource: z.looseObject({ resourceType: z.string() }).optional(),
  }),
);

/** Writes before reads (R4 § 3.1.0.11.2); what refers to another entry is told its id first. */
async function transaction(call: FhirCall, entries: readonly BundleEntry[]): Promise<FhirAnswer | FhirFailure> {
  const { deps, caller } = call;
  const names = new Map<string, string>();
  const rowIds = entries.map(({ fullUrl, request, resource }) => {
    const rowId = v7();
    if (fullUrl?.startsWith('urn:uuid:') === true && request?.method === 'POST')
      names.set(fullUrl, `${String(resource?.resourceType)}/${rowId}`);
    return rowId;
  });
  if (names.size < entries.filter(({ fullUrl }) => fullUrl?.startsWith('urn:uuid:') === true).length)
    return fhirFailure('fhir/not-understood', {
      where: ['Bundle.entry.fullUrl'],
      words: 'Each urn:uuid: stands once, over what is created.',
    });
  const binaries = new Map(
    entries.flatMap(({ fullUrl, resource }) => (fullUrl !== undefined && resource?.resourceType === 'Binary' ? [[fullUrl, resource]] : [])),
  );
  const done = new Map<number, Prepared | Existing>();
  const gets = new Map<number, Does & { kind: 'get' }>();
  const failure = await reading(deps.pool, caller, deps.now(), async (open): Promise<FhirFailure | undefined> => {
    for (const [i, one] of entries.entries()) {
      // Bytes come in with the document that names them.
      if (one.resource?.resourceType === 'Binary') continue;
      const does = doesOf(call, {
        ...one,
        resource: one.resource && (pointing(one.resource, names, binaries) as BundleEntry['resource']),
      } as BundleEntry);
      if (isFailure(does)) return at(does, i);
      if (does.kind === 'get') gets.set(i, does);
      else {
        const prepared = await prepare(open, call, { ...does.asked, ...(does.asked.id === undefined ? { rowId: rowIds[i] ?? v7() } : {}) });
        if (isFailure(prepared)) return at(prepared, i);
        done.set(i, prepared);
      }
    }
    return undefined;
  });
  if (failure !== undefined) return failure;
  const fresh = [...done.values()].filter((one): one is Prepared => 'draft' in one);
  const refused = fresh.length === 0 ? undefined : await store(call, 'fhir.transaction', fresh);
  if (refused !== undefined) return refused;
  const entry: BundleEntry[] = [];
  for (const [i, one] of entries.entries()) {
    const written = done.get(i);
    const get = gets.get(i);
    if (get !== undefined) entry.push(entryOf(await got(call, get)));
    else if (written === undefined) entry.push({ response: { status: '201' } });
    else if ('existing' in written) entry.push(entryOf(await answerFor(call, written.type, written.existing, 200, RETURNS)));
    else entry.push(entryOf(await answerFor(call, written.type, written.id, one.request?.method === 'PUT' ? 200 : 201, RETURNS)));
  }
  return { status: 200, resource: { resourceType: 'Bundle', type: 'transaction-response', entry } };
}

/** Says which entry it was. */
function at(failure: FhirFailure, i: number): FhirFailure {
  const issue = (failure.outcome.issue ?? []).map((one) => ({ ...one, expression: [`Bundle.entry[${i}]`, ...(one.expression ?? [])] }));
  const outcome: OperationOutcome = { ...failure.outcome, issue };
  return { ...failure, outcome };
}

/** A copy in which `urn:uuid:` of other entries are their names, and a document holds the bytes it points to. */
function pointing(value: unknown, names: ReadonlyMap<string, string>, binaries: ReadonlyMap<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((one) => pointing(one, names, binaries));
  if (typeof value !== 'object' || value === null) return value;
  const out: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    const binary =
      key === 'url' && typeof inner === 'string' ? (binaries.get(inner) as { contentType?: string; data?: string } | undefined) : undefined;
    if (binary !== undefined) {
      out['data'] = binary.data;
      out['contentType'] ??= binary.contentType;
    } else out[key] = key === 'reference' && typeof inner === 'string' ? (names.get(inner) ?? inner) : pointing(inner, names, binaries);
  }
  return out;
}
