/**
 * An invoice or a credit note as a PDF: number and date, seller with organisation number, buyer, what was done and when, price, Helfo's part, the
 * patient's, VAT, due date, account and KID (bokføringsforskriften §§ 5-1-1 to 5-1-8). Health services are exempt from VAT by merverdiavgiftsloven
 * § 3-2, which names chiropractors; alternative treatment with a price of its own is not. No diagnosis stands on it. All money is whole øre.
 */
import type { InvoiceContent, InvoiceLine } from '#db/model/money.ts';
import { shownAccount } from '#db/rules/kid.ts';
import { decorate, drawHead } from './letterhead.ts';
import { inNorway, instantOf, joined, kroner, longDate, orgNumber } from './norwegian.ts';
import { mm, page, styles } from './page-style.ts';
import type { Style } from './page-style.ts';
import { openPaper } from './paper.ts';
import type { Element, Paper } from './paper.ts';

export interface InvoiceDocument {
  kind: 'invoice' | 'credit_note';
  number: string;
  /** ISO instant, UTC. */
  issuedAt: string;
  dueOn: string | null;
  reason: string | null;
  content: InvoiceContent;
  totalOre: number;
  refundOre: number;
  shareOre: number;
  paidBeforeOre: number;
  vatOre: number;
}

/**
 * @returns the bytes of the PDF; the same for the same input, on any machine
 * @throws RangeError when `issuedAt` is not an instant
 */
export async function renderInvoice(invoice: InvoiceDocument): Promise<Uint8Array> {
  const { content, kind } = invoice;
  const { seller } = content;
  const title = kind === 'invoice' ? 'Faktura' : 'Kreditnota';
  const paper = openPaper({ title, createdAt: instantOf(invoice.issuedAt), watermark: null });
  const issued = longDate(inNorway(invoice.issuedAt).date);
  const due = invoice.dueOn === null ? '' : longDate(invoice.dueOn);
  const start = drawHead(
    paper,
    seller,
    content.recipient,
    null,
    [
      { label: kind === 'invoice' ? 'Fakturanummer' : 'Kreditnotanummer', lines: [invoice.number] },
      { label: kind === 'invoice' ? 'Fakturadato' : 'Dato', lines: [issued] },
      { label: 'Forfall', lines: [due] },
      { label: 'Gjelder faktura', lines: [content.creditsNumber ?? ''] },
      { label: 'Pasient', lines: [content.patientName] },
      { label: 'Behandler', lines: content.practitionerNames },
    ].filter(({ lines }) => lines.some((line) => line.trim() !== '')),
  );
  paper.write(paper.root, 'H1', [paper.line(title, styles.title)], styles.title, { x: page.left, baseline: start, width });
  let y = drawTable(paper, invoice, start + mm(12)) + mm(6);
  if (kind === 'invoice') y = drawPayment(paper, invoice, due, y) + mm(4);
  for (const text of notes(invoice)) {
    const lines = paper.lines(text, styles.note, width);
    if (y + lines.length * styles.note.leading > page.bottom) {
      paper.newPage();
      y = page.top;
    }
    y = paper.write(paper.root, 'P', lines, styles.note, { x: page.left, baseline: y, width });
  }
  return paper.finish(
    decorate(paper, {
      running: `${title} ${invoice.number}`,
      runningRight: issued,
      foot: joined([seller.clinicName, seller.orgNumber === null ? null : `org.nr. ${orgNumber(seller.orgNumber)}`], ' · '),
    }),
  );
}

const width = page.right - page.left;

function notes(invoice: InvoiceDocument): string[] {
  const { content, kind, reason } = invoice;
  const exempt = content.lines.some(({ vatPercent }) => vatPercent === null);
  const percents = [...new Set(content.lines.flatMap(({ vatPercent }) => vatPercent ?? []))].toSorted((a, b) => a - b);
  const vatOf = (percent: number): number => content.lines.reduce((sum, line) => sum + (line.vatPercent === percent ? line.vatOre : 0), 0);
  return [
    exempt ? 'MVA 0 kr – helsetjenester er unntatt etter merverdiavgiftsloven § 3-2.' : '',
    ...percents.map((percent) => `Herav ${percent} % MVA: ${kroner(vatOf(percent))} kr.`),
    kind === 'credit_note' && reason !== null ? `Grunn: ${reason}` : '',
    kind === 'credit_note' ? 'Beløpet trekkes fra det som skal betales, eller betales tilbake.' : '',
  ].filter((text) => text !== '');
}

/** What a person types into their bank. */
function drawPayment(paper: Paper, invoice: InvoiceDocument, due: string, from: number): number {
  const { accountNumber, kid } = invoice.content;
  const rows = [
    { label: 'Å betale', value: `${kroner(invoice.shareOre - invoice.paidBeforeOre)} kr` },
    { label: 'Forfall', value: due },
    { label: 'Kontonummer', value: accountNumber === null ? '' : shownAccount(accountNumber) },
    { label: 'KID', value: kid ?? '' },
    { label: 'Merk betalingen med', value: kid === null ? invoice.number : '' },
  ].filter(({ value }) => value !== '');
  let y = from;
  if (y + rows.length * 16 + 14 > page.bottom) {
    paper.newPage();
    y = page.top;
  }
  const part = paper.element(paper.root, 'Sect');
  paper.write(part, 'H2', [paper.line('Betaling', styles.heading)], styles.heading, { x: page.left, baseline: y, width });
  y += 16;
  for (const [at, { label, value }] of rows.entries()) {
    const style = at === 0 ? styles.strongFigures : styles.figures;
    const row = paper.element(part, 'P');
    paper.draw(row, [paper.line(label, styles.note)], styles.note, { x: page.left, baseline: y, width: mm(40) });
    paper.draw(row, [paper.line(value, style)], style, { x: page.left + mm(40), baseline: y, width: width - mm(40) });
    row.end();
    y += 16;
  }
  part.end();
  return y;
}

const columns = {
  day: page.left,
  label: mm(46),
  labelWidth: mm(56),
  quantity: mm(112),
  price: mm(136),
  refund: mm(162),
  share: page.right,
} as const;
const rowGap = 4;

/** Services by day, then the sums; long tables go on over pages, a row stays whole. Returns the next baseline. */
function drawTable(paper: Paper, invoice: InvoiceDocument, from: number): number {
  const credit = invoice.kind === 'credit_note';
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
  const cell = (
    parent: Element,
    text: string,
    style: Style,
    at: { left?: number; right?: number; baseline: number },
    tag: 'TH' | 'TD' = 'TD',
  ) => {
    const line = paper.line(text, style);
    const element = paper.element(parent, tag, [], tag === 'TH' ? { scope: 'Column' } : {});
    paper.draw(element, [line], style, { x: at.left ?? (at.right ?? 0) - line.width, baseline: at.baseline, width: line.width });
    element.end();
  };
  row((tr, baseline) => {
    cell(tr, 'Dato', styles.label, { left: columns.day, baseline }, 'TH');
    cell(tr, 'Behandling', styles.label, { left: columns.label, baseline }, 'TH');
    cell(tr, 'Antall', styles.label, { right: columns.quantity, baseline }, 'TH');
    if (!credit) {
      cell(tr, 'Pris', styles.label, { right: columns.price, baseline }, 'TH');
      cell(tr, 'Helfo dekker', styles.label, { right: columns.refund, baseline }, 'TH');
    }
    cell(tr, credit ? 'Kreditert, kroner' : 'Din andel, kroner', styles.label, { right: columns.share, baseline }, 'TH');
    return baseline + 5;
  }, 30);
  paper.ruleAt(y - rowGap);
  y += 11;
  let day = '';
  for (const line of invoice.content.lines) {
    const label = paper.lines(line.label + vatWord(line), styles.body, columns.labelWidth);
    const shownDay = line.day === day ? '' : dayOf(line.day);
    day = line.day;
    row(
      (tr, baseline) => {
        cell(tr, shownDay, styles.figures, { left: columns.day, baseline });
        const next = paper.write(tr, 'TD', label, styles.body, { x: columns.label, baseline, width: columns.labelWidth });
        cell(tr, String(line.quantity), styles.figures, { right: columns.quantity, baseline });
        if (!credit) {
          cell(tr, kroner(line.priceOre), styles.figures, { right: columns.price, baseline });
          cell(tr, line.refundOre === 0 ? '' : kroner(-line.refundOre), styles.figures, { right: columns.refund, baseline });
        }
        cell(tr, kroner(credit ? -line.shareOre : line.shareOre), styles.figures, { right: columns.share, baseline });
        return next;
      },
      (label.length - 1) * styles.body.leading,
    );
  }
  const totals = sums(invoice);
  if (y + totals.length * 19 > page.bottom) {
    paper.newPage();
    y = page.top;
  }
  paper.ruleAt(y - 9);
  y += 7;
  for (const { label, amount, strong } of totals) {
    row((tr, baseline) => {
      const style = strong ? styles.strongFigures : styles.figures;
      const head = paper.element(tr, 'TH', [], { scope: 'Row' });
      paper.draw(head, [paper.line(label, style)], style, { x: columns.label, baseline, width: mm(80) });
      head.end();
      cell(tr, amount, style, { right: columns.share, baseline });
      return baseline + style.leading;
    }, 0);
  }
  table.end();
  return y;
}

/** `2026-11-23` → `23.11.26`. */
const dayOf = (day: string): string => `${day.slice(8, 10)}.${day.slice(5, 7)}.${day.slice(2, 4)}`;
const vatWord = ({ vatPercent }: InvoiceLine): string => (vatPercent === null ? '' : ` (inkl. ${vatPercent} % MVA)`);

function sums(invoice: InvoiceDocument): { label: string; amount: string; strong: boolean }[] {
  if (invoice.kind === 'credit_note') return [{ label: 'Kreditert', amount: kroner(-invoice.shareOre), strong: true }];
  const { totalOre, refundOre, shareOre, paidBeforeOre } = invoice;
  const due = { label: 'Å betale', amount: kroner(shareOre - paidBeforeOre), strong: true };
  return [
    { label: 'Sum', amount: kroner(totalOre), strong: false },
    ...(refundOre > 0 ? [{ label: 'Refusjon fra Helfo', amount: kroner(-refundOre), strong: false }] : []),
    // The share is said by its name once: what is to pay is it, unless some of it was paid before.
    ...(paidBeforeOre === 0
      ? [{ ...due, label: refundOre > 0 ? 'Pasientens andel, å betale' : 'Å betale' }]
      : [
          { label: 'Pasientens andel', amount: kroner(shareOre), strong: false },
          { label: 'Betalt tidligere', amount: kroner(-paidBeforeOre), strong: false },
          due,
        ]),
  ];
}
