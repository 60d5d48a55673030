/** A seeded share of `npm run faults` in every run, and the proof that it would notice. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { NO_PLANT, PLANTED } from './planted.ts';
import { runSchedule } from './schedule.ts';

const found = ({ lost, duplicated, diverged }: Awaited<ReturnType<typeof runSchedule>>) => [...lost, ...duplicated, ...diverged];

/**
 * What these once found: 15 a restored server gave places in the feed out again; 24 a queue stood still before a refused
 * change that the restored server had forgotten; 29 a change sent again won where it had lost, and a later one of the same
 * laptop wrote over it; 249 a deletion counted as having read what it did not bring; 397 a feed begun anew did not notice
 * that the server had been restored meanwhile; 502258 a row that a restored server had lost did not show what goes up first;
 * 600101 what a restored server had forgotten lay over its row only when the row came down again.
 */
test.each([15, 24, 29, 165, 249, 397, 1140, 2010, 2247, 104514, 502258, 600101])('seed %i, which once failed', async (seed) => {
  expect(found(await runSchedule(seed))).toEqual([]);
});

test('500 schedules: nothing lost, nothing twice, all equal, the queue always drains', { timeout: 600_000 }, async () => {
  const run = promisify(execFile)(process.execPath, [join(import.meta.dirname, 'run.ts'), '--schedules', '500'], { maxBuffer: 1e8 });
  const { stdout } = await run.catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`${error.stderr}${error.stdout}`);
  });
  const line = stdout.trim().split('\n').at(-1) ?? '';
  const sums = Object.fromEntries(line.split(' ').map((pair) => pair.split('=')));
  expect(sums).toMatchObject({ schedules: '500', lost: '0', duplicated: '0', diverged: '0' });
  // A simulation in which little happens, or nobody disagrees, proves nothing.
  expect(Number(sums['writes']) / 500).toBeGreaterThanOrEqual(60);
  expect(Number(sums['faults']) / 500).toBeGreaterThanOrEqual(5);
  expect(Number(sums['conflicts']) / 500).toBeGreaterThan(5);
});

test.each(Object.keys(PLANTED))('a planted bug is found: %s', async (name) => {
  const plant = PLANTED[name] ?? (() => NO_PLANT);
  const findings: string[] = [];
  for (let seed = 1; seed <= 60 && findings.length === 0; seed += 1) findings.push(...found(await runSchedule(seed, plant())));
  expect(findings).not.toEqual([]);
});
