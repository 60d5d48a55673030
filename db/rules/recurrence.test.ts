import { describe, expect, it } from 'vitest';
import { clinicMinutes, clinicDay } from './appointments.ts';
import { occurrences } from './recurrence.ts';

const shown = (instants: readonly string[]): string[] =>
  instants.map((at) => `${clinicDay(at)} ${Math.floor(clinicMinutes(at) / 60)}:${String(clinicMinutes(at) % 60).padStart(2, '0')}`);

describe('a series', () => {
  it('keeps the wall clock when summer time ends, and when it begins', () => {
    const autumn = occurrences({ startsAt: '2026-10-12T12:30:00.000Z', everyWeeks: 1, weekdays: [], times: 4 });
    expect(autumn).toEqual([
      '2026-10-12T12:30:00.000Z',
      '2026-10-19T12:30:00.000Z',
      '2026-10-26T13:30:00.000Z',
      '2026-11-02T13:30:00.000Z',
    ]);
    expect(shown(autumn)).toEqual(['2026-10-12 14:30', '2026-10-19 14:30', '2026-10-26 14:30', '2026-11-02 14:30']);
    const spring = occurrences({ startsAt: '2026-03-23T07:00:00.000Z', everyWeeks: 1, weekdays: [], times: 2 });
    expect(spring).toEqual(['2026-03-23T07:00:00.000Z', '2026-03-30T06:00:00.000Z']);
  });

  it('every other week leaves out the weeks between, counted from Monday', () => {
    expect(shown(occurrences({ startsAt: '2026-11-26T09:00:00.000Z', everyWeeks: 2, weekdays: [], times: 3 }))).toEqual([
      '2026-11-26 10:00',
      '2026-12-10 10:00',
      '2026-12-24 10:00',
    ]);
  });

  it('on chosen weekdays begins with the first one and never before it', () => {
    // Thursday; Mondays and Thursdays are chosen.
    expect(shown(occurrences({ startsAt: '2026-11-26T09:00:00.000Z', everyWeeks: 2, weekdays: [0, 3], times: 4 }))).toEqual([
      '2026-11-26 10:00',
      '2026-12-07 10:00',
      '2026-12-10 10:00',
      '2026-12-21 10:00',
    ]);
  });

  it('is cut at what one plans', () => {
    expect(occurrences({ startsAt: '2026-11-26T09:00:00.000Z', everyWeeks: 1, weekdays: [], times: 900 })).toHaveLength(52);
  });
});
