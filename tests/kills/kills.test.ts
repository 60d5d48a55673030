import { expect, test } from 'vitest';
import { freshHome, removeHome } from '#tests/journeys/app.ts';
import { killRounds } from './rounds.ts';

test('a core killed with kill -9 while somebody types loses at most a second, and nothing it had answered', async () => {
  const home = await freshHome('kills');
  const report = await killRounds(home, 8, 20261123);
  await removeHome(home);
  expect(report.problems).toEqual([]);
  expect(report.rounds).toBe(8);
  expect(report.words).toBeGreaterThan(50);
  expect(report.worstMissingMs).toBeLessThanOrEqual(1000);
});
