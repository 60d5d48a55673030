/** Prometheus metrics: counts and times, never ids of patients. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ServerDeps } from '../core/deps.ts';

const registry = new Registry();
collectDefaultMetrics({ register: registry, prefix: 'ryggrad_' });

const requests = new Histogram({
  name: 'ryggrad_http_request_seconds',
  help: 'Time to answer, by route and status. Long-polls are counted apart.',
  labelNames: ['method', 'route', 'status'] as const,
  buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  registers: [registry],
});
const outcomes = new Counter({
  name: 'ryggrad_changes_total',
  help: 'Changes answered, by outcome.',
  labelNames: ['outcome'] as const,
  registers: [registry],
});
const refusals = new Counter({
  name: 'ryggrad_rejects_total',
  help: 'Changes refused and kept in quarantine, by code.',
  labelNames: ['code'] as const,
  registers: [registry],
});
const waited = new Histogram({
  name: 'ryggrad_queue_age_seconds',
  help: "How long the oldest change of a push had waited on its laptop, by the laptop's own clock.",
  buckets: [1, 10, 60, 600, 3600, 21_600, 86_400, 604_800, 2_592_000],
  registers: [registry],
});
const behind = new Histogram({
  name: 'ryggrad_feed_lag_rows',
  help: 'How many places of the feed a reader had before it when it asked.',
  buckets: [0, 1, 10, 100, 1000, 10_000, 100_000, 1_000_000],
  registers: [registry],
});
const parked = new Gauge({ name: 'ryggrad_long_polls', help: 'Readers waiting for news.', registers: [registry] });
const connections = new Gauge({
  name: 'ryggrad_postgres_connections',
  help: 'Connections of the pool, by state.',
  labelNames: ['state'] as const,
  registers: [registry],
});

const repairReads = new Counter({
  name: 'ryggrad_repair_reads_total',
  help: 'Stretches of rows read by laptops that found their own copy to differ. Should stay at rest.',
  registers: [registry],
});

const unreadable = new Counter({
  name: 'ryggrad_unreadable_total',
  help: 'Sealed values that were met and did not open. Should be none.',
  registers: [registry],
});

export const metricsType = registry.contentType;

export function countOutcome(outcome: string, n: number): void {
  outcomes.inc({ outcome }, n);
}

export function countUnreadable(): void {
  unreadable.inc();
}

/** @param code a code of ours; nothing a laptop may choose */
export function countRefusal(code: string): void {
  refusals.inc({ code });
}

/** @param header milliseconds as the laptop says them; anything else is not counted */
export function countWaited(header: string | undefined): void {
  if (header !== undefined && /^\d{1,13}$/.test(header)) waited.observe(Number(header) / 1000);
}

/** @param from offset asked for @param to offset answered, both `{seq}_0` */
export function countLag(from: string | undefined, to: string | undefined): void {
  const [before, after] = [from, to].map((offset) => Number(/^(\d+)_/.exec(offset ?? '')?.[1] ?? Number.NaN));
  if (before !== undefined && after !== undefined && after >= before) behind.observe(after - before);
}

export function countRepairRead(): void {
  repairReads.inc();
}

export function countRequest(method: string, route: string, status: number, seconds: number): void {
  requests.observe({ method, route, status: String(status) }, seconds);
}

export async function metricsText({ pool, wakeUps }: ServerDeps): Promise<string> {
  parked.set(wakeUps.waiting());
  connections.set({ state: 'open' }, pool.totalCount);
  connections.set({ state: 'idle' }, pool.idleCount);
  connections.set({ state: 'waiting' }, pool.waitingCount);
  return registry.metrics();
}
