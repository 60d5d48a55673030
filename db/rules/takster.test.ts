import { expect, test } from 'vitest';
import { taksterKi } from '../reference/takster-ki.ts';
import { claimProblems, takstOn, type ClaimedLine } from './takster.ts';

const line = (code: string, refundOre: number | null = null, quantity = 1): ClaimedLine => ({ code, refundOre, quantity });
const visit = { day: '2024-03-01', earlierInSeries: [] as string[], diagnosed: true };
const problems = (lines: ClaimedLine[], of: Partial<typeof visit> = {}) =>
  claimProblems(taksterKi, lines, { ...visit, ...of }).map(({ code, takst, other }) => [code, takst, other]);

test('a takst is what it was on the day: amounts begin and end', () => {
  expect(takstOn(taksterKi, 'K1', '2023-12-31')?.refusjonOre).toBe(17_600);
  expect(takstOn(taksterKi, 'K1', '2024-01-01')?.refusjonOre).toBe(10_700);
  expect(takstOn(taksterKi, 'K2', '2024-06-30')?.refusjonOre).toBe(4_600);
  expect(takstOn(taksterKi, 'K2', '2024-07-01')?.refusjonOre).toBeNull();
  expect(takstOn(taksterKi, 'K1', '2020-10-31')).toBeUndefined();
  expect(takstOn(taksterKi, 'L214', '2024-01-01')).toBeUndefined();
});

test('rows of one takst neither overlap nor leave a day out', () => {
  for (const code of new Set(taksterKi.map(({ takstkode }) => takstkode))) {
    const rows = taksterKi.filter(({ takstkode }) => takstkode === code).toSorted((a, b) => a.fradato.localeCompare(b.fradato));
    for (const [at, row] of rows.slice(1).entries()) {
      const before = new Date(`${row.fradato}T00:00:00Z`);
      before.setUTCDate(before.getUTCDate() - 1);
      expect(rows[at]?.tildato, `${code} ${row.fradato}`).toBe(before.toISOString().slice(0, 10));
    }
  }
});

test('K1 and K2 never together, each once, and told once', () => {
  expect(problems([line('K1', 10_700)])).toEqual([]);
  expect(problems([line('K1', 10_700), line('K2', 4_600)])).toEqual([['takst/combination', 'K1', 'K2']]);
  expect(problems([line('K2', 4_600), line('K1', 10_700)])).toEqual([['takst/combination', 'K2', 'K1']]);
  expect(problems([line('K2', 4_600), line('K2', 4_600)])).toEqual([['takst/more-than-one', 'K2', null]]);
  expect(problems([line('K2', 4_600, 2)])).toEqual([['takst/more-than-one', 'K2', null]]);
});

test('K1 once in a series; K2 as often as it takes', () => {
  expect(problems([line('K1', 10_700)], { earlierInSeries: ['K1', 'K2'] })).toEqual([['takst/once-per-series', 'K1', null]]);
  expect(problems([line('K2', 4_600)], { earlierInSeries: ['K1', 'K2', 'K2'] })).toEqual([]);
});

test('a meeting is not claimed beside a consultation; a certificate is', () => {
  expect(problems([line('K2', 4_600), line('K3a')])).toEqual([['takst/meeting-with-consultation', 'K3a', null]]);
  expect(problems([line('K3a'), line('K3b', null, 2)])).toEqual([]);
  expect(problems([line('K2', 4_600), line('L1')])).toEqual([]);
});

test('a claim needs a diagnosis, the day’s amount, and a code that Helfo has', () => {
  expect(problems([line('K2', 4_600)], { diagnosed: false })).toEqual([['takst/diagnosis-missing', 'K2', null]]);
  expect(problems([line('K2', 8_100)])).toEqual([['takst/refund-differs', 'K2', '4600']]);
  expect(problems([line('K2', 5_000)], { day: '2026-11-28' })).toEqual([]);
  expect(problems([line('K5')], { day: '2024-01-01' })).toEqual([['takst/not-then', 'K5', null]]);
  expect(problems([line('L214', 10_000)])).toEqual([['takst/not-helfo', 'L214', null]]);
  expect(problems([line('OPPF'), line('L214')])).toEqual([]);
});
