/**
 * How many visits there have been, told where somebody wants to be told. Helfo's limit of 14 a calendar year ended on 1 January 2017
 * (helfo.no, regelverk og takster for kiropraktor), so this stops nobody; insurers and employers have caps of their own.
 */
export type SeriesNotice =
  | { code: 'series/notice'; n: number; from: number; per: 'series' | 'calendar_year' }
  | { code: 'cover/last' | 'cover/over'; payer: string; n: number; cap: number }
  | { code: 'cover/not-then'; payer: string };

export interface Cover {
  payer: string;
  visitCap: number | null;
  fromDay: string;
  toDay: string | null;
  ended: boolean;
  /** Days of the patient's visits, this one included. */
  visitDays: readonly string[];
}

const within = (cover: Cover, day: string): boolean => cover.fromDay <= day && (cover.toDay === null || day <= cover.toDay);

export function seriesNotices(
  visit: { day: string; inSeries: number; inYear: number },
  setting: { visitNotice: number | null; visitNoticePer: 'series' | 'calendar_year' },
  covers: readonly Cover[],
): SeriesNotice[] {
  const notices: SeriesNotice[] = [];
  const { visitNotice: from, visitNoticePer: per } = setting;
  const n = per === 'series' ? visit.inSeries : visit.inYear;
  if (from !== null && n >= from) notices.push({ code: 'series/notice', n, from, per });
  for (const cover of covers) {
    const { payer, visitCap: cap } = cover;
    if (cover.ended) continue;
    if (!within(cover, visit.day)) {
      notices.push({ code: 'cover/not-then', payer });
      continue;
    }
    // Later visits do not count against this one.
    const used = cover.visitDays.filter((day) => within(cover, day) && day <= visit.day).length;
    if (cap !== null && used >= cap) notices.push({ code: used > cap ? 'cover/over' : 'cover/last', payer, n: used, cap });
  }
  return notices;
}
