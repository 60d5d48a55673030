import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dueBefore, keptUntil, refuseForAge, RETENTION_YEARS, retentionYears } from './retention.ts';

const day = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2090, 11, 31) }).map((at) => new Date(at).toISOString().slice(0, 10));

test('before ten years after the last entry deletion for age is refused, and says until when', () => {
  expect(refuseForAge('2016-11-23', '2026-11-22')).toEqual({ code: 'retention/too-early', until: '2026-11-23' });
  expect(refuseForAge('2016-11-23', '2026-11-23')).toEqual({ code: 'retention/too-early', until: '2026-11-23' });
  expect(refuseForAge('2016-11-23', '2026-11-24')).toBeNull();
  expect(refuseForAge(null, '2090-01-01')).toEqual({ code: 'retention/too-early', until: null });
});

test('a clinic may keep for longer, never shorter', () => {
  expect(refuseForAge('2016-11-23', '2026-11-24', 15)).toMatchObject({ until: '2031-11-23' });
  for (const fewer of [9, 0, -5, 3.5, null]) expect(retentionYears(fewer)).toBe(RETENTION_YEARS);
  expect(keptUntil('2016-11-23', 1)).toBe('2026-11-23');
});

test('a leap day is kept a day more, never one fewer', () => {
  expect(keptUntil('2016-02-29')).toBe('2026-03-01');
  expect(keptUntil('2016-02-29', 12)).toBe('2028-02-29');
});

test('whatever the day: never fewer than ten years, and the query asks for all that are over', () => {
  fc.assert(
    fc.property(day, day, fc.integer({ min: -3, max: 60 }), (lastEntry, today, wished) => {
      const until = keptUntil(lastEntry, wished);
      expect(Number(until.slice(0, 4)) - Number(lastEntry.slice(0, 4))).toBeGreaterThanOrEqual(RETENTION_YEARS);
      expect(until.slice(5) >= lastEntry.slice(5)).toBe(true);
      expect(refuseForAge(lastEntry, today, wished) !== null || lastEntry < dueBefore(today, wished)).toBe(true);
    }),
  );
});
