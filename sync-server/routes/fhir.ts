/** FHIR R4 (`/fhir/R4`): a few addresses for every type there is; what each type can do stands in `metadata`. */
import { z } from 'zod';
import { capabilityStatement } from '../core/fhir/capability.ts';
import { encode, formatFor, notAcceptable, preferencesIn, type FhirAnswer } from '../core/fhir/respond.ts';
import type { FhirFailure } from '../core/fhir/outcome.ts';
import { serveEverything, serveHistory, serveRead, serveSearch, type FhirCall } from '../core/fhir/serve.ts';
import { callerOf } from '../core/fhir/who.ts';
import { toXml } from '../core/fhir/xml.ts';
import type { Principal } from '../core/principal.ts';
import { err } from '../core/result.ts';
import { FHIR_PATH } from '../plugins/fhir.ts';
import { route, type Call, type Reply, type Route } from './route.ts';

/** Since when this server says what it says. */
const STATED = '2026-11-28';

const type = z.string().regex(/^[A-Z][A-Za-z]{1,63}$/);
const id = z.string().regex(/^[A-Za-z0-9\-.]{1,64}$/);

type AnyCall = Pick<Call<unknown, unknown, unknown, unknown>, 'deps' | 'headers' | 'url' | 'origin'>;

const queryOf = ({ url }: AnyCall): URLSearchParams => new URLSearchParams(url.split('?').slice(1).join('?'));
const baseOf = ({ deps, origin }: AnyCall): string => `${deps.publicUrl ?? origin}${FHIR_PATH}`;

/** A form as it came; nothing at all is an empty one. */
function formIn(body: unknown): string | undefined {
  if (body === undefined || body === null) return '';
  return typeof body === 'object' && 'form' in body && typeof body.form === 'string' ? body.form : undefined;
}

async function answered(call: AnyCall, run: () => FhirAnswer | FhirFailure | Promise<FhirAnswer | FhirFailure>): Promise<Reply> {
  const format = formatFor(call.headers['accept'], queryOf(call));
  return encode(format === undefined ? notAcceptable() : await run(), format ?? 'json', toXml);
}

function fhirCall(call: AnyCall & { principal: Principal }): FhirCall {
  const { deps, headers, principal } = call;
  return { deps, headers, caller: callerOf(principal), base: baseOf(call), strict: preferencesIn(headers['prefer']).strict };
}

const OUTCOME = { description: 'A resource, or an OperationOutcome that says why not.' };

const metadata = route({
  method: 'GET',
  path: `${FHIR_PATH}/metadata`,
  summary: 'CapabilityStatement: what this server can do in FHIR R4.',
  auth: 'open',
  fhir: 'no body',
  responses: { 200: { description: 'A CapabilityStatement.' } },
  run: (call) => answered(call, () => ({ status: 200, resource: capabilityStatement(baseOf(call), call.deps.version, STATED) })),
});

const searchType = route({
  method: 'GET',
  path: `${FHIR_PATH}/:type`,
  summary: 'Search among the resources of a type, as far as the caller may see them.',
  auth: 'person',
  reads: 'chart',
  fhir: 'no body',
  params: z.strictObject({ type }),
  responses: { 200: { description: 'A Bundle (searchset).' }, 400: OUTCOME },
  run: (call) => answered(call, () => serveSearch(fhirCall(call), call.params.type, queryOf(call).toString())),
});

const searchByForm = route({
  method: 'POST',
  path: `${FHIR_PATH}/:type/_search`,
  summary: 'The same by a form: what is searched for does not stand in an address.',
  auth: 'person',
  reads: 'chart',
  fhir: 'form',
  params: z.strictObject({ type }),
  bodyBytes: 65_536,
  responses: { 200: { description: 'A Bundle (searchset).' }, 400: OUTCOME },
  async run(call) {
    const form = formIn(call.body);
    if (form === undefined) return err('request/media-type');
    const query = [queryOf(call).toString(), form].filter((part) => part !== '').join('&');
    return answered(call, () => serveSearch(fhirCall(call), call.params.type, query));
  },
});

const read = route({
  method: 'GET',
  path: `${FHIR_PATH}/:type/:id`,
  summary: 'One resource as it stands.',
  auth: 'person',
  reads: 'chart',
  fhir: 'no body',
  params: z.strictObject({ type, id }),
  responses: { 200: { description: 'The resource.' }, 304: { description: 'As the caller has it.' }, 404: OUTCOME },
  run: (call) => answered(call, () => serveRead(fhirCall(call), call.params.type, call.params.id)),
});

const history = route({
  method: 'GET',
  path: `${FHIR_PATH}/:type/:id/_history`,
  summary: 'The version that stands, and when and by whom earlier ones were made; what those said is not kept.',
  auth: 'person',
  reads: 'chart',
  fhir: 'no body',
  params: z.strictObject({ type, id }),
  responses: { 200: { description: 'A Bundle (history).' }, 404: OUTCOME },
  run: (call) => answered(call, () => serveHistory(fhirCall(call), call.params.type, call.params.id)),
});

const readVersion = route({
  method: 'GET',
  path: `${FHIR_PATH}/:type/:id/_history/:version`,
  summary: 'A version by its number, if it is the one that stands.',
  auth: 'person',
  reads: 'chart',
  fhir: 'no body',
  params: z.strictObject({ type, id, version: id }),
  responses: { 200: { description: 'The resource.' }, 404: OUTCOME },
  run: (call) => answered(call, () => serveRead(fhirCall(call), call.params.type, call.params.id, call.params.version)),
});

const everything = route({
  method: 'GET',
  path: `${FHIR_PATH}/Patient/:id/$everything`,
  summary: 'A whole journal, for clinicians: also what stands under another registration of the same person.',
  auth: 'person',
  reads: 'chart',
  fhir: 'no body',
  params: z.strictObject({ id }),
  responses: { 200: { description: 'A Bundle (searchset).' }, 404: OUTCOME },
  run: (call) => answered(call, () => serveEverything(fhirCall(call), call.params.id, queryOf(call))),
});

export const fhirRoutes: readonly Route[] = [metadata, searchType, searchByForm, read, history, readVersion, everything];
