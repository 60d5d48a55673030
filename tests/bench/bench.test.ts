import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('the bench says what it promises, by name, one object a line', async () => {
  const run = fileURLToPath(new URL('./run.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [run, '--quick'], { maxBuffer: 1 << 24 });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  for (const line of lines) {
    expect(Object.keys(line)).toEqual(['bench', 'metric', 'value', 'unit', 'baseline', 'ratio']);
    // A browser's clock is coarse: the median of its echoes may read as nothing, nothing else may.
    const least = line['bench'] === 'key-echo' && line['metric'] === 'p50' ? 0 : Number.MIN_VALUE;
    // What is added is a difference: of two of a few hundred on a busy machine it may be none.
    const atLeast = line['bench'] === 'authorise' ? Number.NEGATIVE_INFINITY : least;
    expect(Number(line['value']), JSON.stringify(line)).toBeGreaterThanOrEqual(atLeast);
  }
  expect([...new Set(lines.map((line) => line['bench']))].toSorted()).toEqual([
    'audit',
    'authorise',
    'chart-open',
    'cipher',
    'clinics',
    'connect-storm',
    'fan-out',
    'fhir-bulk',
    'fhir-everything',
    'fhir-everything-size',
    'fhir-read',
    'fhir-read-medplum',
    'fhir-search',
    'fhir-search-cold',
    'fhir-search-medplum',
    'first-load',
    'first-load-tuned',
    'icpc-search',
    'import',
    'key-echo',
    'memory',
    'messages',
    'patient-search',
    'propagation',
    'push',
    'push-beside',
    'push-tuned',
    'unlock',
    'webhooks',
  ]);
});
