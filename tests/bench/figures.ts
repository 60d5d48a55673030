/** How a measurement is said: one JSON object a line, with its limit and the ratio to it. */
export interface Figure {
  bench: string;
  metric: 'p50' | 'p95' | 'max' | 'rate' | 'rss';
  value: number;
  unit: string;
  /** The limit it is held against, or what it is compared with in the same run. */
  baseline: number;
  ratio: number;
}

export function figure(bench: string, metric: Figure['metric'], value: number, unit: string, baseline: number): Figure {
  return { bench, metric, value: round(value), unit, baseline: round(baseline), ratio: round(value / baseline) };
}

const round = (value: number): number => Math.round(value * 1000) / 1000;

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** p50, p95 and max of times in ms, all against one limit on p95. */
export function spread(bench: string, times: readonly number[], limit: number): Figure[] {
  return [
    figure(bench, 'p50', percentile(times, 0.5), 'ms', limit),
    figure(bench, 'p95', percentile(times, 0.95), 'ms', limit),
    figure(bench, 'max', Math.max(...times), 'ms', limit),
  ];
}
