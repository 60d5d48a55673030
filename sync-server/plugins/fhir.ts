/** What the whole server does differently under `/fhir/R4`: bodies in XML, and every refusal, of the framework too, as an OperationOutcome. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { outcomeOfFailure } from '../core/fhir/outcome.ts';
import { encode, formatFor } from '../core/fhir/respond.ts';
import { toXml } from '../core/fhir/xml.ts';
import type { Failure } from '../core/result.ts';
import type { Reply } from '../routes/route.ts';
import { problemOf } from './errors.ts';
import { readJson } from './json.ts';

/** Everything of it begins so. */
export const FHIR_PATH = '/fhir/R4';

export const isFhir = (url: string): boolean => /^\/fhir\/R4(?:[/?]|$)/.test(url);

export function fhirRefusal({ url, headers }: Pick<FastifyRequest, 'url' | 'headers'>, failure: Failure): Reply {
  const problem = problemOf(failure);
  const format = formatFor(headers.accept, new URLSearchParams(url.split('?')[1] ?? '')) ?? 'json';
  const {
    status,
    headers: own,
    body,
  } = encode({ status: problem.status, resource: outcomeOfFailure(failure, problem.status) }, format, toXml);
  const { 'content-type': _, ...rest } = problem.headers;
  return { status, headers: { ...rest, ...own }, body };
}

/** @param isPlain whether a body is UTF-8 as it came */
export function takesFhir(app: FastifyInstance, isPlain: (headers: FastifyRequest['headers']) => boolean): void {
  const refused = () => Object.assign(new Error('media type'), { code: 'FST_ERR_CTP_INVALID_MEDIA_TYPE' });
  app.addContentTypeParser(['application/fhir+json', 'text/json'], { parseAs: 'buffer' }, (request, body, done) => {
    if (!isFhir(request.url) || !isPlain(request.headers)) return done(refused());
    try {
      done(null, readJson(body as Buffer));
    } catch (error) {
      done(Object.assign(error as Error, { code: undefined, statusCode: 400 }));
    }
  });
  app.addContentTypeParser(['application/fhir+xml', 'application/xml', 'text/xml'], { parseAs: 'buffer' }, (request, body, done) => {
    if (Reflect.get(request.routeOptions.config, 'fhir') !== 'resource' || !isPlain(request.headers)) return done(refused());
    try {
      done(null, { xml: new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(body as Buffer) });
    } catch {
      done(Object.assign(new Error('utf-8'), { statusCode: 400 }));
    }
  });
}
