/**
 * Sentry by @sentry/node, where SENTRY_DSN is set: faults, and times and profiles where their rates are above 0 (decision 0090). Its one importer. None
 * of the library's own gatherers is on; what it makes of our words goes through crash-report.ts last of all, in the transport. It knows nothing of
 * OpenTelemetry here (plugins/traces.ts), nor that of it: neither registers anything for the whole process, and no request of ours to a vendor carries
 * a header of theirs.
 */
import type * as SentryNode from '@sentry/node';
import type { FaultPlace, Observe, Span } from '../core/observe.ts';
import { faultOf, isOurs } from './faults.ts';
import { sieveEnvelope, sieveEvent, sieveTransaction, type Envelope } from './crash-report.ts';

export interface SentryConfig {
  dsn: string;
  environment: 'production' | 'development' | 'test';
  release: string;
  /** 0 to 1, of requests and jobs; of those that are traced, profiles. */
  traces: number;
  profiles: number;
}

/** A fault that repeats says no more the hundredth time. */
const MOST_AN_HOUR = 50;
const OPS = { request: 'http.server', query: 'db', job: 'queue.process' } as const;

/** Sentry's European region; in production nothing else. @returns whether reports may go there */
export function isKnownReceiver(dsn: string, production: boolean): boolean {
  const url = URL.parse(dsn);
  if (url === null) return false;
  if (!production && url.protocol === 'http:' && url.hostname === '127.0.0.1') return true;
  return url.protocol === 'https:' && url.password === '' && url.port === '' && /^o\d+\.ingest\.de\.sentry\.io$/.test(url.hostname);
}

export async function openSentry(
  { dsn, environment, release, traces, profiles }: SentryConfig,
  fetch = globalThis.fetch,
): Promise<Observe> {
  const sentry = await import('@sentry/node');
  const profiling = traces > 0 && profiles > 0 ? [(await import('@sentry/profiling-node')).nodeProfilingIntegration()] : [];
  sentry.init({
    dsn,
    release: `ryggrad-sync@${release}`,
    environment,
    // Each of the library's own gatherers is one that we would have to trust: requests, console, breadcrumbs, local variables, lines of source.
    defaultIntegrations: false,
    integrations: profiling,
    enableOpenTelemetrySetup: false,
    enableRuntimeChannelInjection: false,
    includeServerName: false,
    sendClientReports: false,
    attachStacktrace: false,
    spotlight: false,
    maxBreadcrumbs: 0,
    beforeBreadcrumb: () => null,
    tracePropagationTargets: [],
    traceLifecycle: 'static',
    tracesSampleRate: traces,
    profileSessionSampleRate: profiles,
    profileLifecycle: 'trace',
    beforeSend: (event) => (sieveEvent(event) ?? null) as typeof event | null,
    beforeSendTransaction: (event) => (sieveTransaction(event) ?? null) as typeof event | null,
    transport: (options) => sieved(sentry, options, fetch),
  });

  let hour = 0;
  let said = 0;
  return {
    fault(error, place) {
      const now = Math.floor(Date.now() / 3_600_000);
      if (now !== hour) [hour, said] = [now, 0];
      if ((said += 1) <= MOST_AN_HOUR) sentry.captureEvent(eventOf(error, place));
    },
    within: (span, run, endOf) =>
      sentry.startSpan(told(span), async (open) => {
        try {
          const result = await run();
          open.setStatus(statusOf(endOf(result).ok));
          return result;
        } catch (error) {
          open.setStatus(statusOf(false));
          throw error;
        }
      }),
    begin(span) {
      // Alone it would be a trace of its own: what is not of a request or a job is not told.
      if (sentry.getActiveSpan() === undefined) return () => {};
      const open = sentry.startInactiveSpan(told(span));
      return ({ ok }) => {
        open.setStatus(statusOf(ok));
        open.end();
      };
    },
    close: async (ms) => void (await sentry.close(ms)),
  };
}

const statusOf = (ok: boolean) => ({ code: ok ? 1 : 2, message: ok ? 'ok' : 'internal_error' }) as const;

function told({ kind, name, method }: Span) {
  return { name: kind === 'job' ? `job ${name}` : method === undefined ? name : `${method} ${name}`, op: OPS[kind] };
}

function eventOf(error: unknown, { route, queue }: FaultPlace): SentryNode.Event {
  const { kind, code, frames } = faultOf(error);
  const tags = {
    process: 'sync-server',
    ...(code === undefined ? {} : { code }),
    ...(route === undefined ? {} : { route }),
    ...(queue === undefined ? {} : { queue }),
  };
  // Sentry wants the innermost last.
  const ours = frames.filter(({ file }) => isOurs(file)).toReversed();
  const stacktrace = { frames: ours.map(({ file, line, column }) => ({ filename: file, lineno: line, colno: column })) };
  return { level: 'error', tags, exception: { values: [{ type: kind, stacktrace }] } };
}

/** The last sieve, over everything that leaves, also what the library or a plugin of it sends past its own hooks. */
function sieved(sentry: typeof SentryNode, options: { url: string }, fetch: typeof globalThis.fetch) {
  const inner = sentry.createTransport(
    { ...options, recordDroppedEvent: () => {} } as Parameters<typeof sentry.createTransport>[0],
    async ({ body }) => {
      const { status, headers } = await fetch(options.url, { method: 'POST', body: body as Uint8Array<ArrayBuffer>, redirect: 'error' });
      return {
        statusCode: status,
        headers: { 'x-sentry-rate-limits': headers.get('x-sentry-rate-limits'), 'retry-after': headers.get('retry-after') },
      };
    },
  );
  const send: typeof inner.send = (envelope) => {
    const clean = sieveEnvelope(envelope as unknown as Envelope);
    return clean === undefined ? Promise.resolve({}) : inner.send(clean as unknown as typeof envelope);
  };
  return { ...inner, send };
}
