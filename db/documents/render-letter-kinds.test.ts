import { describe, expect, it, test } from 'vitest';
import { LETTER_KINDS } from '#db/model/letter-kinds.ts';
import { newestTemplate } from '#db/rules/letter-kinds.ts';
import { inPrintedOrder, shownWords } from '#db/rules/letter-template.ts';
import { longDate } from './norwegian.ts';
import { renderLetter } from './render-letter.ts';
import { letterOfKind } from './testing/letter-kinds.ts';
import { signature } from './testing/letters.ts';
import { readPdf } from './testing/read-pdf.ts';

const plain = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll('\u00a0', ' ');

describe.each(LETTER_KINDS)('%s', (kind) => {
  const of = newestTemplate(kind);

  it('is read in the order of its template, each part under its heading in the structure, to its last word', async () => {
    const content = letterOfKind(kind);
    const { text, structure, info, metadata } = readPdf(await renderLetter(of, content, signature));
    const read = plain(structure);
    let from = read.indexOf(`"${of.title}"`);
    expect(from).toBeGreaterThan(0);
    for (const one of inPrintedOrder(of, content)) {
      const heading = one === 'diagnoses' ? 'Diagnose (ICPC-2)' : one.name;
      const said = one === 'diagnoses' ? 'L84' : shownWords(one, content);
      if (said === '') continue;
      const first = (one !== 'diagnoses' && one.as === 'date' ? longDate(said) : said).split(/\s/)[0] ?? '';
      const at = read.indexOf(heading.split(' ')[0] ?? '', from);
      expect(at, `${heading} after ${from}`).toBeGreaterThan(from);
      from = read.indexOf(first, at);
      expect(from, `${heading}: ${first}`).toBeGreaterThan(at);
    }
    const prose = of.fields.filter((one) => one.as === 'prose').map((one) => plain(shownWords(one, content)).slice(0, 20));
    expect(prose.filter((words) => !plain(text).includes(words))).toEqual([]);
    expect(info).toMatch(new RegExp(`Title:\\s+${of.title}\\n`));
    expect(info).toMatch(/Tagged:\s+yes/);
    expect(metadata).toContain('pdfuaid:part');
    expect(plain(text).includes('Dette er en oppsummering, ikke en sykmelding.')).toBe(of.notice !== null);
    expect(text).not.toContain('UTKAST');
  });

  it('as a draft names what must be there, once for each', async () => {
    const { sender, patient, date } = letterOfKind(kind);
    const content = of.schema.parse({ sender, patient, date });
    const { text } = readPdf(await renderLetter(of, content, null));
    const must = inPrintedOrder(of, content).filter((one) => (one === 'diagnoses' ? of.diagnoses.rule : one.rule) !== 'advised');
    expect(text).toContain('Utkast – ikke signert');
    expect(text.match(/^.*\bMangler$/gm)?.length).toBeGreaterThanOrEqual(Math.min(must.length, 3));
    expect(text).toContain('Mottaker mangler');
  });
});

test('what does not apply is not printed, though it stands in the content', async () => {
  const { text } = readPdf(
    await renderLetter(
      newestTemplate('imaging_referral'),
      letterOfKind('imaging_referral', { modality: 'ultrasound', implants: 'yes', pregnancy: 'yes' }),
      signature,
    ),
  );
  for (const gone of ['Hofteprotese', 'Graviditet', 'Siste menstruasjon', 'Kreatinin']) expect(text).not.toContain(gone);
  expect(text).toContain('Ultralyd');
});

test('a letter of two pages says on each whose it is', async () => {
  const { pages } = readPdf(await renderLetter(newestTemplate('referral'), letterOfKind('referral'), signature));
  expect(pages).toHaveLength(2);
  expect(plain(pages[1] ?? '')).toContain('Henvisning 23. november 2026 · Kari Prøve-Nordmann');
});
