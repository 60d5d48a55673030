import { describe, expect, it } from 'vitest';
import { invoiceSums } from '#db/rules/invoices.ts';
import { vatWithin } from '#db/rules/money.ts';
import { renderInvoice } from './render-invoice.ts';
import type { InvoiceDocument } from './render-invoice.ts';
import { readPdf } from './testing/read-pdf.ts';

const line = (label: string, priceOre: number, refundOre = 0, vatPercent: number | null = null, day = '2026-11-23') => ({
  paymentId: null,
  encounterId: null,
  day,
  label,
  quantity: 1,
  priceOre,
  refundOre,
  shareOre: priceOre - refundOre,
  vatPercent,
  vatOre: vatWithin(priceOre, vatPercent),
});

function invoice(changes: Partial<InvoiceDocument> = {}, content: Partial<InvoiceDocument['content']> = {}): InvoiceDocument {
  const lines = content.lines ?? [
    line('Oppfølgende behandling', 70_000, 4_600),
    line('Oppfølgende behandling', 70_000, 4_600, null, '2026-11-16'),
  ];
  return {
    kind: 'invoice',
    number: 'FA1B2C3-000017',
    issuedAt: '2026-11-23T13:45:00.000Z',
    dueOn: '2026-12-07',
    reason: null,
    content: {
      version: 1,
      seller: {
        clinicName: 'Fjellheim kiropraktorklinikk',
        orgNumber: '999888777',
        addressLine: 'Storgata 14',
        postalCode: '7030',
        city: 'Trondheim',
        phone: '73 00 00 00',
        letterhead: 'Foretaksregisteret',
      },
      recipient: ['Kari Prøve-Nordmann', 'Lia 2', '7030 Trondheim'],
      patientName: 'Kari Prøve-Nordmann',
      practitionerNames: ['Ingrid Ås Bjørnstad'],
      accountNumber: '15032080119',
      kid: '105977310000178',
      creditsNumber: null,
      ...content,
      lines,
    },
    ...invoiceSums(lines),
    paidBeforeOre: 0,
    ...changes,
  };
}
const read = async (document: InvoiceDocument) => readPdf(await renderInvoice(document));
const plain = (text: string | undefined) => (text ?? '').replaceAll('\u00a0', ' ');

describe('an invoice', () => {
  it('says who asks whom for what, and where to pay it; no diagnosis', async () => {
    const { text: raw, pages, info, check, structure, fonts } = await read(invoice());
    const text = plain(raw);
    for (const words of [
      'Fjellheim kiropraktorklinikk',
      'Org.nr. 999 888 777',
      'Foretaksregisteret',
      'Kari Prøve-Nordmann',
      'FA1B2C3-000017',
      '23. november 2026',
      '7. desember 2026',
      'Ingrid Ås Bjørnstad',
      '1503 20 80119',
      '105977310000178',
      'MVA 0 kr – helsetjenester er unntatt etter merverdiavgiftsloven § 3-2.',
    ])
      expect(text).toContain(words);
    const rows = plain(pages[0]);
    expect(rows).toMatch(/23\.11\.26\s+Oppfølgende behandling\s+1\s+700,00\s+−46,00\s+654,00/);
    expect(rows).toMatch(/16\.11\.26\s+Oppfølgende behandling\s+1\s+700,00\s+−46,00\s+654,00/);
    expect(rows).toMatch(/Sum\s+1 400,00/);
    expect(rows).toMatch(/Refusjon fra Helfo\s+−92,00/);
    expect(rows).toMatch(/Pasientens andel, å betale\s+1 308,00/);
    expect(rows).toMatch(/Å betale\s+1 308,00 kr/);
    expect(info).toMatch(/Title:\s+Faktura\n/);
    expect(structure).toMatch(/Table[\s\S]*TR[\s\S]*TH[\s\S]*"Behandling"[\s\S]*TD[\s\S]*"Oppfølgende behandling"/);
    expect(check.status).toBe(0);
    expect(fonts.every(({ embedded }) => embedded)).toBe(true);
  });

  it('without a KID the payer writes the number; what was paid before is taken off', async () => {
    const { text } = await read(invoice({ paidBeforeOre: 20_000 }, { kid: null }));
    expect(plain(text)).toMatch(/Merk betalingen med\s+FA1B2C3-000017/);
    expect(plain(text)).toMatch(/Betalt tidligere\s+−200,00/);
    expect(plain(text)).toContain('1 108,00 kr');
  });

  it('VAT is told by rate, the exempt part as exempt', async () => {
    const lines = [line('Behandling', 70_000), line('Soneterapi', 50_000, 0, 25)];
    const { text } = await read(invoice({}, { lines }));
    expect(plain(text)).toContain('Soneterapi (inkl. 25 % MVA)');
    expect(plain(text)).toContain('Herav 25 % MVA: 100,00 kr.');
    expect(plain((await read(invoice({}, { lines: lines.slice(1) }))).text)).not.toContain('§ 3-2');
  });

  it('a credit note names what it credits and why, and asks for nothing', async () => {
    const lines = [line('Oppfølgende behandling', 15_400)];
    const { text: raw, info } = await read(
      invoice(
        { kind: 'credit_note', dueOn: null, reason: 'Avtalt pris' },
        { lines, kid: null, accountNumber: null, creditsNumber: 'FA1B2C3-000016' },
      ),
    );
    const text = plain(raw);
    for (const words of ['Kreditnota', 'FA1B2C3-000016', 'Grunn: Avtalt pris', '−154,00']) expect(text).toContain(words);
    expect(text).not.toMatch(/Kontonummer|KID|Forfall|Å betale/);
    expect(info).toMatch(/Title:\s+Kreditnota\n/);
  });

  it('long names, many visits and large sums go on over pages, exact, with how to pay on the last', async () => {
    const lines = Array.from({ length: 50 }, (_, n) =>
      line(`Behandling ${n} med et navn som er så langt at det ikke får plass på én linje i tabellen`, 99_999_999),
    );
    const { text: raw, pages } = await read(
      invoice({}, { lines, recipient: ['Et Navn På Seksti Tegn Som Er Helt Utrolig Langt Og Går Over', 'Lia 2'] }),
    );
    const text = plain(raw);
    expect(pages.length).toBeGreaterThan(2);
    expect(text).toContain('49 999 999,50');
    expect(plain(pages.at(-1))).toContain('1503 20 80119');
  });
});
