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

export const metricsType = registry.contentType;

export function countOutcome(outcome: string, n: number): void {
  outcomes.inc({ outcome }, n);
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
