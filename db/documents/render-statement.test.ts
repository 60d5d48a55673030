import { describe, expect, it } from 'vitest';
import { renderStatement, statementTotals, type StatementContent } from './render-statement.ts';
import { receipt } from './testing/letters.ts';
import { readPdf } from './testing/read-pdf.ts';

const paid = (n: number, changes: Partial<StatementContent['payments'][number]> = {}) => {
  const { lines, method, amountOre, voided } = receipt();
  return {
    encounterId: `besøk ${n}`,
    receiptNumber: `A1B2C3-${n}`,
    paidAt: `2026-11-${String((n % 28) + 1).padStart(2, '0')}T13:45:00.000Z`,
    lines,
    method,
    amountOre,
    voided,
    ...changes,
  };
};
const statement = (payments: StatementContent['payments']): StatementContent => ({
  seller: receipt().seller,
  patientName: 'Kari Prøve-Nordmann',
  address: ['Åsveien 9', '7020 Trondheim'],
  from: '2026-11-01',
  to: '2026-11-30',
  madeAt: '2026-12-01T09:00:00.000Z',
  payments,
});
const read = async (payments: StatementContent['payments']) => readPdf(await renderStatement(statement(payments)));
const pagesOf = (reading: ReturnType<typeof readPdf>) => reading.pages.map((one) => one.replaceAll('\u00a0', ' '));

describe('an account statement', () => {
  it('lists what was paid, what Helfo carried and what is not paid, and counts nothing that was voided', async () => {
    const payments = [
      paid(1),
      paid(2, {
        method: 'vipps',
        lines: [{ label: 'Førstegangsundersøkelse med en lang betegnelse', quantity: 1, amountOre: 90_000, refundOre: null }],
        amountOre: 90_000,
      }),
      paid(3, { method: 'invoice_later', amountOre: 70_000 }),
      paid(4, { voided: true }),
      paid(5, { method: 'prepaid', amountOre: 60_000 }),
    ];
    expect(statementTotals(payments)).toEqual({ paidOre: 75_500 + 90_000, unpaidOre: 70_000, prepaidOre: 60_000, refundOre: 3 * 4_600 });
    const reading = await read(payments);
    const [text = ''] = pagesOf(reading);
    for (const words of [
      'Kontoutskrift',
      'Kari Prøve-Nordmann',
      'Åsveien 9',
      '1. november 2026 –',
      '30. november 2026',
      'annullert',
      'Org.nr. 999 888 777',
    ])
      expect(text).toContain(words);
    expect(text).toMatch(/02\.11\.2026\s+A1B2C3-1\s+.*Kort\s+801,00\s+−46,00\s+755,00/);
    expect(text).toMatch(/Betalt i perioden, kroner\s+1 655,00/);
    expect(text).toMatch(/Dekket av klippekort\s+600,00/);
    expect(text).toMatch(/Ikke betalt: faktura sendes senere\s+700,00/);
    expect(reading.structure).toMatch(/Table[\s\S]*TR[\s\S]*TH[\s\S]*"Dato"[\s\S]*TD/);
    expect(reading.check.status).toBe(0);
  });

  it('a visit that was paid in two parts costs once', () => {
    const parts = [paid(1, { amountOre: 50_000 }), paid(2, { amountOre: 25_500, encounterId: 'besøk 1' })];
    expect(statementTotals(parts)).toEqual({ paidOre: 75_500, unpaidOre: 0, prepaidOre: 0, refundOre: 4_600 });
    // The first was voided: the second says what it cost.
    expect(statementTotals([{ ...(parts[0] ?? paid(1)), voided: true }, ...parts.slice(1)])).toMatchObject({ refundOre: 4_600 });
  });

  it('nothing paid is said; many go on over pages, none of them cut', async () => {
    expect(pagesOf(await read([]))[0]).toMatch(/Ingen betalinger er registrert i perioden[\s\S]*Betalt i perioden, kroner\s+0,00/);
    const many = Array.from({ length: 60 }, (_, n) => paid(n));
    const pages = pagesOf(await read(many));
    expect(pages.length).toBeGreaterThan(1);
    const all = pages.join('\n');
    for (const { receiptNumber } of many) expect(all).toMatch(new RegExp(`${receiptNumber}\\s`));
  });
});
