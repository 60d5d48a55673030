/**
 * Crash reports, by @sentry/electron; its one importer, and the last of the sieves (decision 0064). Only what `crashReportSchema` allows leaves,
 * whatever the library has gathered besides: every event is built anew from it, and one that is not of it does not leave. Off without SENTRY_DSN.
 * No minidumps: a heap holds patients, and nothing can look into one.
 */
import type { createTransport as CreateTransport, ElectronMainOptions, Event } from '@sentry/electron/main';
import { crashReportSchema, type CrashReport } from '#electron/contract/crash-report.ts';

/** @param report held against the schema: what does not fit it is dropped */
export type Capture = (report: unknown) => void;
type Transport = Extract<ElectronMainOptions['transport'], object>;

/** What of the library is used. */
interface Sentry {
  init(options: ElectronMainOptions): void;
  captureEvent(event: Event): string;
  createTransport: typeof CreateTransport;
}
interface Ways {
  release: string;
  packaged: boolean;
  fetch: typeof globalThis.fetch;
  sentry?: Sentry;
  /** Reports of one run; a fault that repeats says no more the hundredth time. */
  most?: number;
}

/** Sentry's European region; on this machine only unpackaged, for trying. @returns whether reports may go there */
export function isKnownReceiver(dsn: string, packaged: boolean): boolean {
  try {
    const { protocol, hostname, password } = new URL(dsn);
    if (!packaged && protocol === 'http:' && hostname === '127.0.0.1') return true;
    return protocol === 'https:' && password === '' && /^o\d+\.ingest\.de\.sentry\.io$/.test(hostname);
  } catch {
    return false;
  }
}

const MOST = 50;

/** @returns what to call with a report; does nothing where reports go nowhere */
export async function startCrashReports(dsn: string, { release, packaged, fetch, sentry, most = MOST }: Ways): Promise<Capture> {
  if (dsn === '' || !isKnownReceiver(dsn, packaged)) return () => {};
  const { init, captureEvent, createTransport } = sentry ?? (await import('@sentry/electron/main'));
  init({
    dsn,
    release: `ryggrad@${release}`,
    environment: packaged ? 'production' : 'development',
    // Each of the library's own gatherers is one that we would have to trust: minidumps, breadcrumbs, console, screenshots, contexts, local variables.
    defaultIntegrations: false,
    integrations: [],
    // 1 and 2 open doors between pages and this process; the page's reports come by the core, like all it says.
    ipcMode: 0 as never,
    skipOpenTelemetrySetup: true,
    sendDefaultPii: false,
    sendClientReports: false,
    attachStacktrace: false,
    maxBreadcrumbs: 0,
    beforeBreadcrumb: () => null,
    beforeSendTransaction: () => null,
    beforeSend: (event) => sieve(event),
    transport: ((options: { url: string }) =>
      createTransport(options as never, async ({ body }) => {
        const { status, headers } = await fetch(options.url, { method: 'POST', body: body as Uint8Array<ArrayBuffer>, redirect: 'error' });
        return {
          statusCode: status,
          headers: { 'x-sentry-rate-limits': headers.get('x-sentry-rate-limits'), 'retry-after': headers.get('retry-after') },
        };
      })) as unknown as Transport,
  });
  let sent = 0;
  return (report) => {
    const allowed = crashReportSchema.safeParse(report);
    if (!allowed.success || (sent += 1) > most) return;
    captureEvent(eventOf(allowed.data));
  };
}

function eventOf({ process, kind, frames }: CrashReport): Event {
  return {
    level: 'error',
    platform: 'node',
    tags: { process },
    // Sentry wants the innermost last.
    exception: {
      values: [
        {
          type: kind,
          stacktrace: { frames: frames.toReversed().map(({ file, line, column }) => ({ filename: file, lineno: line, colno: column })) },
        },
      ],
    },
  };
}

/** The event anew, from what is allowed in it; null when it is none of ours. */
export function sieve(event: Event): never {
  const [exception] = event.exception?.values ?? [];
  const parsed = crashReportSchema.safeParse({
    process: event.tags?.['process'],
    kind: exception?.type,
    frames: (exception?.stacktrace?.frames ?? [])
      .map(({ filename, lineno, colno }) => ({ file: filename, line: lineno, column: colno }))
      .toReversed(),
  });
  if (!parsed.success) return null as never;
  const { event_id, timestamp, release, environment } = event;
  return { ...eventOf(parsed.data), event_id, timestamp, release, environment } as never;
}
