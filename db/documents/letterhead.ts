/** The top of a letter's or a receipt's first page: the clinic small, the recipient in the window, what it is beside it. */
import { joined, orgNumber } from './norwegian.ts';
import { aside, bodyStart, mm, page, styles, window } from './page-style.ts';
import type { Paper } from './paper.ts';

export interface ClinicHead {
  clinicName: string;
  orgNumber: string | null;
  addressLine: string | null;
  postalCode: string | null;
  city: string | null;
  phone: string | null;
  /** Free lines of the clinic's own. */
  letterhead: string | null;
}

/** Lines beside the recipient; the first part is small and grey. */
export interface Aside {
  label: string;
  lines: readonly string[];
}

/** Draws the head of page one and returns the first baseline of what follows, 96 mm or lower. */
export function drawHead(
  paper: Paper,
  clinic: ClinicHead,
  recipient: readonly string[],
  missingRecipient: string | null,
  asides: readonly Aside[],
): number {
  const head = paper.element(paper.root, 'Sect');
  const headWidth = mm(98);
  const clinicStyle = clinic.clinicName.length > 80 ? styles.clinicLong : styles.clinic;
  let y = mm(19);
  if (clinic.clinicName.trim() !== '')
    y = paper.write(head, 'P', paper.lines(clinic.clinicName, clinicStyle, headWidth), clinicStyle, {
      x: page.left,
      baseline: y,
      width: headWidth,
    });
  const address = joined([clinic.addressLine, joined([clinic.postalCode, clinic.city], ' ')], ', ');
  const contact = joined(
    [
      clinic.phone === null || clinic.phone.trim() === '' ? null : `Telefon ${clinic.phone}`,
      clinic.orgNumber === null || clinic.orgNumber === '' ? null : `Org.nr. ${orgNumber(clinic.orgNumber)}`,
    ],
    ' · ',
  );
  for (const text of [address, contact]) {
    if (text !== '')
      y = paper.write(head, 'P', paper.lines(text, styles.small, headWidth), styles.small, { x: page.left, baseline: y, width: headWidth });
  }
  // The clinic's own lines stand at the right, where no window is, however many there are.
  let right = mm(19);
  for (const text of (clinic.letterhead ?? '').split('\n')) {
    if (text.trim() !== '')
      right = paper.write(head, 'P', paper.lines(text, styles.small, aside.width), styles.small, {
        x: aside.left,
        baseline: right,
        width: aside.width,
      });
  }
  head.end();

  y = Math.max(window.firstBaseline, y + mm(6));
  const to = paper.element(paper.root, 'Sect');
  for (const text of recipient) {
    y = paper.write(to, 'P', paper.lines(text, styles.address, window.width), styles.address, {
      x: window.left,
      baseline: y,
      width: window.width,
    });
  }
  if (missingRecipient !== null)
    y = paper.write(to, 'P', [paper.line(missingRecipient, styles.warning)], styles.warning, {
      x: window.left,
      baseline: y,
      width: window.width,
    });
  to.end();

  right = Math.max(aside.firstBaseline, right + mm(4));
  const beside = paper.element(paper.root, 'Sect');
  for (const { label, lines } of asides) {
    right = paper.write(beside, 'P', paper.lines(label, styles.label, aside.width), styles.label, {
      x: aside.left,
      baseline: right,
      width: aside.width,
    });
    for (const text of lines)
      right = paper.write(
        beside,
        'P',
        paper.lines(text, styles.note, aside.width),
        { ...styles.note, colour: styles.body.colour },
        { x: aside.left, baseline: right, width: aside.width },
      );
    right += mm(2);
  }
  beside.end();
  return Math.max(bodyStart, y + mm(8), right + mm(8));
}

/** Foot of every page and running head of the later ones; all of it artifact, the reader has heard it once. */
export function decorate(
  paper: Paper,
  options: { running: string; runningRight: string; foot: string },
): (at: { number: number; of: number }) => void {
  return ({ number, of }) =>
    paper.artifact(() => {
      paper.plain(options.foot, styles.small, { x: page.left, baseline: page.foot, width: mm(145) });
      paper.plainRight(`side ${number} av ${of}`, styles.small, { right: page.right, baseline: page.foot });
      if (number === 1) return;
      paper.plain(options.running, styles.small, { x: page.left, baseline: page.runningHead, width: mm(135) });
      paper.plainRight(options.runningRight, styles.small, { right: page.right, baseline: page.runningHead });
    });
}
