import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expendable, KEPT_DAYS, KEPT_WEEKS } from './backup-retention.ts';

const daily = (count: number, from = '2026-11-24T12:00:00Z') =>
  Array.from({ length: count }, (_, back) => new Date(Date.parse(from) - back * 86_400_000).toISOString());

test('of sixty daily backups seven days and the four weeks stay', () => {
  const all = daily(60);
  const kept = all.filter((at) => !expendable(all).includes(at)).map((at) => at.slice(0, 10));
  // 24 Nov 2026 is a Tuesday; Sundays end the weeks before.
  expect(kept).toEqual([
    '2026-11-24',
    '2026-11-23',
    '2026-11-22',
    '2026-11-21',
    '2026-11-20',
    '2026-11-19',
    '2026-11-18',
    '2026-11-15',
    '2026-11-08',
  ]);
});

test('of several on one day the newest stays; a holiday uses up nothing', () => {
  expect(expendable(['2026-11-24T08:00:00Z', '2026-11-24T15:00:00Z', '2026-08-01T08:00:00Z'])).toEqual(['2026-11-24T08:00:00Z']);
});

test('the newest stays, never more than eleven do, and what may go is a part of what there is', () => {
  const instants = fc.date({ min: new Date('2000-01-01'), max: new Date('2060-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(
      fc.uniqueArray(
        instants.map((at) => at.toISOString()),
        { maxLength: 80 },
      ),
      (all) => {
        const gone = expendable(all);
        expect(gone.every((at) => all.includes(at))).toBe(true);
        expect(all.length - gone.length).toBeLessThanOrEqual(KEPT_DAYS + KEPT_WEEKS);
        expect(gone).not.toContain(all.toSorted().at(-1) ?? 'none');
        // Deciding once more decides the same.
        expect(expendable(all.filter((at) => !gone.includes(at)))).toEqual([]);
      },
    ),
  );
});
