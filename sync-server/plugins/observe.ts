/** Opens what the operator wants of Sentry and OpenTelemetry, beside each other; nothing of either is loaded without. */
import type { Observe } from '../core/observe.ts';
import type { SentryConfig } from './sentry.ts';
import type { TracesConfig } from './traces.ts';

export interface ObserveConfig {
  sentry?: Omit<SentryConfig, 'release'>;
  traces?: Omit<TracesConfig, 'release'>;
}

export async function openObserve({ sentry, traces }: ObserveConfig, release: string): Promise<Observe | undefined> {
  const open = [
    ...(sentry === undefined ? [] : [await (await import('./sentry.ts')).openSentry({ ...sentry, release })]),
    ...(traces === undefined ? [] : [await (await import('./traces.ts')).openTraces({ ...traces, release })]),
  ];
  const [first, second] = open;
  if (first === undefined || second === undefined) return first;
  return {
    fault: (error, place) => open.forEach((one) => one.fault(error, place)),
    within: (span, run, endOf) => first.within(span, () => second.within(span, run, endOf), endOf),
    begin(span) {
      const ends = open.map((one) => one.begin(span));
      return (how) => ends.forEach((end) => end(how));
    },
    close: async (ms) => void (await Promise.all(open.map((one) => one.close(ms)))),
  };
}
