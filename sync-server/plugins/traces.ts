/**
 * Traces by OpenTelemetry over OTLP, where OTEL_EXPORTER_OTLP_ENDPOINT is set. The only importer of its packages, loaded only then. Nothing is instrumented
 * by itself: libraries would tell SQL and addresses. What is told are our own words (core/observe.ts): route patterns, queues, verb and table. No
 * provider is registered for the process, so that no library's spans come in and nothing goes to vendors.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Attributes, Span as OpenSpan } from '@opentelemetry/api';
import type { Observe, Span, SpanEnd } from '../core/observe.ts';

export interface TracesConfig {
  /** Without `/v1/traces`. */
  endpoint: string;
  headers: Readonly<Record<string, string>>;
  service: string;
  release: string;
  /** 0 to 1, of requests and jobs. */
  ratio: number;
}

const EXPORT_MS = 5000;

export async function openTraces({ endpoint, headers, service, release, ratio }: TracesConfig): Promise<Observe> {
  const [{ ROOT_CONTEXT, SpanKind, SpanStatusCode, trace }, sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, headers: { ...headers }, timeoutMillis: EXPORT_MS });
  const provider = new sdk.TracerProvider({
    // Not the machine's name, nor the command it was started with.
    resource: resourceFromAttributes({ 'service.name': service, 'service.version': release }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter, exportTimeoutMillis: EXPORT_MS })],
  });
  const tracer = provider.getTracer('ryggrad-sync', release);
  const around = new AsyncLocalStorage<OpenSpan>();
  const kinds = { request: SpanKind.SERVER, query: SpanKind.CLIENT, job: SpanKind.CONSUMER };
  const start = (span: Span): OpenSpan => {
    const parent = around.getStore();
    const context = parent === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, parent);
    return tracer.startSpan(nameOf(span), { kind: kinds[span.kind], attributes: attributesOf(span) }, context);
  };
  const end = (open: OpenSpan, { ok, status }: SpanEnd): void => {
    if (status !== undefined) open.setAttribute('http.response.status_code', status);
    if (!ok) open.setStatus({ code: SpanStatusCode.ERROR });
    open.end();
  };
  return {
    fault() {},
    async within(span, run, endOf) {
      const open = start(span);
      try {
        const result = await around.run(open, run);
        end(open, endOf(result));
        return result;
      } catch (error) {
        // recordException would tell the message.
        end(open, { ok: false });
        throw error;
      }
    },
    begin(span) {
      if (around.getStore() === undefined) return () => {};
      const open = start(span);
      return (how) => end(open, how);
    },
    close: (ms) => Promise.race([provider.shutdown(), new Promise<void>((resolve) => setTimeout(resolve, ms).unref())]),
  };
}

const nameOf = ({ name, method }: Span): string => (method === undefined ? name : `${method} ${name}`);

/** By OpenTelemetry's semantic conventions. */
function attributesOf({ kind, name, method }: Span): Attributes {
  if (kind === 'request') return { 'http.request.method': method ?? '', 'http.route': name };
  if (kind === 'query') return { 'db.system.name': 'postgresql', 'db.query.summary': name };
  return { 'messaging.system': 'pg-boss', 'messaging.destination.name': name };
}
