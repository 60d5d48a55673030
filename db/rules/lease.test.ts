import { expect, test } from 'vitest';
import { leaseState } from './lease.ts';

const END = '2026-12-08T10:00:00.000Z';

test('days are counted down, told of from the seventh, and end; without a lease nothing does', () => {
  expect(leaseState(null, END, null)).toEqual({ daysLeft: null, expired: false, soon: false });
  expect(leaseState(END, '2026-11-24T10:00:00.000Z', null)).toEqual({ daysLeft: 14, expired: false, soon: false });
  expect(leaseState(END, '2026-12-01T09:00:00.000Z', null)).toEqual({ daysLeft: 8, expired: false, soon: false });
  expect(leaseState(END, '2026-12-01T10:00:00.000Z', null)).toEqual({ daysLeft: 7, expired: false, soon: true });
  expect(leaseState(END, '2026-12-08T09:59:59.999Z', null)).toEqual({ daysLeft: 1, expired: false, soon: true });
  expect(leaseState(END, END, null)).toEqual({ daysLeft: 0, expired: true, soon: true });
});

test('a clock set back buys no time', () => {
  expect(leaseState(END, '2026-11-24T10:00:00.000Z', '2026-12-08T10:00:00.000Z').expired).toBe(true);
});
