import { describe, expect, it } from 'vitest';
import { clinicDay, clinicDayBounds, doubleBookings, freeSlots, holdsTime, overlaps } from './appointments.ts';

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

describe('double bookings', () => {
  const booked = (id: string, time: string, practitionerId = 'anna', meantBeside: string[] = []) => ({
    id,
    practitionerId,
    meantBeside,
    startsAt: `2026-11-23T${time}:00.000Z`,
    durationMinutes: 30,
  });
  const pairs = (...bookings: ReturnType<typeof booked>[]) => doubleBookings(bookings).map(([a, b]) => `${a.id}${b.id}`);

  it('are two of one practitioner that share a minute, in order of time', () => {
    expect(pairs(booked('c', '09:45'), booked('a', '09:00'), booked('b', '09:29'))).toEqual(['ab', 'bc']);
    expect(pairs(booked('a', '09:00'), booked('b', '09:30'))).toEqual([]);
    expect(pairs(booked('a', '09:00'), booked('b', '09:00', 'bent'))).toEqual([]);
  });

  it('are found past a colleague who sits between them', () => {
    expect(pairs(booked('a', '09:00'), booked('x', '09:10', 'bent'), booked('b', '09:20'))).toEqual(['ab']);
  });

  it('are not those that one of the two was meant to stand beside', () => {
    expect(pairs(booked('a', '09:00'), booked('b', '09:00', 'anna', ['a']))).toEqual([]);
    expect(pairs(booked('a', '09:00', 'anna', ['b']), booked('b', '09:00'), booked('c', '09:00'))).toEqual(['ac', 'bc']);
  });
});
