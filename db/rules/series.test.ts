import { expect, it } from 'vitest';
import { seriesNotices } from './series.ts';

const visit = { day: '2026-11-23', inSeries: 14, inYear: 20 };
const cover = { payer: 'Trygg', visitCap: 3, fromDay: '2026-11-01', toDay: '2026-12-31', ended: false };

it('says nothing unless somebody wants to be told', () => {
  expect(seriesNotices(visit, { visitNotice: null, visitNoticePer: 'series' }, [])).toEqual([]);
  expect(seriesNotices(visit, { visitNotice: 15, visitNoticePer: 'series' }, [])).toEqual([]);
});

it('tells from the visit the clinic chose, by series or by calendar year', () => {
  expect(seriesNotices(visit, { visitNotice: 14, visitNoticePer: 'series' }, [])).toEqual([
    { code: 'series/notice', n: 14, from: 14, per: 'series' },
  ]);
  expect(seriesNotices(visit, { visitNotice: 14, visitNoticePer: 'calendar_year' }, [])).toMatchObject([{ n: 20 }]);
});

it("counts an insurer's visits in its span, this one included and later ones not", () => {
  const none = { visitNotice: null, visitNoticePer: 'series' } as const;
  const days = (...visitDays: string[]) => seriesNotices(visit, none, [{ ...cover, visitDays }]);
  expect(days('2026-10-30', '2026-11-02', '2026-11-23')).toEqual([]);
  expect(days('2026-11-02', '2026-11-16', '2026-11-23')).toEqual([{ code: 'cover/last', payer: 'Trygg', n: 3, cap: 3 }]);
  expect(days('2026-11-02', '2026-11-09', '2026-11-16', '2026-11-23', '2026-12-01')).toMatchObject([{ code: 'cover/over', n: 4 }]);
  expect(seriesNotices(visit, none, [{ ...cover, toDay: '2026-11-22', visitDays: [] }])).toEqual([
    { code: 'cover/not-then', payer: 'Trygg' },
  ]);
  expect(seriesNotices(visit, none, [{ ...cover, ended: true, visitDays: ['2026-11-23'] }])).toEqual([]);
});
