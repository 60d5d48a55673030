import { billOf } from './billing.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { billTotals, formatOre, parseKroner, patientShare } from './money.ts';

const ore = fc.integer({ min: 0, max: 1_000_000_000 });

it('reads what a person types', () => {
  expect(['1 250,50', '1250.5', '700 kr', '0', '0,05', '1\u00a0250', '107'].map(parseKroner)).toEqual([
    125_050, 125_050, 70_000, 0, 5, 125_000, 10_700,
  ]);
});

it('refuses what is not an amount, rather than guessing', () => {
  for (const text of ['', '-5', '1,234', '1.250,50', '1e3', 'NaN', 'kr', '12,', ',5', '99999999', '٣'])
    expect([text, parseKroner(text)]).toEqual([text, null]);
});

it('gives back every øre it shows', () => {
  fc.assert(fc.property(ore, (amount) => parseKroner(formatOre(amount)) === amount));
  expect([formatOre(125_050), formatOre(70_000), formatOre(-5), formatOre(0)]).toEqual(['1\u00a0250,50', '700', '−0,05', '0']);
});

it('shares a price without losing an øre, and never owes the patient', () => {
  fc.assert(
    fc.property(ore, ore, (price, refund) => {
      const share = patientShare(price, refund);
      expect(Number.isInteger(share)).toBe(true);
      expect(share).toBe(price >= refund ? price - refund : 0);
    }),
  );
});

it('a refund above one line does not pay for another', () => {
  const dear = { quantity: 1, amountOre: 50_000, refundOre: null };
  expect(billTotals([{ quantity: 1, amountOre: 10_000, refundOre: 30_000 }, dear])).toMatchObject({
    totalOre: 60_000,
    patientShareOre: 50_000,
  });
  expect(billTotals([{ quantity: 2, amountOre: 10_000, refundOre: 4_000 }, dear])).toMatchObject({ patientShareOre: 62_000 });
});

it('totals lines in any order alike, and has no total while a price is unconfirmed', () => {
  const line = fc.record({
    quantity: fc.integer({ min: 1, max: 20 }),
    amountOre: fc.integer({ min: 0, max: 500_000 }),
    refundOre: fc.option(fc.integer({ min: 0, max: 50_000 })),
  });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      const totals = billTotals(lines);
      expect(billTotals(lines.toReversed())).toEqual(totals);
      expect(totals.totalOre).toBe(lines.reduce((sum, one) => sum + one.quantity * one.amountOre, 0));
      expect(totals.patientShareOre).toBeGreaterThanOrEqual(Math.max(0, (totals.totalOre ?? 0) - totals.refundOre));
      expect(totals.patientShareOre).toBeLessThanOrEqual(totals.totalOre ?? 0);
      const open = billTotals([...lines, { quantity: 1, amountOre: null, refundOre: null }]);
      expect([open.totalOre, open.patientShareOre]).toEqual([null, null]);
    }),
  );
});

it('says what was paid beyond the share, and nothing while a price is missing', () => {
  const line = { quantity: 1, amountOre: 70_000, refundOre: null };
  const paid = { amountOre: 70_000, voided: false, method: 'card' };
  expect(billOf([line], [paid, paid])).toMatchObject({ dueOre: 0, overpaidOre: 70_000 });
  expect(billOf([line], [paid, { ...paid, voided: true }])).toMatchObject({ dueOre: 0, overpaidOre: 0 });
  expect(billOf([{ ...line, amountOre: null }], [paid])).toMatchObject({ dueOre: null, overpaidOre: 0 });
});
