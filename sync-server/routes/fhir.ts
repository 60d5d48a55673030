/** FHIR R4 (`/fhir/R4`): a few addresses for every type there is; what each type can do stands in `metadata`. */
import { z } from 'zod';
import { capabilityStatement } from '../core/fhir/capability.ts';
import { encode, formatFor, notAcceptable, preferencesIn, type FhirAnswer } from '../core/fhir/respond.ts';
import { isFailure, type FhirFailure } from '../core/fhir/outcome.ts';
import { endExport, exportFile, exportState, startExport } from '../core/fhir/export.ts';
import { serveBundle } from '../core/fhir/bundle.ts';
import { serveBinary, serveEverything, serveHistory, serveRead, serveSearch, type FhirCall } from '../core/fhir/serve.ts';
import { resourceIn } from '../core/fhir/taken.ts';
import { serveWrite } from '../core/fhir/write.ts';
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
  summary: 'The version that stands, and when earlier ones were made; what those said is not kept.',
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

/** A resource, or a Bundle of them: what a letter of some pages weighs, as base64, and some more. */
const BODY_BYTES = 8_000_000;
const resourceBody = z.union([z.looseObject({ resourceType: z.string().max(64) }), z.strictObject({ xml: z.string() })]);

const binary = route({
  method: 'GET',
  path: `${FHIR_PATH}/Binary/:id`,
  summary: 'The bytes of a document, in their own type; as a Binary where FHIR is asked for.',
  auth: 'person',
  reads: 'chart',
  fhir: 'no body',
  params: z.strictObject({ id }),
  responses: { 200: { description: 'Bytes, or a Binary.' }, 404: OUTCOME },
  run(call) {
    const accept = queryOf(call).get('_format') ?? call.headers['accept'] ?? '';
    const asResource = /fhir|json|xml/.test(accept);
    if (asResource) return answered(call, () => serveBinary(fhirCall(call), call.params.id, true));
    return serveBinary(fhirCall(call), call.params.id, false).then((answer) => encode(answer, 'json', toXml));
  },
});

const create = route({
  method: 'POST',
  path: `${FHIR_PATH}/:type`,
  summary: 'Creates an Appointment, a DocumentReference or a QuestionnaireResponse; with If-None-Exist only where there is none.',
  auth: 'person',
  reads: 'chart',
  fhir: 'resource',
  bodyBytes: BODY_BYTES,
  params: z.strictObject({ type }),
  body: resourceBody,
  responses: {
    201: { description: 'Created: where it is, and what it is as far as Prefer asks.' },
    200: { description: 'It was there.' },
    422: OUTCOME,
  },
  run: (call) =>
    answered(call, () => {
      const resource = resourceIn(call.body);
      if (isFailure(resource)) return resource;
      const asked = { type: call.params.type, resource, ifNoneExist: call.headers['if-none-exist'] };
      return serveWrite(fhirCall(call), asked, preferencesIn(call.headers['prefer']));
    }),
});

const update = route({
  method: 'PUT',
  path: `${FHIR_PATH}/:type/:id`,
  summary: 'Changes an Appointment; with If-Match only the version that is named.',
  auth: 'person',
  reads: 'chart',
  fhir: 'resource',
  bodyBytes: BODY_BYTES,
  params: z.strictObject({ type, id }),
  body: resourceBody,
  responses: { 200: { description: 'Changed.' }, 412: OUTCOME, 422: OUTCOME },
  run: (call) =>
    answered(call, () => {
      const resource = resourceIn(call.body);
      if (isFailure(resource)) return resource;
      const asked = { type: call.params.type, id: call.params.id, resource, ifMatch: call.headers['if-match'] };
      return serveWrite(fhirCall(call), asked, preferencesIn(call.headers['prefer']));
    }),
});

/** With and without a slash at the end: clients differ. */
const bundles = [FHIR_PATH, `${FHIR_PATH}/`].map((path) =>
  route({
    method: 'POST',
    path,
    summary: 'A Bundle: a batch, entry by entry, or a transaction, all of it or nothing.',
    auth: 'person',
    reads: 'chart',
    fhir: 'resource',
    bodyBytes: BODY_BYTES,
    body: resourceBody,
    responses: { 200: { description: 'A Bundle with an answer to each entry.' }, 422: OUTCOME },
    run: (call) =>
      answered(call, () => {
        const resource = resourceIn(call.body);
        return isFailure(resource) ? resource : serveBundle(fhirCall(call), resource);
      }),
  }),
);

const exported = z.strictObject({ id: z.uuid().toLowerCase() });

const starts = ['', '/Patient'].map((about) =>
  route({
    method: 'GET',
    path: `${FHIR_PATH}${about}/$export`,
    summary: 'Begins to take out all of the clinic (bulk data), for who answers for it and is a clinician.',
    auth: 'person',
    reads: 'chart',
    budget: 'export',
    fhir: 'no body',
    responses: { 202: { description: 'Content-Location says where it is.' }, 403: OUTCOME },
    run: (call) => answered(call, () => startExport(fhirCall(call), queryOf(call), about !== '')),
  }),
);

const exportStatus = route({
  method: 'GET',
  path: `${FHIR_PATH}/_export/:id`,
  summary: 'The files of what one takes out.',
  auth: 'person',
  reads: 'chart',
  fhir: 'no body',
  params: exported,
  responses: { 200: { description: 'The manifest.' }, 404: OUTCOME },
  run: (call) => answered(call, () => exportState(fhirCall(call), call.params.id)),
});

const exportEnd = route({
  method: 'DELETE',
  path: `${FHIR_PATH}/_export/:id`,
  summary: 'One has what one wanted, or does not want it.',
  auth: 'person',
  reads: 'chart',
  fhir: 'no body',
  params: exported,
  responses: { 202: { description: 'It is gone.' }, 404: OUTCOME },
  run: (call) => answered(call, () => endExport(fhirCall(call), call.params.id)),
});

const exportNdjson = route({
  method: 'GET',
  path: `${FHIR_PATH}/_export/:id/:file`,
  summary: 'One file: a resource a line, as they stand now.',
  auth: 'person',
  reads: 'chart',
  budget: 'export',
  fhir: 'no body',
  params: exported.extend({
    file: z
      .string()
      .regex(/^\d{1,6}$/)
      .transform(Number),
  }),
  responses: { 200: { description: 'application/fhir+ndjson.' }, 404: OUTCOME },
  run: (call) => exportFile(fhirCall(call), call.params.id, call.params.file).then((answer) => encode(answer, 'json', toXml)),
});

export const fhirRoutes: readonly Route[] = [
  metadata,
  ...starts,
  exportStatus,
  exportEnd,
  exportNdjson,
  searchType,
  searchByForm,
  create,
  read,
  update,
  history,
  readVersion,
  everything,
  binary,
  ...bundles,
];
