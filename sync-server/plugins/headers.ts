/**
 * The headers of every answer, errors and refused connections too. Helmet says which; what it says is worked out once at the start, because it
 * is the same for each: asked per request it would cost more than reading the feed's head does (docs/decisions/0067). The only importer of
 * `helmet` and `@fastify/cors`.
 */
import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';
import { CHUNK_HASH_HEADER } from '#db/sync/content.ts';
import { WAITED_HEADER } from '#db/sync/change.ts';
import { PROOF_HEADER } from '#db/sync/proof.ts';
import { REQUEST_ID_HEADER } from './request-id.ts';

export type Headers = Readonly<Record<string, string>>;

const TWO_YEARS_S = 63_072_000;

/** @param strictTransport in production: whoever came by TLS once comes by nothing else (ASVS 3.4.1). Over plain HTTP browsers ignore it. */
export function headersFor(strictTransport: boolean): Headers {
  const headers: Record<string, string> = { 'cache-control': 'private, no-store' };
  const response = {
    setHeader: (name: string, value: string) => (headers[name.toLowerCase()] = value),
    removeHeader: () => {},
  };
  helmet({
    // Answers are data: nothing of one may run, be framed, or send a form, were it ever taken for a page.
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'base-uri': ["'none'"], 'form-action': ["'none'"], 'frame-ancestors': ["'none'"] },
    },
    strictTransportSecurity: strictTransport && { maxAge: TWO_YEARS_S, includeSubDomains: true },
    xFrameOptions: { action: 'deny' },
    crossOriginEmbedderPolicy: { policy: 'require-corp' },
  })({} as IncomingMessage, response as unknown as ServerResponse, () => {});
  return headers;
}

/** Pages of these origins may ask, with a token of their own and no cookies (there are none). Without one, no page may. */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  void app.register(cors, {
    // False: no header, and OPTIONS is answered as if there were no CORS.
    origin: (origin, decide) => decide(null, origin !== undefined && origins.includes(origin) ? origin : false),
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
    allowedHeaders: [
      'authorization',
      'content-type',
      'if-match',
      'if-none-exist',
      'if-none-match',
      'prefer',
      'registration-code',
      PROOF_HEADER,
      CHUNK_HASH_HEADER,
      WAITED_HEADER,
    ],
    exposedHeaders: [
      'electric-handle',
      'electric-offset',
      'electric-schema',
      'electric-cursor',
      'electric-up-to-date',
      'electric-has-data',
      'content-location',
      'etag',
      'last-modified',
      'location',
      'retry-after',
      REQUEST_ID_HEADER,
      CHUNK_HASH_HEADER,
    ],
    maxAge: 600,
    strictPreflight: false,
  });
}
