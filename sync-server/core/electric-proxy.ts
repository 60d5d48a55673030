/**
 * `/v1/shape` in front of a real Electric service (ELECTRIC_URL). The proxy alone says table, where and columns;
 * of the client's parameters only those of the protocol go through. Electric marks snapshots as publicly
 * cacheable: for patients' data that is rewritten on every answer (app.ts sets `private, no-store`).
 */
import { FEED_COLUMNS } from '#db/sync/shape.ts';
import { audiencesFor } from '#db/sync/audience.ts';
import type { Reply } from '../routes/route.ts';
import type { Principal } from './principal.ts';
import { err, type Failure } from './result.ts';

const FORWARDED = ['offset', 'handle', 'live', 'cursor', 'expired_handle', 'cache-buster'] as const;
const RETURNED = [
  'electric-handle',
  'electric-offset',
  'electric-schema',
  'electric-cursor',
  'electric-up-to-date',
  'electric-has-data',
  'etag',
  'content-type',
  'retry-after',
] as const;

export async function proxyShape(
  electric: { url: string; secret?: string },
  { clinicId, audience }: Principal,
  query: Readonly<Record<string, string | undefined>>,
  ifNoneMatch: string | undefined,
  signal: AbortSignal,
): Promise<Reply | Failure> {
  const url = new URL('/v1/shape', electric.url);
  for (const name of FORWARDED) if (query[name] !== undefined) url.searchParams.set(name, query[name]);
  url.searchParams.set('table', 'feed');
  url.searchParams.set('columns', FEED_COLUMNS.join(','));
  url.searchParams.set('replica', 'full');
  const audiences = audiencesFor(audience);
  url.searchParams.set('where', `clinic_id = $1 and audience in (${audiences.map((_, i) => `$${i + 2}`).join(', ')})`);
  for (const [i, value] of [clinicId, ...audiences].entries()) url.searchParams.set(`params[${i + 1}]`, value);
  if (electric.secret !== undefined) url.searchParams.set('secret', electric.secret);
  try {
    const answer = await fetch(url, {
      signal,
      redirect: 'error',
      cache: 'no-store',
      headers: ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch },
    });
    const headers: Record<string, string> = {};
    for (const name of RETURNED) {
      const value = answer.headers.get(name);
      if (value !== null) headers[name] = value;
    }
    return { status: answer.status, headers, body: await answer.text() };
  } catch {
    return err('upstream/unreachable');
  }
}
