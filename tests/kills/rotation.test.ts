import { expect, test } from 'vitest';
import { freshHome, removeHome } from '#tests/journeys/app.ts';
import { rotationRounds } from './rotation.ts';

test('a core killed while its key is changed opens with the passphrase, whole, and has all it had answered', async () => {
  const home = await freshHome('rotation');
  const report = await rotationRounds(home, 12, 20261124);
  await removeHome(home);
  expect(report.problems).toEqual([]);
  expect(report.kills).toBe(12);
  expect(report.rotations).toBeGreaterThan(0);
});
