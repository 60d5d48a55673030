/**
 * A patient's account over a period, as a PDF: every payment that was registered, what of it Helfo carried, and what is not paid yet. A list of what
 * receipts said, no receipt itself (bokføringsforskriften § 5-1-1 asks those of the receipt). No diagnosis stands on it. All money is whole øre.
 */
import { billTotals } from '#db/rules/money.ts';
import type { ClinicHead } from './letterhead.ts';
import { decorate, drawHead } from './letterhead.ts';
import { inNorway, instantOf, joined, kroner, longDate, orgNumber } from './norwegian.ts';
import { mm, page, styles } from './page-style.ts';
import type { Style } from './page-style.ts';
import { openPaper } from './paper.ts';
import type { Element, Paper } from './paper.ts';
import type { ReceiptContent } from './render-receipt.ts';

export interface StatementLine extends Pick<ReceiptContent, 'receiptNumber' | 'paidAt' | 'lines' | 'method' | 'amountOre' | 'voided'> {
  /** The visit: each of its payments carries all of its lines, which cost once. */
  encounterId: string;
}
export interface StatementContent {
  seller: ClinicHead;
  patientName: string;
  /** Lines under the name; empty ones are left out. */
  address: readonly string[];
  /** Days, `YYYY-MM-DD`, both within. */
  from: string;
  to: string;
  /** ISO instant, UTC. */
  madeAt: string;
  /** Oldest first. */
  payments: readonly StatementLine[];
}

const METHODS = { card: 'Kort', cash: 'Kontant', vipps: 'Vipps', invoice_later: 'Faktura', prepaid: 'Klippekort' } as const;
const COLUMNS = { date: page.left, number: page.left + mm(22), what: page.left + mm(52), how: page.left + mm(99) } as const;
const WHAT_WIDTH = mm(44);
const EDGES = { sum: page.left + mm(127), refund: page.left + mm(146), share: page.right } as const;
const cellStyle = { ...styles.note, colour: styles.body.colour, tabular: true } satisfies Style;

/** Totals of a statement; what was voided counts for nothing. */
export function statementTotals(payments: readonly StatementLine[]): {
  paidOre: number;
  unpaidOre: number;
  prepaidOre: number;
  refundOre: number;
} {
  const standing = payments.filter(({ voided }) => !voided);
  const sum = (some: readonly StatementLine[]): number => some.reduce((total, { amountOre }) => total + amountOre, 0);
  return {
    paidOre: sum(standing.filter(({ method }) => method !== 'invoice_later' && method !== 'prepaid')),
    unpaidOre: sum(standing.filter(({ method }) => method === 'invoice_later')),
    // Paid when the card was bought, and not a second time.
    prepaidOre: sum(standing.filter(({ method }) => method === 'prepaid')),
    refundOre: standing.filter(isFirstOfVisit).reduce((total, { lines }) => total + billTotals(lines).refundOre, 0),
  };
}

/** Whether this is the payment that says what its visit cost; the others only pay of it. */
const isFirstOfVisit = (one: StatementLine, index: number, all: readonly StatementLine[]): boolean =>
  all.findIndex(({ encounterId }) => encounterId === one.encounterId) === index;

/**
 * @returns the bytes of the PDF; the same for the same input, on any machine
 * @throws RangeError when an instant is none
 */
export async function renderStatement(content: StatementContent): Promise<Uint8Array> {
  const { seller, from, to } = content;
  const title = 'Kontoutskrift';
  const paper = openPaper({ title, createdAt: instantOf(content.madeAt), watermark: null });
  const made = longDate(inNorway(content.madeAt).date);
  const recipient = [content.patientName, ...content.address.filter((line) => line.trim() !== '')];
  const start = drawHead(paper, seller, recipient, null, [
    { label: 'Periode', lines: [`${longDate(from)} –`, longDate(to)] },
    { label: 'Laget', lines: [made] },
  ]);
  const width = page.right - page.left;
  paper.write(paper.root, 'H1', [paper.line(title, styles.title)], styles.title, { x: page.left, baseline: start, width });
  let y = drawTable(paper, content, start + mm(12)) + mm(8);
  for (const text of [
    'Kontoutskriften viser registrerte betalinger i perioden. Den er ikke en kvittering.',
    'Merverdiavgift, der det er noen, står på hver kvittering.',
  ])
    y = paper.write(paper.root, 'P', [paper.line(text, styles.note)], styles.note, { x: page.left, baseline: y, width });
  return paper.finish(
    decorate(paper, {
      running: `${title} · ${content.patientName}`,
      runningRight: made,
      foot: joined([seller.clinicName, seller.orgNumber === null ? null : `org.nr. ${orgNumber(seller.orgNumber)}`], ' · '),
    }),
  );
}

/** A payment stays whole; the heads come again on each page, for the eye only. */
function drawTable(paper: Paper, { payments }: StatementContent, from: number): number {
  const table = paper.element(paper.root, 'Table');
  let y = from;
  const cell = (tr: Element, tag: 'TH' | 'TD', text: string, style: Style, x: number, scope?: 'Column' | 'Row'): void => {
    const line = paper.line(text, style);
    const one = paper.element(tr, tag, [], scope === undefined ? {} : { scope });
    paper.draw(one, [line], style, { x, baseline: y, width: line.width });
    one.end();
  };
  const right = (tr: Element, tag: 'TH' | 'TD', text: string, style: Style, edge: number, scope?: 'Column'): void =>
    cell(tr, tag, text, style, edge - paper.line(text, style).width, scope);
  const heads = paper.element(table, 'TR');
  for (const [text, x] of [
    ['Dato', COLUMNS.date],
    ['Nummer', COLUMNS.number],
    ['Behandling', COLUMNS.what],
    ['Betalt med', COLUMNS.how],
  ] as const)
    cell(heads, 'TH', text, styles.label, x, 'Column');
  for (const [text, edge] of [
    ['Sum', EDGES.sum],
    ['Helfo', EDGES.refund],
    ['Din del', EDGES.share],
  ] as const)
    right(heads, 'TH', text, styles.label, edge, 'Column');
  heads.end();
  paper.ruleAt(y + 4);
  y += 17;
  const standing = payments.filter(({ voided }) => !voided);
  for (const one of payments) {
    const costs = one.voided || isFirstOfVisit(one, standing.indexOf(one), standing);
    const what = paper.lines(
      joined([one.lines.map(({ label }) => label).join(', '), one.voided ? 'annullert' : null], ' – '),
      cellStyle,
      WHAT_WIDTH,
    );
    const number = paper.lines(one.receiptNumber, cellStyle, mm(28));
    const height = Math.max(what.length, number.length) * cellStyle.leading;
    if (y + height > page.bottom) {
      paper.newPage();
      y = page.top;
    }
    const { totalOre, refundOre } = billTotals(one.lines);
    const tr = paper.element(table, 'TR');
    cell(tr, 'TD', inNorway(one.paidAt).date.split('-').toReversed().join('.'), cellStyle, COLUMNS.date);
    for (const [lines, x, width] of [
      [number, COLUMNS.number, mm(28)],
      [what, COLUMNS.what, WHAT_WIDTH],
    ] as const)
      paper.write(tr, 'TD', lines, cellStyle, { x, baseline: y, width });
    cell(tr, 'TD', METHODS[one.method], cellStyle, COLUMNS.how);
    right(tr, 'TD', !costs ? '–' : totalOre === null ? 'ikke fastsatt' : kroner(totalOre), cellStyle, EDGES.sum);
    right(tr, 'TD', !costs || refundOre === 0 ? '–' : kroner(-refundOre), cellStyle, EDGES.refund);
    right(tr, 'TD', one.voided ? '0,00' : kroner(one.amountOre), cellStyle, EDGES.share);
    tr.end();
    y += height + 3;
  }
  const { paidOre, unpaidOre, prepaidOre, refundOre } = statementTotals(payments);
  const totals = [
    { label: 'Refusjon fra Helfo', ore: -refundOre, shown: refundOre !== 0 },
    { label: 'Dekket av klippekort', ore: prepaidOre, shown: prepaidOre !== 0 },
    { label: 'Ikke betalt: faktura sendes senere', ore: unpaidOre, shown: unpaidOre !== 0 },
    { label: 'Betalt i perioden, kroner', ore: paidOre, shown: true },
  ].filter(({ shown }) => shown);
  if (y + totals.length * 19 > page.bottom) {
    paper.newPage();
    y = page.top;
  }
  if (payments.length === 0) {
    const tr = paper.element(table, 'TR');
    cell(tr, 'TD', 'Ingen betalinger er registrert i perioden.', styles.body, page.left);
    tr.end();
    y += styles.body.leading + 3;
  }
  paper.ruleAt(y - 9);
  y += 7;
  for (const { label, ore } of totals) {
    const style = label.startsWith('Betalt') ? styles.strongFigures : styles.figures;
    const tr = paper.element(table, 'TR');
    cell(tr, 'TH', label, style, page.left, 'Row');
    right(tr, 'TD', kroner(ore), style, EDGES.share);
    tr.end();
    y += style.leading + 4;
  }
  table.end();
  return y;
}
