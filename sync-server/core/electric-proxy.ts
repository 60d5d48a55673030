/**
 * `/v1/shape` in front of a real Electric service (ELECTRIC_URL). The proxy alone says table, where and columns; of the client's
 * parameters only those of the protocol go through, and of its headers only If-None-Match. Electric marks snapshots as publicly
 * cacheable: for patients' data that is rewritten on every answer (app.ts sets `private, no-store`).
 *
 * What comes back is Electric's own only where it speaks of the reader's place (200, 304, 400, 409). Whatever else it says, it says
 * to us: a laptop that heard Electric's 401 would think its own credential refused.
 */
import { FEED_COLUMNS } from '#db/sync/shape.ts';
import { audiencesFor } from '#db/sync/audience.ts';
import type { Reply } from '../routes/route.ts';
import type { Principal } from './principal.ts';
import { err, type Failure } from './result.ts';
import { invalid, MUST_REFETCH, type Query } from './shape.ts';

export interface Electric {
  url: string;
  secret?: string;
  /** How long Electric may take for an answer, its long-poll of 20 s included; 45 s unless said. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 45_000;
const FORWARDED: readonly string[] = ['offset', 'handle', 'live', 'cursor', 'expired_handle', 'cache-buster'];
const RETURNED = [
  'electric-handle',
  'electric-offset',
  'electric-schema',
  'electric-cursor',
  'electric-up-to-date',
  'electric-has-data',
  'etag',
] as const;

/**
 * @param signal aborted when nobody waits for the answer any more
 * Errors: upstream/unreachable (502: no answer, a cut one, 5xx), upstream/refused (502: our own words to Electric were wrong),
 * upstream/busy (503, `retryAfter`), upstream/timeout (504).
 */
export async function proxyShape(
  electric: Electric,
  { clinicId, audience }: Pick<Principal, 'clinicId' | 'audience'>,
  query: Query,
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
      signal: AbortSignal.any([signal, AbortSignal.timeout(electric.timeoutMs ?? TIMEOUT_MS)]),
      redirect: 'error',
      cache: 'no-store',
      headers: ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch },
    });
    return said(answer, await answer.text());
  } catch (error) {
    return err(error instanceof Error && error.name === 'TimeoutError' ? 'upstream/timeout' : 'upstream/unreachable');
  }
}

function said({ status, headers }: Response, body: string): Reply | Failure {
  if (status === 409) return { status, headers: returned(headers, ['electric-handle']), body: MUST_REFETCH };
  if (status === 304) return { status, headers: returned(headers, RETURNED) };
  if (status === 200) return { status, headers: returned(headers, RETURNED), body };
  if (status === 400) {
    const errors = readersErrors(body);
    return errors === undefined ? err('upstream/refused') : invalid(errors);
  }
  if (status === 429 || status === 503) {
    const seconds = Number(headers.get('retry-after'));
    return err('upstream/busy', { retryAfter: Number.isInteger(seconds) && seconds > 0 && seconds <= 3600 ? seconds : 1 });
  }
  return err(status >= 500 ? 'upstream/unreachable' : 'upstream/refused');
}

function returned(headers: Headers, names: readonly string[]): Record<string, string> {
  const values = names.map((name) => [name, headers.get(name)] as const);
  return {
    ...Object.fromEntries(values.filter((one): one is [string, string] => one[1] !== null)),
    'content-type': 'application/json; charset=utf-8',
  };
}

/** What Electric says of the reader's own parameters; undefined where it speaks of ours, which are no business of the reader's. */
function readersErrors(body: string): Record<string, string[]> | undefined {
  try {
    const { errors } = JSON.parse(body) as { errors?: unknown };
    if (typeof errors !== 'object' || errors === null) return undefined;
    const named = Object.entries(errors);
    if (named.length === 0 || !named.every(([name]) => FORWARDED.includes(name))) return undefined;
    return Object.fromEntries(named.map(([name, said]) => [name, Array.isArray(said) ? said.map(String) : [String(said)]]));
  } catch {
    return undefined;
  }
}
