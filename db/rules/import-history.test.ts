import { describe, expect, it } from 'vitest';
import { momentFrom } from './import-history.ts';

describe('when it happened', () => {
  it.each([
    ['01.03.2019 14:30', { day: '2019-03-01', at: '2019-03-01T13:30:00.000Z' }],
    ['2019-07-01, kl. 14.30', { day: '2019-07-01', at: '2019-07-01T12:30:00.000Z' }],
    ['01.03.2019 14:30-15:00', { day: '2019-03-01', at: '2019-03-01T13:30:00.000Z' }],
    ['2019-07-01', { day: '2019-07-01', at: null }],
    ['2019-07-01T14:30:05Z', { day: '2019-07-01', at: '2019-07-01T14:30:05.000Z' }],
    // What says its zone is that moment, and that moment's day in Norway.
    ['2024-01-01 10:00:00+00:00', { day: '2024-01-01', at: '2024-01-01T10:00:00.000Z' }],
    ['2024-06-01 10:00:00.123+02', { day: '2024-06-01', at: '2024-06-01T08:00:00.123Z' }],
    ['2024-01-01T23:30:00Z', { day: '2024-01-02', at: '2024-01-01T23:30:00.000Z' }],
    ['2024-06-01T00:30:00+0400', { day: '2024-05-31', at: '2024-05-31T20:30:00.000Z' }],
  ])('%s', (written, moment) => expect(momentFrom(written)).toEqual(moment));

  it.each([
    '2024-01-01T25:00:00Z',
    '2024-01-01T10:61:00Z',
    '2024-01-01T10:00:00+99:00',
    '2024-01-01 25:00',
    '31.02.2024 10:00',
    'en gang i fjor',
  ])('%s is no moment, and nothing breaks', (written) => expect(momentFrom(written)).toBeNull());
});
