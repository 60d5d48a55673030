/**
 * The receipt as a PDF: what a buyer must get (seller, organisation number, date, number, service, price) and what a
 * patient asks for (Helfo's part, their own part). VAT: health services are exempt by merverdiavgiftsloven § 3-2, which
 * names chiropractors (norway.md §3). No diagnosis stands on it. All money is whole øre.
 */
import { billTotals, vatWithin } from '#db/rules/money.ts';
import type { ClinicHead } from './letterhead.ts';
import { decorate, drawHead } from './letterhead.ts';
import { inNorway, instantOf, joined, kroner, longDate, orgNumber } from './norwegian.ts';
import { mm, page, styles } from './page-style.ts';
import type { Style } from './page-style.ts';
import { openPaper } from './paper.ts';
import type { Element, Paper } from './paper.ts';

export interface ReceiptLine {
  label: string;
  quantity: number;
  /** Clinic price of one; null is printed as «ikke fastsatt» and leaves the total open. */
  amountOre: number | null;
  /** Helfo's part of one. */
  refundOre: number | null;
  /** Within the price; none: exempt. */
  vatPercent?: number | null | undefined;
}
export interface ReceiptContent {
  seller: ClinicHead;
  receiptNumber: string;
  /** ISO instant, UTC. */
  paidAt: string;
  patientName: string;
  /** Who treated, as printed; empty when unknown. */
  practitionerName: string;
  lines: readonly ReceiptLine[];
  method: 'card' | 'cash' | 'vipps' | 'invoice_later' | 'prepaid';
  /** What changed hands with this receipt. */
  amountOre: number;
  voided: boolean;
}

const methods = {
  card: 'Betalt med kort',
  cash: 'Betalt kontant',
  vipps: 'Betalt med Vipps',
  invoice_later: 'Faktura sendes senere',
  prepaid: 'Betalt med klippekort',
} as const;

/**
 * @returns the bytes of the PDF; the same for the same input, on any machine
 * @throws RangeError when `paidAt` is not an instant
 */
export async function renderReceipt(content: ReceiptContent): Promise<Uint8Array> {
  const { seller } = content;
  // What is not paid is not called a receipt.
  const title = content.method === 'invoice_later' ? 'Fakturagrunnlag' : 'Kvittering';
  const paper = openPaper({
    title,
    createdAt: instantOf(content.paidAt),
    watermark: content.voided ? { text: 'ANNULLERT', style: styles.watermark } : null,
  });
  const { date, time } = inNorway(content.paidAt);
  const start = drawHead(
    paper,
    seller,
    [content.patientName],
    null,
    [
      { label: 'Nummer', lines: [content.receiptNumber] },
      { label: 'Dato', lines: [`${longDate(date)} kl. ${time}`] },
      { label: 'Behandler', lines: [content.practitionerName] },
    ].filter(({ lines }) => lines.some((line) => line.trim() !== '')),
  );
  paper.write(paper.root, 'H1', [paper.line(title, styles.title)], styles.title, {
    x: page.left,
    baseline: start,
    width: page.right - page.left,
  });
  if (content.voided) paper.writeRight(paper.root, 'P', 'Annullert', styles.warning, { right: page.right, baseline: start });

  const bottom = drawTable(paper, content, start + mm(12));
  let y = bottom + mm(8);
  for (const text of [
    ...vatWords(content.lines),
    content.method === 'invoice_later' ? 'Ikke betalt. Dette er ikke en kvittering for betaling.' : '',
    content.voided ? 'Annullert: beløpet er ikke lenger registrert som betalt.' : '',
  ]) {
    if (text !== '')
      y = paper.write(paper.root, 'P', [paper.line(text, styles.note)], styles.note, {
        x: page.left,
        baseline: y,
        width: page.right - page.left,
      });
  }
  return paper.finish(
    decorate(paper, {
      running: `${title} ${content.receiptNumber}`,
      runningRight: longDate(date),
      foot: joined([seller.clinicName, seller.orgNumber === null ? null : `org.nr. ${orgNumber(seller.orgNumber)}`], ' · '),
    }),
  );
}

/** By rate; the exempt part is named for what it is. */
function vatWords(lines: readonly ReceiptLine[]): string[] {
  const rates = [...new Set(lines.map(({ vatPercent }) => vatPercent ?? 0))].toSorted((a, b) => a - b);
  const vatOf = (rate: number): number =>
    lines.reduce((sum, line) => sum + ((line.vatPercent ?? 0) === rate ? vatWithin((line.amountOre ?? 0) * line.quantity, rate) : 0), 0);
  return rates.map((rate) =>
    rate === 0 ? 'MVA 0 kr – unntatt etter merverdiavgiftsloven § 3-2.' : `Herav ${rate} % MVA: ${kroner(vatOf(rate))} kr.`,
  );
}

const columns = { label: page.left, labelWidth: mm(88), quantity: mm(127), price: mm(158), sum: page.right } as const;
const rowGap = 4;

/** Services, then the sums; long tables go on over pages, a row stays whole. Returns the next baseline. */
function drawTable(paper: Paper, content: ReceiptContent, from: number): number {
  const table = paper.element(paper.root, 'Table');
  let y = from;
  const row = (cells: (parent: Element, baseline: number) => number, height: number): void => {
    if (y + height > page.bottom) {
      paper.newPage();
      y = page.top;
    }
    const tr = paper.element(table, 'TR');
    y = cells(tr, y) + rowGap;
    tr.end();
  };
  const right = (parent: Element, text: string, style: Style, edge: number, baseline: number, tag: 'TH' | 'TD' = 'TD'): void => {
    const line = paper.line(text, style);
    const cell = paper.element(parent, tag, [], tag === 'TH' ? { scope: 'Column' } : {});
    paper.draw(cell, [line], style, { x: edge - line.width, baseline, width: line.width });
    cell.end();
  };
  row((tr, baseline) => {
    const cell = paper.element(tr, 'TH', [], { scope: 'Column' });
    paper.draw(cell, [paper.line('Behandling', styles.label)], styles.label, { x: columns.label, baseline, width: columns.labelWidth });
    cell.end();
    right(tr, 'Antall', styles.label, columns.quantity, baseline, 'TH');
    right(tr, 'Pris', styles.label, columns.price, baseline, 'TH');
    right(tr, 'Sum, kroner', styles.label, columns.sum, baseline, 'TH');
    return baseline + 5;
  }, 30);
  paper.ruleAt(y - rowGap);
  y += 11;
  for (const line of content.lines) {
    const label = paper.lines(line.label, styles.body, columns.labelWidth);
    row(
      (tr, baseline) => {
        const next = paper.write(tr, 'TD', label, styles.body, { x: columns.label, baseline, width: columns.labelWidth });
        right(tr, String(line.quantity), styles.figures, columns.quantity, baseline);
        right(tr, line.amountOre === null ? 'ikke fastsatt' : kroner(line.amountOre), styles.figures, columns.price, baseline);
        right(tr, line.amountOre === null ? '' : kroner(line.amountOre * line.quantity), styles.figures, columns.sum, baseline);
        return next;
      },
      (label.length - 1) * styles.body.leading,
    );
  }
  const totals = sums(content);
  if (y + totals.length * 19 > page.bottom) {
    paper.newPage();
    y = page.top;
  }
  paper.ruleAt(y - 9);
  y += 7;
  for (const { label, amount, strong } of totals) {
    row((tr, baseline) => {
      const style = strong ? styles.strongFigures : styles.figures;
      const cell = paper.element(tr, 'TH', [], { scope: 'Row' });
      paper.draw(cell, [paper.line(label, style)], style, { x: columns.label, baseline, width: columns.labelWidth });
      cell.end();
      right(tr, amount, style, columns.sum, baseline);
      return baseline + style.leading;
    }, 0);
  }
  table.end();
  return y;
}

function sums(content: ReceiptContent): { label: string; amount: string; strong: boolean }[] {
  const { totalOre, refundOre, patientShareOre } = billTotals(content.lines);
  return [
    { label: 'Sum', amount: totalOre === null ? 'ikke fastsatt' : kroner(totalOre), strong: false },
    ...(refundOre > 0 ? [{ label: 'Refusjon fra Helfo', amount: kroner(-refundOre), strong: false }] : []),
    { label: 'Pasientens andel', amount: patientShareOre === null ? 'ikke fastsatt' : kroner(patientShareOre), strong: false },
    { label: methods[content.method], amount: kroner(content.amountOre), strong: true },
  ];
}
