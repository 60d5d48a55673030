/** A small share of `npm run kill-matrix` in every run, and the proof that it would notice. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runPoint } from './matrix.ts';
import { PLANTS, POINTS } from './points.ts';

test.each(Object.entries({ ...POINTS, ...PLANTS }))('%s has its place in the source, once', (_, { file, at }) => {
  const source = readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
  expect(source.split(at).length - 1).toBe(1);
});

/** One of each kind: laptop, server, Postgres with its server, one of Postgres' processes. */
test.each(['client.answered', 'client.swapping', 'server.committed', 'postgres.commit', 'postgres.backend'])(
  'killed at %s: nothing answered is lost, nothing is done twice, all are equal',
  async (point) => {
    const report = await runPoint(point, 3, 20261124);
    expect(report.problems).toEqual([]);
    expect(report.kills).toBe(3);
  },
);

test.each([
  ['a row is written without its entry in the queue', 'client.applied', 'lost'],
  ['a row of the feed is passed over', 'client.swapping', 'diverged'],
] as const)('a planted fault is found: %s', async (plant, point, kind) => {
  const report = await runPoint(point, 3, 20261124, plant);
  expect(report[kind]).toBeGreaterThan(0);
});
