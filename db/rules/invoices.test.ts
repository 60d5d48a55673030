import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addsUp, askedOre, creditLines, gapsIn, invoiceBalance, invoiceLines, invoiceNumber, invoiceSums } from './invoices.ts';
import { billTotals, partsOf, splitPrice, vatWithin } from './money.ts';
import { prepaidState } from './prepaid.ts';

const ore = fc.integer({ min: 0, max: 100_000_000 });
const line = fc.record({
  label: fc.constant('Behandling'),
  quantity: fc.integer({ min: 1, max: 99 }),
  amountOre: ore,
  refundOre: fc.option(ore),
  vatPercent: fc.constantFrom(null, 0, 12, 25),
});
const payment = fc.record({
  id: fc.uuid(),
  encounterId: fc.uuid(),
  day: fc.constant('2026-11-23'),
  lines: fc.array(line, { minLength: 1, maxLength: 6 }),
});
const integers = (value: unknown): boolean =>
  typeof value === 'number'
    ? Number.isSafeInteger(value)
    : value === null || typeof value !== 'object' || Object.values(value).every(integers);

it('Helfo and the patient pay the price together, to the øre, on every line and in sum', () => {
  fc.assert(
    fc.property(payment, (from) => {
      const lines = invoiceLines(from);
      expect(integers(lines)).toBe(true);
      for (const { priceOre, refundOre, shareOre } of lines) expect(refundOre + shareOre).toBe(priceOre);
      const sums = invoiceSums(lines);
      expect(sums.refundOre + sums.shareOre).toBe(sums.totalOre);
      // The same share as the bill at the checkout asked for.
      expect(sums.shareOre).toBe(billTotals(from.lines).patientShareOre);
      expect(addsUp({ ...sums, paidBeforeOre: 0 }, lines)).toBe(true);
      expect(addsUp({ ...sums, shareOre: sums.shareOre + 1, paidBeforeOre: 0 }, lines)).toBe(false);
    }),
  );
});

it('a price is split without a float and without a loss, also where the refund is the larger', () => {
  fc.assert(
    fc.property(ore, ore, (price, refund) => {
      const parts = splitPrice(price, refund);
      expect(parts.refundOre + parts.shareOre).toBe(price);
      expect(Math.min(parts.refundOre, parts.shareOre)).toBeGreaterThanOrEqual(0);
    }),
  );
});

it('VAT within a price is the nearest øre, and exact where it comes out even', () => {
  expect([vatWithin(12_500, 25), vatWithin(11_200, 12), vatWithin(10_000, null), vatWithin(10_000, 0)]).toEqual([2500, 1200, 0, 0]);
  fc.assert(
    fc.property(ore, fc.constantFrom(12, 15, 25), (price, percent) => {
      const vat = vatWithin(price, percent);
      expect(Number.isInteger(vat)).toBe(true);
      // |vat − price·p/(100+p)| ≤ ½, asked in whole numbers.
      expect(Math.abs(2 * (vat * (100 + percent) - price * percent))).toBeLessThanOrEqual(100 + percent);
    }),
  );
});

it('credit notes of an invoice, however many and in whatever parts, end at nothing and never beyond', () => {
  fc.assert(
    fc.property(payment, fc.nat(), fc.array(fc.integer({ min: 1, max: 30_000_000 }), { maxLength: 8 }), (from, before, amounts) => {
      const lines = invoiceLines(from).map((one, at) => ({ ...one, label: String(at) }));
      const takenOff = lines.map(() => 0);
      const { shareOre } = invoiceSums(lines);
      const paidBeforeOre = shareOre === 0 ? 0 : before % shareOre;
      let credited = 0;
      const notes: { shareOre: number }[] = [];
      const asked = askedOre({ shareOre, paidBeforeOre });
      for (const amount of [...amounts, asked]) {
        const want = amount === asked ? asked - credited : amount;
        const made = creditLines({ lines, paidBeforeOre }, credited, want);
        expect(made === null).toBe(want <= 0 || credited + want > asked);
        if (made === null) continue;
        expect(integers(made)).toBe(true);
        const sum = invoiceSums(made);
        expect([sum.shareOre, sum.totalOre, sum.refundOre]).toEqual([want, want, 0]);
        credited += want;
        for (const { label, shareOre: ore } of made) takenOff[Number(label)] = (takenOff[Number(label)] ?? 0) + ore;
        notes.push({ shareOre: want });
        const balance = invoiceBalance({ shareOre, paidBeforeOre, dueOn: null }, notes, [], '2026-11-23');
        expect(balance.openOre).toBe(asked - credited);
      }
      // No line gives back more than it asked for, and together they give back all that was asked.
      expect(lines.every((one, at) => (takenOff[at] ?? 0) <= one.shareOre)).toBe(true);
      expect(takenOff.reduce((sum, ore) => sum + ore, 0)).toBe(asked);
      const end = invoiceBalance({ shareOre, paidBeforeOre, dueOn: null }, notes, [], '2026-11-23');
      expect([end.openOre, end.state]).toEqual([0, asked > 0 ? 'credited' : 'paid']);
    }),
  );
});

it('what was paid at the desk paid the first lines: a credit begins after it', () => {
  const lines = invoiceLines({
    id: 'a',
    encounterId: 'b',
    day: '2026-11-23',
    lines: ['Første', 'Andre'].map((label) => ({ label, quantity: 1, amountOre: 10_000, refundOre: null })),
  });
  const credited = (creditedOre: number, amountOre: number) =>
    creditLines({ lines, paidBeforeOre: 6_000 }, creditedOre, amountOre)?.map(({ label, shareOre }) => [label, shareOre]);
  expect(credited(0, 5_000)).toEqual([
    ['Første', 4_000],
    ['Andre', 1_000],
  ]);
  expect(credited(5_000, 9_000)).toEqual([['Andre', 9_000]]);
  expect(credited(5_000, 9_001)).toBeUndefined();
});

it('what is open is what was asked, less what was credited and what came in; voided money did not come in', () => {
  const asked = { shareOre: 65_400, paidBeforeOre: 5_400, dueOn: '2026-11-20' };
  const paid = (amountOre: number, voided = false) => ({ amountOre, voided });
  expect(invoiceBalance(asked, [], [], '2026-11-20')).toMatchObject({ openOre: 60_000, state: 'open' });
  expect(invoiceBalance(asked, [], [paid(60_000, true)], '2026-11-21')).toMatchObject({ openOre: 60_000, state: 'overdue' });
  expect(invoiceBalance(asked, [{ shareOre: 10_000 }], [paid(50_000)], '2026-11-21')).toMatchObject({ openOre: 0, state: 'paid' });
  expect(invoiceBalance(asked, [{ shareOre: 60_000 }], [paid(60_000)], '2026-11-21')).toMatchObject({
    openOre: -60_000,
    state: 'overpaid',
  });
});

it('a series with a hole or a number given twice is seen', () => {
  const of = (series: string, ...numbers: number[]) => numbers.map((running) => ({ series, running }));
  expect(gapsIn([...of('B', 1, 2, 3), ...of('A', 2, 4, 4)])).toEqual([
    { series: 'A', last: 4, missing: [1, 3], twice: [4] },
    { series: 'B', last: 3, missing: [], twice: [] },
  ]);
  expect(invoiceNumber('A1B2C3', 12)).toBe('FA1B2C3-000012');
});

it('the visits of a package are worth its price together, and what was used and what is paid back are it again', () => {
  fc.assert(
    fc.property(ore, fc.integer({ min: 1, max: 200 }), fc.nat(), (priceOre, visits, n) => {
      const parts = partsOf(priceOre, visits);
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(priceOre);
      expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1);
      const used = n % (visits + 1);
      const state = prepaidState({ priceOre, visits, refundedAt: null }, used);
      expect(state.usedOre + state.leftOre).toBe(priceOre);
      expect(state.left).toBe(visits - used);
    }),
  );
  // Used once too often, on two laptops at a time: it shows, and nothing is owed.
  expect(prepaidState({ priceOre: 1000, visits: 2, refundedAt: null }, 3)).toMatchObject({ left: -1, leftOre: 0 });
  expect(prepaidState({ priceOre: 1000, visits: 2, refundedAt: '2026-11-23T09:00:00.000Z' }, 1)).toMatchObject({
    left: 0,
    leftOre: 0,
    ended: true,
  });
});
