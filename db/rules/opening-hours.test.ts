import { describe, expect, it } from 'vitest';
import { hoursOf, hoursText, isOpenAt, openSpans, parseHours, USUAL_HOURS } from './opening-hours.ts';
import { publicHoliday } from './public-holidays.ts';

describe('opening hours', () => {
  it('are the practitioner’s, else the clinic’s, else the usual', () => {
    const own = USUAL_HOURS.map(() => []);
    expect([hoursOf(own, USUAL_HOURS), hoursOf(null, own), hoursOf(null, null)]).toEqual([own, own, USUAL_HOURS]);
  });

  it('hold the whole visit in one span of the wall clock, summer and winter', () => {
    const at = (startsAt: string, durationMinutes = 30) => isOpenAt(USUAL_HOURS, { startsAt, durationMinutes });
    expect([at('2026-11-23T07:00:00.000Z'), at('2026-11-23T06:59:00.000Z')]).toEqual([true, false]);
    expect([at('2026-06-22T06:00:00.000Z'), at('2026-06-22T05:59:00.000Z')]).toEqual([true, false]);
    expect([at('2026-11-23T14:30:00.000Z'), at('2026-11-23T14:31:00.000Z'), at('2026-11-22T09:00:00.000Z')]).toEqual([true, false, false]);
    const lunch = USUAL_HOURS.map(() => [
      { from: 480, to: 690 },
      { from: 720, to: 960 },
    ]);
    expect(isOpenAt(lunch, { startsAt: '2026-11-23T10:15:00.000Z', durationMinutes: 30 })).toBe(false);
  });

  it('are none on a public holiday', () => {
    expect(openSpans(USUAL_HOURS, '2027-05-17')).toEqual([]);
    expect(openSpans(USUAL_HOURS, '2027-05-18')).toHaveLength(1);
  });

  it('are read as people write them, and refused where they cannot be meant', () => {
    expect(parseHours('8-12, 12.30–16')).toEqual([
      { from: 480, to: 720 },
      { from: 750, to: 960 },
    ]);
    expect(hoursText(parseHours('1230-16;8-12') ?? [])).toBe('08:00–12:00, 12:30–16:00');
    expect(parseHours(' ')).toEqual([]);
    for (const wrong of ['8', '8-8', '16-8', '8-12, 11-16', 'ti til fire', '8-25', '24:30-25', '8-12-16', ','])
      expect([wrong, parseHours(wrong)]).toEqual([wrong, null]);
  });
});

describe('public holidays', () => {
  it('follow Easter', () => {
    const found = (year: number) =>
      Array.from({ length: 366 }, (_, day) => new Date(Date.UTC(year, 0, 1 + day)).toISOString().slice(0, 10))
        .filter((day) => day.startsWith(String(year)) && publicHoliday(day) !== null)
        .join(' ');
    // timeanddate.no, 2026 and 2027.
    expect(found(2026)).toBe(
      '2026-01-01 2026-04-02 2026-04-03 2026-04-05 2026-04-06 2026-05-01 2026-05-14 2026-05-17 2026-05-24 2026-05-25 2026-12-25 2026-12-26',
    );
    expect(found(2027)).toBe(
      '2027-01-01 2027-03-25 2027-03-26 2027-03-28 2027-03-29 2027-05-01 2027-05-06 2027-05-16 2027-05-17 2027-12-25 2027-12-26',
    );
    expect(publicHoliday('2026-05-17')).toBe('may-17');
  });
});
