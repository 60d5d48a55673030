/**
 * A letter as a PDF, of whatever kind. What it says comes from its template (db/rules/letter-kinds); this decides only how it looks. A
 * part that is empty is left out of a signed letter, and named in red in a draft when it must be there.
 */
import { inPrintedOrder, missingIn, shownWords } from '#db/rules/letter-template.ts';
import type { LetterContent, LetterTemplate } from '#db/rules/letter-template.ts';
import { createFlow, proseBlocks } from './flow.ts';
import type { Block, Flow } from './flow.ts';
import { decorate, drawHead } from './letterhead.ts';
import { capitalised, inNorway, instantOf, joined, longDate, nationalId, orgNumber } from './norwegian.ts';
import { mm, page, styles } from './page-style.ts';
import type { Style } from './page-style.ts';
import { openPaper } from './paper.ts';
import type { Paper } from './paper.ts';
import type { Line } from './text-lines.ts';

/** Frozen when the letter was signed. */
export interface LetterSignature {
  name: string;
  /** As printed: `kiropraktor`. */
  profession: string;
  hprNumber: string | null;
  /** ISO instant, UTC. */
  signedAt: string;
}

/**
 * @param signature null renders a draft: watermarked, and with what is missing named
 * @returns the bytes of the PDF; the same for the same input, on any machine. Text of any length and script is taken.
 * @throws RangeError when `signedAt` is not an instant
 */
export async function renderLetter(of: LetterTemplate, content: LetterContent, signature: LetterSignature | null): Promise<Uint8Array> {
  const draft = signature === null;
  const paper = openPaper({
    title: of.title,
    createdAt: signature === null ? draftTime(content.date) : instantOf(signature.signedAt),
    watermark: draft ? { text: 'UTKAST – ikke signert', style: styles.watermark } : null,
  });
  const missing = new Set(draft ? missingIn(of, content).must : []);
  const { sender, recipient, patient } = content;

  const start = drawHead(
    paper,
    sender,
    [recipient.name, recipient.practice, recipient.addressLine ?? '', joined([recipient.postalCode, recipient.city], ' ')].filter(
      (text) => text.trim() !== '',
    ),
    missing.has('recipient') ? 'Mottaker mangler' : null,
    [
      { label: 'Dato', lines: [content.date === null ? 'mangler' : longDate(content.date)] },
      {
        label: 'Avsender',
        lines: [joined([sender.name, sender.profession], ', '), sender.hprNumber === null ? '' : `HPR-nummer ${sender.hprNumber}`].filter(
          (text) => text.trim() !== '',
        ),
      },
    ].filter(({ lines }) => lines.length > 0),
  );

  paper.write(paper.root, 'H1', [paper.line(of.title, styles.title)], styles.title, {
    x: page.left,
    baseline: start,
    width: page.right - page.left,
  });
  if (draft) paper.writeRight(paper.root, 'P', 'Utkast – ikke signert', styles.warning, { right: page.right, baseline: start });

  const flow = createFlow(paper);
  flow.moveTo(start + mm(11));
  drawPatient(paper, flow, content, missing);

  const sections = sectionsOf(paper, of, content, missing);
  const signed = signatureLines(paper, content, signature);
  const keepWith = styles.body.leading + aboveSignature + extent(signed);
  sections.forEach((section, index) => {
    flow.section({ ...section, before: mm(2.9), ...(index === sections.length - 1 ? { keepWith } : {}) });
  });
  drawSignature(paper, flow, signed);

  const name = joined([patient.givenName, patient.familyName], ' ');
  const born = patient.birthDate === null ? '' : `født ${longDate(patient.birthDate)}`;
  return paper.finish(
    decorate(paper, {
      // A loose page must say whose it is: a long name may end in an ellipsis, the birth date stands on its own.
      running: joined([joined([of.title, content.date === null ? null : longDate(content.date)], ' '), name], ' · '),
      runningRight: born,
      foot: joined([sender.clinicName, sender.orgNumber === null ? null : `org.nr. ${orgNumber(sender.orgNumber)}`], ' · '),
    }),
  );
}

const aboveSignature = mm(6);
const reasons = { newborn: 'nyfødt', foreign: 'utenlandsk', not_stated: 'ikke oppgitt', protected: 'skjermet', unknown: 'ukjent' } as const;
const draftTime = (date: string | null): Date =>
  new Date(
    date !== null && /^\d{4}-\d{2}-\d{2}$/.test(date) && !Number.isNaN(Date.parse(date))
      ? `${date}T00:00:00.000Z`
      : '2000-01-01T00:00:00.000Z',
  );

function drawPatient(paper: Paper, flow: Flow, content: LetterContent, missing: ReadonlySet<string>): void {
  const { patient } = content;
  const at = (baseline: number) => ({ x: page.text, baseline, width: page.right - page.text });
  const width = page.right - page.text;
  const section = paper.element(paper.root, 'Sect');
  let y = flow.y();
  paper.ruleAt(y - mm(6), page.left);
  paper.write(section, 'H2', [paper.line('Pasient', styles.heading)], styles.heading, {
    x: page.left,
    baseline: y,
    width: page.headingWidth,
  });
  const name = joined([patient.givenName, patient.familyName], ' ');
  if (name !== '') y = paper.write(section, 'P', paper.lines(name, styles.name, width), styles.name, at(y));
  if (missing.has('patientName')) y = paper.write(section, 'P', [paper.line('Navn mangler', styles.warning)], styles.warning, at(y));
  const born = patient.birthDate === null ? null : `født ${longDate(patient.birthDate)}`;
  const number = patient.nationalId === null || patient.nationalId.trim() === '' ? null : nationalId(patient.nationalId);
  const without = patient.missingNationalIdReason === null ? null : `mangler fødselsnummer (${reasons[patient.missingNationalIdReason]})`;
  const lines = [
    number === null ? capitalised(joined([born, without], ' · ')) : joined([number, born], ' · '),
    joined([patient.addressLine, joined([patient.postalCode, patient.city], ' ')], ', '),
  ];
  for (const text of lines) if (text !== '') y = paper.write(section, 'P', paper.lines(text, styles.body, width), styles.body, at(y));
  if (missing.has('patientId')) y = paper.write(section, 'P', [paper.line('Fødselsnummer mangler', styles.warning)], styles.warning, at(y));
  section.end();
  y = Math.max(y, flow.y() + styles.body.leading);
  paper.ruleAt(y - mm(1.6), page.left);
  flow.moveTo(y + mm(1.6));
}

interface Section {
  heading: string;
  blocks: Block[];
}

function sectionsOf(paper: Paper, of: LetterTemplate, content: LetterContent, missing: ReadonlySet<string>): Section[] {
  const gap = (key: string): Block[] =>
    missing.has(key)
      ? [{ lines: [paper.line('Mangler', styles.warning)], style: styles.warning, label: null, x: page.text, before: 0 }]
      : [];
  const written = inPrintedOrder(of, content).map((one): Section => {
    if (one === 'diagnoses') return diagnosesSection(paper, content, gap('diagnoses'));
    const said = shownWords(one, content);
    const blocks = proseBlocks(
      paper,
      one.as === 'date' ? longDate(said) : said,
      one.strong?.(content) === true ? styles.strong : styles.body,
    );
    return { heading: one.name, blocks: blocks.length > 0 ? blocks : gap(one.key) };
  });
  const notice = of.notice === null ? [] : [{ heading: 'Merk', blocks: proseBlocks(paper, of.notice, styles.note) }];
  return [...written, ...notice].filter(({ blocks }) => blocks.length > 0);
}

function diagnosesSection(paper: Paper, content: LetterContent, gap: Block[]): Section {
  const width = page.right - page.text;
  const several = content.diagnoses.length > 1;
  const codeX = page.text + mm(14);
  const diagnoses = content.diagnoses.map(({ system, code, text, main }): Block => {
    const words = joined([text, system === 'icd-10' ? '(ICD-10)' : null, several && main ? '– hoveddiagnose' : null], ' ');
    return {
      lines: paper.lines(words, styles.body, width - mm(14)),
      style: styles.body,
      label: { text: code, style: styles.strongFigures },
      x: codeX,
      before: 0,
    };
  });
  const heading = content.diagnoses.some(({ system }) => system === 'icpc-2') ? 'Diagnose (ICPC-2)' : 'Diagnose';
  return { heading, blocks: diagnoses.length > 0 ? diagnoses : gap };
}

interface Signed {
  lines: readonly Line[];
  style: Style;
}

function signatureLines(paper: Paper, content: LetterContent, signature: LetterSignature | null): Signed[] {
  const { name, profession, hprNumber } = signature ?? content.sender;
  const time = signature === null ? null : inNorway(signature.signedAt);
  const texts: [string, Style][] = [
    time === null ? ['Ikke signert', styles.warning] : [`Signert elektronisk ${longDate(time.date)} kl. ${time.time}`, styles.signed],
    [name, styles.name],
    [joined([capitalised(profession), hprNumber === null || hprNumber === '' ? null : `HPR-nummer ${hprNumber}`], ' · '), styles.body],
    [content.sender.clinicName, styles.body],
  ];
  return texts
    .filter(([text]) => text.trim() !== '')
    .map(([text, style]) => ({ lines: paper.lines(text, style, page.right - page.text), style }));
}

/** From its first baseline to its last, at most. */
const extent = (signed: readonly Signed[]): number =>
  signed.reduce((sum, { lines, style }) => sum + lines.length * style.leading, 0) - (signed.at(-1)?.style.leading ?? 0);

function drawSignature(paper: Paper, flow: Flow, signed: readonly Signed[]): void {
  flow.moveTo(flow.y() + aboveSignature);
  let y = flow.room(extent(signed));
  const section = paper.element(paper.root, 'Sect');
  for (const { lines, style } of signed)
    y = paper.write(section, 'P', lines, style, { x: page.text, baseline: y, width: page.right - page.text });
  section.end();
}
