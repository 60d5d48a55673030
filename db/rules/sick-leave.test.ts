import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sickLeaveCount } from './sick-leave.ts';
import type { Absence } from './sick-leave.ts';

const row = (fromDay: string, toDay: string, origin: Absence['origin'] = 'here'): Absence => ({
  origin,
  fromDay,
  toDay,
  enteredInError: false,
});

it('counts calendar days once, with those the patient tells of', () => {
  expect(sickLeaveCount([row('2026-11-02', '2026-11-15'), row('2026-11-10', '2026-11-22')])).toEqual({
    atLeast: 21,
    fromDay: '2026-11-02',
    toDay: '2026-11-22',
    earlierNotAsked: true,
    over: false,
    day84: '2027-01-24',
  });
  expect(sickLeaveCount([row('2026-11-02', '2026-11-15'), row('2026-10-19', '2026-11-01', 'elsewhere')])).toMatchObject({
    atLeast: 28,
    earlierNotAsked: false,
  });
});

it('an absence long past is another case; one with a short time at work between is the same', () => {
  expect(sickLeaveCount([row('2026-03-02', '2026-05-31'), row('2026-11-02', '2026-11-08')])).toMatchObject({
    atLeast: 7,
    fromDay: '2026-11-02',
  });
  expect(sickLeaveCount([row('2026-10-12', '2026-10-18'), row('2026-11-02', '2026-11-08')])).toMatchObject({ atLeast: 14 });
});

it('«no earlier absence» is an answer for the case it was asked in', () => {
  expect(sickLeaveCount([row('2026-11-02', '2026-11-08'), row('2026-11-02', '2026-11-02', 'none_earlier')]).earlierNotAsked).toBe(false);
  expect(sickLeaveCount([row('2026-11-02', '2026-11-08'), row('2026-01-02', '2026-01-02', 'none_earlier')]).earlierNotAsked).toBe(true);
  expect(sickLeaveCount([])).toMatchObject({ atLeast: 0, earlierNotAsked: true });
});

it('over 84 is said; that it is not over is never said: there is no such answer', () => {
  expect(sickLeaveCount([row('2026-08-31', '2026-11-22')])).toMatchObject({ atLeast: 84, over: false, day84: '2026-11-22' });
  expect(sickLeaveCount([row('2026-08-31', '2026-11-23')])).toMatchObject({ atLeast: 85, over: true, day84: '2026-11-22' });
  expect(Object.keys(sickLeaveCount([]))).not.toContain('within');
});

it('what is in error does not count, and the case is never shorter than its last absence', () => {
  expect(sickLeaveCount([{ ...row('2026-11-02', '2026-11-08'), enteredInError: true }]).atLeast).toBe(0);
  const day = fc.integer({ min: 0, max: 60 }).map((n) => new Date(Date.UTC(2026, 8, 1 + n)).toISOString().slice(0, 10));
  const absence = fc.tuple(day, day).map(([a, b]) => (a < b ? row(a, b) : row(b, a)));
  fc.assert(
    fc.property(fc.array(absence, { minLength: 1, maxLength: 6 }), (known) => {
      const last = known.toSorted((a, b) => a.toDay.localeCompare(b.toDay)).slice(-1);
      const count = sickLeaveCount(known);
      expect(count.atLeast).toBeGreaterThanOrEqual(sickLeaveCount(last).atLeast);
      expect(count.toDay).toBe(last[0]?.toDay);
    }),
  );
});
