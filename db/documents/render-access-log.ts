/** Who has looked at a patient's journal, as a PDF the patient reads (PJF § 14, pjl § 22). Plain words; nobody else's data. */
import type { ClinicHead } from './letterhead.ts';
import { decorate, drawHead } from './letterhead.ts';
import { inNorway, instantOf, longDate } from './norwegian.ts';
import { mm, page, styles } from './page-style.ts';
import { openPaper } from './paper.ts';
import type { Element, Paper } from './paper.ts';

export interface AccessRow {
  /** ISO instant, UTC. */
  at: string;
  who: string;
  role: string;
  what: string;
  why: string;
}
export interface AccessLogContent {
  head: ClinicHead;
  patientName: string;
  birthDate: string | null;
  /** ISO instant, UTC. */
  madeAt: string;
  madeBy: string;
  /** False: no server could be asked, and this is what one laptop knows. */
  whole: boolean;
  /** Oldest first. */
  rows: readonly AccessRow[];
}

/** Figures of equal width: times stand under each other. */
const cellStyle = { ...styles.note, colour: styles.body.colour, tabular: true };
const COLUMNS = [
  { title: 'Tid', x: page.left, width: mm(33) },
  { title: 'Hvem', x: page.left + mm(36), width: mm(47) },
  { title: 'Hva', x: page.left + mm(86), width: mm(43) },
  { title: 'Hvorfor', x: page.left + mm(132), width: mm(33) },
] as const;

/**
 * @returns the bytes of the PDF; the same for the same input, on any machine
 * @throws RangeError when an instant is none
 */
export async function renderAccessLog(content: AccessLogContent): Promise<Uint8Array> {
  const paper = openPaper({ title: 'Innsynslogg', createdAt: instantOf(content.madeAt), watermark: null });
  const made = inNorway(content.madeAt);
  const start = drawHead(paper, content.head, [content.patientName], null, [
    { label: 'Dato', lines: [longDate(made.date)] },
    { label: 'Laget av', lines: [content.madeBy] },
  ]);
  const width = page.right - page.left;
  paper.write(paper.root, 'H1', [paper.line('Hvem har sett i journalen din', styles.title)], styles.title, {
    x: page.left,
    baseline: start,
    width,
  });
  const told = content.whole
    ? `Alle oppslag som klinikken har registrert til og med ${longDate(made.date)} kl. ${made.time}.`
    : 'Bare oppslag fra én maskin: klinikkens server kunne ikke nås da listen ble laget.';
  const y = paper.write(paper.root, 'P', paper.lines(told, styles.note, width), styles.note, {
    x: page.left,
    baseline: start + mm(8),
    width,
  });
  drawTable(paper, content.rows, y + mm(4));
  return paper.finish(
    decorate(paper, {
      running: `Innsynslogg ${longDate(made.date)} · ${content.patientName}`,
      runningRight: content.birthDate === null ? '' : `født ${longDate(content.birthDate)}`,
      foot: content.head.clinicName,
    }),
  );
}

/** A row stays whole; the heads come again on each page, for the eye only. */
function drawTable(paper: Paper, rows: readonly AccessRow[], from: number): void {
  const table = paper.element(paper.root, 'Table');
  let y = from;
  const heads = paper.element(table, 'TR');
  for (const { title, x, width } of COLUMNS) {
    const cell = paper.element(heads, 'TH', [], { scope: 'Column' });
    paper.draw(cell, [paper.line(title, styles.label)], styles.label, { x, baseline: y, width });
    cell.end();
  }
  heads.end();
  paper.ruleAt(y + 4);
  y += 17;
  for (const row of rows) {
    const { date, time } = inNorway(row.at);
    const texts = [`${date.split('-').toReversed().join('.')} ${time}`, [row.who, row.role].filter(Boolean).join(', '), row.what, row.why];
    const cells = COLUMNS.map((column, index) => ({ ...column, lines: paper.lines(texts[index] ?? '', cellStyle, column.width) }));
    const height = Math.max(...cells.map(({ lines }) => lines.length)) * styles.note.leading;
    if (y + height > page.bottom) {
      paper.newPage();
      y = page.top;
    }
    const tr = paper.element(table, 'TR');
    for (const cell of cells) drawCell(paper, tr, cell, y);
    tr.end();
    y += height + 3;
  }
  table.end();
  if (rows.length === 0)
    paper.write(paper.root, 'P', [paper.line('Ingen oppslag er registrert.', styles.body)], styles.body, {
      x: page.left,
      baseline: y,
      width: page.right - page.left,
    });
}

function drawCell(
  paper: Paper,
  tr: Element,
  { x, width, lines }: { x: number; width: number; lines: Parameters<Paper['draw']>[1] },
  baseline: number,
): void {
  const cell = paper.element(tr, 'TD', lines);
  paper.draw(cell, lines, cellStyle, { x, baseline, width });
  cell.end();
}
