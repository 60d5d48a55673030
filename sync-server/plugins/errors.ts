/** Every failure as application/problem+json (RFC 9457) with a stable code; causes stay in the log. */
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Failure } from '../core/result.ts';
import type { Headers } from './headers.ts';

const STATUS: Readonly<Record<string, number>> = {
  'auth/missing': 401,
  'auth/expired': 401,
  'auth/invalid': 401,
  'session/refused': 401,
  'session/second-factor-needed': 401,
  'session/second-factor-wrong': 401,
  'session/throttled': 429,
  'fhir/off': 403,
  'app/unknown': 404,
  'app/device-needed': 403,
  'app/too-many': 409,
  'app/address': 422,
  'app/scopes': 422,
  'app/keys': 422,
  'encounter/unknown': 404,
  'auth/level-needed': 403,
  'join/level-needed': 403,
  'helseid/off': 404,
  'helseid/not-bound': 403,
  'helseid/several-clinics': 409,
  'helseid/other-person': 403,
  'helseid/level': 403,
  'helseid/no-hpr': 403,
  'helseid/other-hpr': 403,
  'helseid/show-first': 409,
  'clerk/off': 404,
  'clerk/page-not-built': 503,
  'second-factor/on': 409,
  'second-factor/not-begun': 409,
  'request/too-many': 429,
  'polls/too-many': 429,
  'role/forbidden': 403,
  'actor/proof': 403,
  'device/revoked': 403,
  'device/mismatch': 403,
  'registration/closed': 403,
  'registration/code': 403,
  'route/unknown': 404,
  'route/method': 405,
  'user/unknown': 404,
  'device/unknown': 404,
  'clinic/unknown': 404,
  'join/code-unknown': 404,
  'join/code-expired': 410,
  'clinic/exists': 409,
  'device/exists': 409,
  'attachment/forbidden': 403,
  'attachment/unknown': 404,
  'attachment/not-uploaded': 404,
  'attachment/incomplete': 409,
  'attachment/hash-mismatch': 409,
  'attachment/chunk-size': 413,
  'attachment/type': 415,
  'attachment/chunk-hash': 422,
  'attachment/not-scanned': 409,
  'attachment/infected': 403,
  'storage/unreachable': 503,
  'webhook/unknown': 404,
  'webhook/too-many': 409,
  'webhook/private': 422,
  'webhook/not-https': 422,
  'webhook/address': 422,
  'letter/unknown': 404,
  'letter/not-signed': 409,
  'letter/document-missing': 404,
  'payment/unknown': 404,
  'invoice/unknown': 404,
  'patient/unknown': 404,
  'patient/blocked': 403,
  'changes/gap': 409,
  'changes/protocol': 409,
  'changes/from-newer': 409,
  'webhook/signature': 401,
  'job/unknown': 404,
  'request/timeout': 408,
  'request/too-large': 413,
  'request/expectation': 417,
  'request/headers-too-large': 431,
  'request/media-type': 415,
  'server/busy': 503,
  'upstream/unreachable': 502,
  'upstream/refused': 502,
  'upstream/busy': 503,
  'upstream/timeout': 504,
  'ai/off': 409,
  'ai/clinic-off': 409,
  'ai/no-agreement': 409,
  'ai/identifier': 422,
  'ai/budget': 429,
  'ai/too-many': 429,
  'ai/unreachable': 502,
  'ai/credentials': 502,
  'ai/rejected': 502,
  'ai/garbled': 502,
  'ai/busy': 503,
  'ai/timeout': 504,
  'server/error': 500,
};

export interface Problem {
  status: number;
  headers: Record<string, string>;
  body: { type: string; title: string; status: number; code: string } & Record<string, unknown>;
}

/** Codes not listed above are the request's fault: 400. */
export const statusOf = (code: string): number => STATUS[code] ?? 400;

/** @param requestId by which the log knows this one, where there is a request */
export function problemOf({ code, details }: Failure, requestId?: string): Problem {
  const status = statusOf(code);
  const retryAfter = details?.['retryAfter'];
  return {
    status,
    headers: {
      'content-type': 'application/problem+json; charset=utf-8',
      ...(typeof retryAfter === 'number' ? { 'retry-after': String(retryAfter) } : {}),
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    },
    body: {
      ...details,
      type: `urn:ryggrad:problem:${code}`,
      title: STATUS_CODES[status] ?? 'Error',
      status,
      code,
      ...(requestId === undefined ? {} : { instance: `urn:ryggrad:request:${requestId}` }),
    },
  };
}

/** What an exception means to the caller. Nothing of its text goes out: it may quote a row. */
export function failureOf(error: unknown): Failure {
  const code = property(error, 'code');
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return { ok: false, code: 'request/too-large' };
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return { ok: false, code: 'request/media-type' };
  if (typeof code === 'string' && code.startsWith('FST_ERR_CTP')) return { ok: false, code: 'request/malformed' };
  if (error instanceof SyntaxError || [400, 414].includes(Number(property(error, 'statusCode'))))
    return { ok: false, code: 'request/malformed' };
  if (typeof code === 'string' && isPassing(code)) return { ok: false, code: 'server/busy', details: { retryAfter: 1 } };
  if (code === 'storage/unreachable') return { ok: false, code, details: { retryAfter: 5 } };
  // The pool's own errors have no code: none of its connections came free in time, or one was cut.
  if (error instanceof Error && /^(timeout exceeded when trying to connect|Connection terminated)/.test(error.message))
    return { ok: false, code: 'server/busy', details: { retryAfter: 1 } };
  return { ok: false, code: 'server/error' };
}

/** Answers what is no HTTP, too much of it, or too slow, where there is no request yet; then the connection is closed. */
export function refuseConnection(always: Headers): (error: Error & { code?: string }, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const code =
      error.code === 'HPE_HEADER_OVERFLOW'
        ? 'request/headers-too-large'
        : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
          ? 'request/timeout'
          : 'request/malformed';
    const { status, headers, body } = problemOf({ ok: false, code });
    const text = JSON.stringify(body);
    const all = { ...always, ...headers, 'content-length': Buffer.byteLength(text), connection: 'close' };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${text}`);
  };
}

/** `Expect:` with anything but 100-continue. */
export function refuseExpectation(always: Headers): (request: IncomingMessage, response: ServerResponse) => void {
  return (_, response) => {
    const { status, headers, body } = problemOf({ ok: false, code: 'request/expectation' });
    const text = JSON.stringify(body);
    response.writeHead(status, { ...always, ...headers, 'content-length': Buffer.byteLength(text) }).end(text);
  };
}

/** Connection lost, shutting down, too many connections, deadlock, out of disk; a statement, a lock or a pause beyond its time. */
function isPassing(code: string): boolean {
  return /^(08|57|53|40)/.test(code) || ['55P03', '25P03', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'].includes(code);
}

export function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value ? (value as Record<string, unknown>)[name] : undefined;
}
