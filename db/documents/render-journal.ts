/**
 * A copy of a patient's journal as a PDF, for the patient (pbrl § 5-1) or another who may have it: what was signed, word for word, with who wrote
 * it, when it happened and when it was recorded (hpl § 40), its additions, and what is unsigned or entered in error, marked.
 */
import { createFlow, proseBlocks } from './flow.ts';
import type { Block, Flow } from './flow.ts';
import type { ClinicHead } from './letterhead.ts';
import { decorate, drawHead } from './letterhead.ts';
import { capitalised, inNorway, instantOf, joined, longDate, nationalId, orgNumber } from './norwegian.ts';
import { mm, page, styles } from './page-style.ts';
import { openPaper } from './paper.ts';
import type { Paper } from './paper.ts';

export interface JournalPart {
  heading: string;
  text: string;
}
export interface JournalNote {
  /** ISO instant, UTC; a day alone where no hour is known; null: nobody knows when. */
  visitAt: string | null;
  recordedAt: string;
  title: string;
  /** Who and when, as printed under the title; says so where nobody has signed. */
  signed: string;
  /** Why it does not count: unsigned, or entered in error with the reason. */
  mark: string | null;
  parts: readonly JournalPart[];
}
export interface JournalContent {
  clinic: ClinicHead;
  patient: {
    name: string;
    birthDate: string | null;
    nationalId: string | null;
    addressLine: string | null;
    postalCode: string | null;
    city: string | null;
    phone: string | null;
  };
  recipient: string;
  /** On what ground it is handed over. */
  basis: string;
  /** ISO instant, UTC. */
  madeAt: string;
  madeBy: string;
  /** What must be minded, what was agreed, who speaks for the patient. */
  facts: readonly JournalPart[];
  /** Oldest first. */
  notes: readonly JournalNote[];
  /** Signed letters as they read, oldest first. */
  letters: readonly JournalNote[];
  /** Absence, attachments, answers, what words mean: what there is, one line each. */
  lists: readonly JournalPart[];
}

/**
 * @returns the bytes of the PDF; the same for the same input, on any machine
 * @throws RangeError when `madeAt` is not an instant
 */
export async function renderJournal(content: JournalContent): Promise<Uint8Array> {
  const { clinic, patient } = content;
  const paper = openPaper({ title: 'Journal', createdAt: instantOf(content.madeAt), watermark: null });
  const made = inNorway(content.madeAt);
  const start = drawHead(paper, clinic, [content.recipient], null, [
    { label: 'Dato', lines: [longDate(made.date)] },
    { label: 'Utlevert av', lines: [content.madeBy] },
    { label: 'Grunnlag', lines: [content.basis] },
  ]);
  paper.write(paper.root, 'H1', [paper.line('Kopi av journal', styles.title)], styles.title, {
    x: page.left,
    baseline: start,
    width: page.right - page.left,
  });
  const flow = createFlow(paper);
  flow.moveTo(start + mm(11));
  const born = patient.birthDate === null ? null : `født ${longDate(patient.birthDate)}`;
  const number = patient.nationalId === null ? null : nationalId(patient.nationalId);
  const who = joined(
    [
      patient.name,
      joined([number, born], ' · '),
      joined([patient.addressLine, joined([patient.postalCode, patient.city], ' ')], ', '),
      patient.phone,
    ],
    '\n',
  );
  section(paper, flow, { heading: 'Pasient', text: who });
  for (const fact of content.facts) section(paper, flow, fact);
  for (const note of [...content.notes, ...content.letters]) drawNote(paper, flow, note);
  for (const list of content.lists) section(paper, flow, list);
  return paper.finish(
    decorate(paper, {
      running: joined([`Journal ${longDate(made.date)}`, patient.name], ' · '),
      runningRight: born ?? '',
      foot: joined([clinic.clinicName, clinic.orgNumber === null ? null : `org.nr. ${orgNumber(clinic.orgNumber)}`], ' · '),
    }),
  );
}

function section(paper: Paper, flow: Flow, { heading, text }: JournalPart): void {
  const blocks = proseBlocks(paper, text);
  if (blocks.length > 0) flow.section({ heading, blocks, before: mm(2.9) });
}

/** A line across, when it was and what it was, who stands for it; then its parts. */
function drawNote(paper: Paper, flow: Flow, note: JournalNote): void {
  const recorded = inNorway(note.recordedAt);
  if (flow.y() > page.top) flow.moveTo(flow.y() + mm(7));
  // Room for the title, who signed, and two lines of what was written.
  const top = flow.room(styles.name.leading + 4 * styles.body.leading);
  paper.ruleAt(top - mm(6));
  const width = page.right - page.left;
  const title = `${whenOf(note.visitAt)} – ${note.title}`;
  let y = paper.write(paper.root, 'H2', paper.lines(title, styles.name, width), styles.name, { x: page.left, baseline: top, width });
  const under = joined([note.signed, `Ført ${longDate(recorded.date)} kl. ${recorded.time}`], ' · ');
  y = paper.write(paper.root, 'P', paper.lines(under, styles.note, width), styles.note, { x: page.left, baseline: y, width });
  if (note.mark !== null)
    y = paper.write(paper.root, 'P', paper.lines(note.mark, styles.warning, width), styles.warning, { x: page.left, baseline: y, width });
  flow.moveTo(y + mm(2));
  if (note.parts.length === 0) {
    const empty: Block = { lines: [paper.line('Uten tekst.', styles.note)], style: styles.note, label: null, x: page.text, before: 0 };
    flow.section({ heading: 'Notat', blocks: [empty], before: 0 });
  }
  for (const part of note.parts) section(paper, flow, part);
}

function whenOf(visitAt: string | null): string {
  if (visitAt === null) return 'Uten kjent tidspunkt';
  if (/^\d{4}-\d{2}-\d{2}$/.test(visitAt)) return capitalised(longDate(visitAt));
  const { date, time } = inNorway(visitAt);
  return `${capitalised(longDate(date))} kl. ${time}`;
}
