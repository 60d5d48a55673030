import { describe, expect, it } from 'vitest';
import { clinicDay, clinicDayBounds, doubleBookings, holdsTime, movable, overlaps } from './appointments.ts';
import { freeSlots, nearestFree } from './free-slots.ts';
import { USUAL_HOURS } from './opening-hours.ts';

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

it('a booking that is kept, signed, cancelled or missed is not moved', () => {
  const all = ['booked', 'arrived', 'in_progress', 'done', 'no_show', 'cancelled'] as const;
  expect(all.filter((status) => movable(status, false))).toEqual(['booked', 'arrived']);
  expect(all.filter((status) => movable(status, true))).toEqual([]);
});

describe('the nearest free place', () => {
  const wanted = { startsAt: '2026-11-23T09:00:00.000Z', durationMinutes: 20 };
  const busy = (startsAt: string, durationMinutes: number) => ({ startsAt: `2026-11-23T${startsAt}:00.000Z`, durationMinutes });

  it('is the one that asks the patient to change least, before or after', () => {
    expect(nearestFree([busy('09:00', 20)], wanted, USUAL_HOURS)?.startsAt).toBe('2026-11-23T08:40:00.000Z');
    expect(nearestFree([busy('08:00', 70)], wanted, USUAL_HOURS)?.startsAt).toBe('2026-11-23T09:10:00.000Z');
  });

  it('is nowhere on a full day or a closed one', () => {
    expect(nearestFree([busy('07:00', 480)], wanted, USUAL_HOURS)).toBeNull();
    expect(nearestFree([], { ...wanted, startsAt: '2026-11-22T09:00:00.000Z' }, USUAL_HOURS)).toBeNull();
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
