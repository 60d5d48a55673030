import { describe, expect, it } from 'vitest';
import { renderReceipt } from './render-receipt.ts';
import { receipt } from './testing/letters.ts';
import { readPdf } from './testing/read-pdf.ts';

const read = async (changes: Parameters<typeof receipt>[0] = {}) => readPdf(await renderReceipt(receipt(changes)));
const textOf = async (changes: Parameters<typeof receipt>[0] = {}) => (await read(changes)).text.replaceAll('\u00a0', ' ');

describe('a receipt', () => {
  it('says who sold what to whom, when, for how much, and how it was paid', async () => {
    const { text: raw, pages, info, check, structure } = await read();
    const text = raw.replaceAll('\u00a0', ' ');
    for (const words of [
      'Fjellheim kiropraktorklinikk',
      'Org.nr. 999 888 777',
      'Storgata 14, 7030 Trondheim',
      'Kari Prøve-Nordmann',
      'A1B2C3-17',
      '23. november 2026 kl. 14:45',
      'Kvittering',
      'MVA 0 kr – unntatt etter merverdiavgiftsloven § 3-2.',
    ])
      expect(text).toContain(words);
    const rows = (pages[0] ?? '').replaceAll('\u00a0', ' ');
    expect(rows).toMatch(/Oppfølgende behandling\s+1\s+700,00\s+700,00/);
    expect(rows).toMatch(/Kinesiotape\s+2\s+50,50\s+101,00/);
    expect(rows).toMatch(/Sum\s+801,00/);
    expect(rows).toMatch(/Refusjon fra Helfo\s+−46,00/);
    expect(rows).toMatch(/Pasientens andel\s+755,00/);
    expect(rows).toMatch(/Betalt med kort\s+755,00/);
    expect(info).toMatch(/Title:\s+Kvittering\n/);
    expect(structure).toMatch(/Table[\s\S]*TR[\s\S]*TH[\s\S]*"Behandling"[\s\S]*TD[\s\S]*"Oppfølgende behandling"/);
    expect(check.status).toBe(0);
  });

  it.each([
    ['card', 'Betalt med kort'],
    ['cash', 'Betalt kontant'],
    ['vipps', 'Betalt med Vipps'],
  ] as const)('names %s', async (method, words) => {
    expect(await textOf({ method })).toContain(words);
  });

  it('what is invoiced later is not called a receipt', async () => {
    const text = await textOf({ method: 'invoice_later' });
    expect(text).toContain('Fakturagrunnlag');
    expect(text).toContain('Ikke betalt. Dette er ikke en kvittering for betaling.');
    expect(text).not.toMatch(/^Kvittering$/m);
  });

  it('a voided one says so', async () => {
    const text = await textOf({ voided: true });
    // The watermark stands aslant, which poppler reads letter by letter.
    expect(text.replace(/\s/g, '')).toContain('ANNULLERT');
    expect(text).toContain('Annullert');
  });

  it('a price nobody confirmed is not a zero', async () => {
    const { pages } = await read({ lines: [{ label: 'Førstegangsundersøkelse', quantity: 1, amountOre: null, refundOre: null }] });
    expect(pages[0]).toMatch(/Pasientens andel\s+ikke fastsatt/);
    expect(pages[0]).toMatch(/Sum\s+ikke fastsatt/);
  });

  it('large sums stay exact, and many lines go on over pages', async () => {
    const lines = Array.from({ length: 70 }, (_, n) => ({ label: `Vare ${n}`, quantity: 99, amountOre: 99_999_999, refundOre: null }));
    const { text: raw, pages } = await read({ lines });
    const text = raw.replaceAll('\u00a0', ' ');
    expect(pages.length).toBeGreaterThan(1);
    for (const { label } of lines) expect(text).toContain(`${label} 99`);
    expect(text).toContain('6 929 999 930,70');
  });
});
