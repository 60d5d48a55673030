import { expect, test } from 'vitest';
import { onPageLost } from './page-lost.ts';

test('a page whose process ends is locked and begun anew, but not for ever', () => {
  const done: string[] = [];
  let clock = 0;
  const lost = onPageLost(
    () => void done.push('lock'),
    () => void done.push('again'),
    () => clock,
  );
  lost('clean-exit');
  expect(done).toEqual([]);
  lost('crashed');
  lost('oom');
  expect(done).toEqual(['lock', 'again', 'lock', 'again']);
  lost('crashed');
  expect(done.slice(4)).toEqual(['lock']);
  clock = 61_000;
  lost('killed');
  expect(done.slice(5)).toEqual(['lock', 'again']);
});
