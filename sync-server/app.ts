/** The sync server as a Fastify app: every route, parsed at the edge. Testable without a port by `inject`. */
import { Readable } from 'node:stream';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { withCause } from './core/cause.ts';
import type { ServerDeps } from './core/deps.ts';
import { CHUNK_BYTES } from '#db/sync/content.ts';
import { PROOF_HEADER } from '#db/sync/proof.ts';
import { personBehind } from './core/proof.ts';
import { lacksLevel, type Principal } from './core/principal.ts';
import { err, type Failure } from './core/result.ts';
import { callerName, openAdmission, type Admission, type Asking } from './plugins/admission.ts';
import { failureOf, problemOf, refuseConnection, refuseExpectation, statusOf } from './plugins/errors.ts';
import { fhirRefusal, isFhir, takesFhir } from './plugins/fhir.ts';
import { allowOrigins, headersFor } from './plugins/headers.ts';
import { isStorable, readJson } from './plugins/json.ts';
import { placesFor } from './plugins/limits.ts';
import { countRequest } from './plugins/metrics.ts';
import { REQUEST_ID_HEADER, requestIds, trustOf } from './plugins/request-id.ts';
import { routes as allRoutes } from './routes/index.ts';
import type { Reply, Route } from './routes/route.ts';

const REQUEST_MS = 60_000;
/** JSON of a stranger, and of everybody where the route names no size (OWASP API4): both far above what is ever sent. */
const STRANGER_BYTES = 65_536;
const JSON_BYTES = 1_048_576;
/** What a vendor tells at once. */
const WEBHOOK_BYTES = 262_144;
/** How long a server that shuts down waits for its last answers. */
const LAST_ANSWERS_MS = 2000;
/** Asked every few seconds by what watches us. */
const QUIET: ReadonlySet<string> = new Set(['/health', '/ready', '/metrics']);

export type { ServerDeps } from './core/deps.ts';

/** @param routes for tests; the default is every route there is */
export function buildApp(deps: ServerDeps, routes: readonly Route[] = allRoutes): FastifyInstance {
  const always = headersFor(deps.http?.strictTransport === true);
  const proxies = deps.http?.trustedProxies ?? [];
  const isTrusted = trustOf(proxies);
  const app = Fastify({
    logger: false,
    // Whose X-Forwarded-For is believed: nobody's unless the operator names their proxy (ASVS 4.1.3).
    trustProxy: proxies.length === 0 ? false : isTrusted,
    genReqId: requestIds(isTrusted),
    bodyLimit: deps.limits.bodyBytes,
    // Headers and body must have come by then; whoever sends them drop by drop is cut off.
    requestTimeout: deps.limits.requestMs ?? REQUEST_MS,
    // Node's own refusals have neither code nor cache-control: a missing Host is refused below.
    http: { connectionsCheckingInterval: Math.min(5000, deps.limits.requestMs ?? 5000), requireHostHeader: false },
    keepAliveTimeout: 75_000,
    // A long-poll outlives the router's own timers; it is bounded by deps.shape.longPollMs.
    connectionTimeout: 0,
    forceCloseConnections: true,
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: false },
    // An address that cannot be read; the hooks below do not run for it.
    frameworkErrors: (error, _request, reply) => void refuse(reply.headers(always), failureOf(error)),
    clientErrorHandler: refuseConnection(always),
  });
  // Beyond it Node closes what connects: there is nobody left to say why.
  app.server.maxConnections = deps.limits.connections;
  app.server.headersTimeout = deps.limits.requestMs ?? REQUEST_MS;
  app.server.on('checkExpectation', refuseExpectation(always));
  app.addHook('onRequest', async ({ headers, raw }) => {
    if (headers.host === undefined && raw.httpVersion === '1.1') throw Object.assign(new Error('no host'), { statusCode: 400 });
  });
  const closing = new AbortController();
  const parked = new Set<Promise<void>>();
  app.addHook('onRequest', async (request, reply) => {
    if (!isLive(request)) return;
    // Also when the client hangs up, of which onResponse hears nothing.
    const over = new Promise<void>((resolve) => reply.raw.once('close', resolve));
    parked.add(over);
    void over.then(() => parked.delete(over));
  });
  // Who waits is answered before the connections are cut; a push that is cut comes again.
  app.addHook('preClose', async () => {
    closing.abort();
    await Promise.race([Promise.all(parked), new Promise((resolve) => setTimeout(resolve, LAST_ANSWERS_MS).unref())]);
  });

  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (takesRaw(request)) return done(null, { raw: body, contentType: 'application/json' });
    if (!isPlainUtf8(request.headers)) return done(Object.assign(new Error('encoded'), { code: 'FST_ERR_CTP_INVALID_MEDIA_TYPE' }));
    try {
      done(null, readJson(body as Buffer));
    } catch (error) {
      done(Object.assign(error as Error, { code: undefined, statusCode: 400 }));
    }
  });

  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer' }, (request, body, done) => {
    if (takesRaw(request)) return done(null, { raw: body, contentType: 'application/x-www-form-urlencoded' });
    if (Reflect.get(request.routeOptions.config, 'takesForm') === true && isPlainUtf8(request.headers))
      return done(null, { form: String(body) });
    done(Object.assign(new Error('form'), { code: 'FST_ERR_CTP_INVALID_MEDIA_TYPE' }));
  });
  takesFhir(app, isPlainUtf8);
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer', bodyLimit: CHUNK_BYTES }, (request, body, done) => {
    if (!isPlainUtf8(request.headers)) return done(Object.assign(new Error('encoded'), { code: 'FST_ERR_CTP_INVALID_MEDIA_TYPE' }));
    done(null, body);
  });

  app.addHook('onSend', async (_request, reply, payload) => {
    // A route may say otherwise of itself: the one page there is.
    for (const [name, value] of Object.entries(always)) if (!reply.hasHeader(name)) reply.header(name, value);
    reply.header(REQUEST_ID_HEADER, reply.request.id);
    return payload;
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    const seconds = reply.elapsedTime / 1000;
    countRequest(request.method, isLive(request) ? `${route} live` : route, reply.statusCode, seconds);
    const { method, id } = request;
    const told = { request: id, method, route, status: reply.statusCode, ms: Math.round(seconds * 1000), code: refusedAs.get(reply) };
    // Waiting readers and whoever looks whether we live would be most of the log.
    if (isLive(request) || QUIET.has(route)) deps.log.debug(told, 'request');
    else deps.log.info(told, 'request');
  });
  app.setNotFoundHandler((request, reply) => {
    const allowed = methodsAt(routes, request.url.split('?')[0] ?? '');
    if (allowed.length > 0) reply.header('allow', allowed.join(', '));
    refuse(reply, err(allowed.length > 0 ? 'route/method' : 'route/unknown'));
  });
  app.setErrorHandler((error, request, reply) => {
    const failure = failureOf(error);
    if (failure.code === 'server/error' || failure.code === 'server/busy') {
      const route = request.routeOptions.url;
      deps.log.error({ request: request.id, err: error, code: failure.code, method: request.method, route }, 'a request failed');
      // Postgres that is busy or away is no fault of the code.
      if (failure.code === 'server/error') deps.observe?.fault(error, { route });
    }
    refuse(reply, failure);
  });

  allowOrigins(app, deps.http?.origins ?? []);
  const admission = openAdmission(deps);
  const admitted = new WeakMap<FastifyRequest, Principal>();
  const around: Around = { deps, admission, closing: closing.signal, pollPlaces: placesFor() };
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path,
      bodyLimit: bodyLimitOf(route, deps.limits.bodyBytes),
      config: { takesRaw: route.takesRaw === true, takesForm: takesForm(route), fhir: route.fhir },
      onRequest: async (request, reply) => {
        const principal = await withCause({ request: request.id }, () => admission.admit(route, askingOf(request)));
        if (principal === undefined) return;
        if ('ok' in principal) return refuse(reply, principal);
        admitted.set(request, principal);
      },
      handler: async (request, reply) => {
        const answer = await withCause({ request: request.id }, () => observed(around, route, admitted.get(request), request, reply));
        return 'ok' in answer ? refuse(reply, answer) : send(reply, answer);
      },
    });
  }
  return app;
}

interface Around {
  deps: ServerDeps;
  admission: Admission;
  closing: AbortSignal;
  pollPlaces: ReturnType<typeof placesFor>;
}

/** Of a reader that waits the time says nothing. */
function observed(...given: Parameters<typeof call>): ReturnType<typeof call> {
  const [{ deps }, { method, path }, , request] = given;
  if (deps.observe === undefined || isLive(request)) return call(...given);
  const endOf = (answer: Reply | Failure) => {
    const status = 'ok' in answer ? statusOf(answer.code) : answer.status;
    return { ok: status < 500, status };
  };
  return deps.observe.within({ kind: 'request', name: path, method }, () => call(...given), endOf);
}

async function call(
  { deps, admission, closing, pollPlaces }: Around,
  route: Route,
  principal: Principal | undefined,
  request: FastifyRequest,
  response: FastifyReply,
): Promise<Reply | Failure> {
  if (Buffer.isBuffer(request.body) !== (route.takesBytes === true)) return err('request/media-type');
  if (route.takesRaw === true && !isRaw(request.body)) return err('request/media-type');
  if (route.keepsRefused !== true && route.takesBytes !== true && route.takesRaw !== true && !isStorable(request.body))
    return err('request/malformed');
  const asItCame = route.takesBytes === true || route.takesRaw === true || takesForm(route);
  const body = asItCame ? ({ ok: true, value: request.body } as const) : parse(route.body, request.body);
  const query = parse(route.query, request.query);
  const params = parse(route.params, request.params);
  for (const part of [body, query, params]) if (!part.ok) return part;
  if (!body.ok || !query.ok || !params.ok) return err('request/malformed');

  let acting = principal;
  if (route.auth === 'person' && principal !== undefined) {
    const who = { method: request.method, path: request.url, body: request.body };
    const person = await personBehind(deps.pool, principal, headerOf(request, PROOF_HEADER), who, deps.now());
    if (!person.ok) return person;
    if (route.reads === 'chart' && lacksLevel(person.value)) return err('auth/level-needed');
    if (route.fhir !== undefined && person.value.fhirOff) return err('fhir/off');
    acting = person.value;
  }
  const { pollsPerDevice, pollsPerClinic } = deps.limits;
  const leave = isLive(request)
    ? pollPlaces([
        [principal === undefined ? request.ip : callerName(principal), pollsPerDevice],
        [principal?.clinicId ?? '', pollsPerClinic],
      ])
    : () => {};
  if (leave === undefined) return err('polls/too-many', { retryAfter: 5 });
  response.raw.once('close', leave);
  const asking = askingOf(request);
  const gone = new AbortController();
  response.raw.once('close', () => gone.abort());
  const answer = await route.run({
    deps,
    principal: acting,
    body: body.value,
    query: query.value,
    params: params.value,
    url: request.url,
    origin: `${request.protocol}://${request.host}`,
    headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value])),
    gone: gone.signal,
    closing,
    authenticateAgain: () => admission.again(route, asking),
  });
  // NOTIFY tells every copy that listens; those that only hear Redis are told here, after the commit.
  if (route.method !== 'GET' && principal !== undefined && !('ok' in answer)) deps.wakeUps.announce?.(principal.clinicId);
  return answer;
}

function parse(schema: z.ZodType | undefined, input: unknown): { ok: true; value: unknown } | Failure {
  if (schema === undefined) return { ok: true, value: undefined };
  const result = schema.safeParse(input);
  if (result.success) return { ok: true, value: result.data };
  // Paths, not values: a value may be a patient's.
  return err('request/malformed', { fields: [...new Set(result.error.issues.map(({ path }) => path.join('.')))].slice(0, 20) });
}

/** Refusals by their code, for the log. */
const refusedAs = new WeakMap<FastifyReply, string>();

function refuse(reply: FastifyReply, failure: Failure): FastifyReply {
  refusedAs.set(reply, failure.code);
  // Also where no hook runs: an address that cannot be read.
  reply.header(REQUEST_ID_HEADER, reply.request.id);
  const { request } = reply;
  return send(reply, isFhir(request.url) ? fhirRefusal(request, failure) : problemOf(failure, request.id));
}

function send(reply: FastifyReply, { status, headers, body }: Reply): FastifyReply {
  reply.code(status).headers(headers ?? {});
  if (body === undefined) return reply.send();
  if (typeof body === 'string' || Buffer.isBuffer(body) || body instanceof Readable) return reply.send(body);
  if (!reply.hasHeader('content-type')) reply.header('content-type', 'application/json; charset=utf-8');
  return reply.send(JSON.stringify(body));
}

/** Methods under which this path is answered, HEAD beside GET; none for a path there is not. */
function methodsAt(routes: readonly Route[], path: string): string[] {
  const parts = path.split('/');
  const here = routes.filter((route) => {
    const pattern = route.path.split('/');
    return pattern.length === parts.length && pattern.every((part, i) => part.startsWith(':') || part === parts[i]);
  });
  return here.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function askingOf(request: FastifyRequest): Asking {
  return { ip: request.ip, authorization: request.headers.authorization };
}

/** The most a route reads. What a stranger sends is small; what is pushed may be large. */
function bodyLimitOf({ auth, takesBytes, takesRaw: raw, bodyBytes }: Route, most: number): number {
  if (takesBytes === true) return CHUNK_BYTES;
  if (raw === true) return WEBHOOK_BYTES;
  return Math.min(most, bodyBytes ?? (auth === 'open' ? STRANGER_BYTES : JSON_BYTES));
}

const takesForm = ({ fhir, takesForm: form }: Route): boolean => fhir === 'form' || form === true;
const takesRaw = (request: FastifyRequest): boolean => Reflect.get(request.routeOptions.config, 'takesRaw') === true;
const isRaw = (body: unknown): boolean => typeof body === 'object' && body !== null && 'raw' in body;

/** Nothing is unpacked, and nothing but UTF-8 is read. */
function isPlainUtf8(headers: FastifyRequest['headers']): boolean {
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  return /^utf-?8$/i.test(charset) && /^(identity)?$/i.test(headers['content-encoding'] ?? '');
}

function isLive(request: FastifyRequest): boolean {
  return request.routeOptions.url === '/v1/shape' && /[?&]live=true(&|$)/.test(request.url);
}
