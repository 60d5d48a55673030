import { describe, expect, it } from 'vitest';
import { clinicDay, clinicDayBounds, freeSlots, holdsTime, overlaps } from './appointments.ts';

const hours = ({ from, to }: { from: string; to: string }): number => (Date.parse(to) - Date.parse(from)) / 3_600_000;

describe('the clinic day', () => {
  it('is 23 hours when summer time begins, 25 when it ends, else 24', () => {
    expect(clinicDayBounds('2026-03-29')).toEqual({ from: '2026-03-28T23:00:00.000Z', to: '2026-03-29T22:00:00.000Z' });
    expect(clinicDayBounds('2026-10-25')).toEqual({ from: '2026-10-24T22:00:00.000Z', to: '2026-10-25T23:00:00.000Z' });
    expect([hours(clinicDayBounds('2026-03-29')), hours(clinicDayBounds('2026-10-25')), hours(clinicDayBounds('2026-11-23'))]).toEqual([
      23, 25, 24,
    ]);
  });

  it('changes at midnight in Norway', () => {
    expect([clinicDay('2026-11-22T22:59:59.999Z'), clinicDay('2026-11-22T23:00:00.000Z'), clinicDay('2026-07-01T22:00:00.000Z')]).toEqual([
      '2026-11-22',
      '2026-11-23',
      '2026-07-02',
    ]);
  });
});

describe('bookings', () => {
  const at = (time: string, durationMinutes = 30) => ({ startsAt: `2026-11-23T${time}:00.000Z`, durationMinutes });

  it('clash when they share a minute, not when one follows the other', () => {
    expect(overlaps(at('09:00'), at('09:29'))).toBe(true);
    expect(overlaps(at('09:00'), at('09:30'))).toBe(false);
    expect(overlaps(at('09:00', 60), at('09:15', 10))).toBe(true);
  });

  it('hold their time unless cancelled or missed', () => {
    expect((['booked', 'arrived', 'in_progress', 'done', 'no_show', 'cancelled'] as const).map(holdsTime)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it('free places lie within opening hours, on weekdays, at 08 on the wall in summer and winter', () => {
    expect(freeSlots([], '2026-11-27T18:00:00.000Z', 30, 1)).toEqual([{ startsAt: '2026-11-30T07:00:00.000Z', durationMinutes: 30 }]);
    expect(freeSlots([], '2026-03-27T18:00:00.000Z', 30, 1)).toEqual([{ startsAt: '2026-03-30T06:00:00.000Z', durationMinutes: 30 }]);
  });

  it('a full day is passed over whole', () => {
    expect(freeSlots([{ startsAt: '2026-11-23T07:00:00.000Z', durationMinutes: 480 }], '2026-11-23T07:00:00.000Z', 20, 1)).toEqual([
      { startsAt: '2026-11-24T07:00:00.000Z', durationMinutes: 20 },
    ]);
  });
});
