import { expect, it } from 'vitest';
import { rateLimiter } from './limits.ts';

it('lets through so many per window and caller, and says how long to wait', () => {
  let now = 0;
  const passes = rateLimiter(1000, 2, () => now);
  expect([passes('a'), passes('a'), passes('a'), passes('b')]).toEqual([0, 0, 1, 0]);
  now = 1000;
  expect(passes('a')).toBe(0);
  now = -86_400_000;
  expect(passes('a')).toBe(0);
});
