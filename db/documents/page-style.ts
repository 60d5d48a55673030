/**
 * Measures of every printed page, in PostScript points unless it says millimetres.
 *
 * The recipient stands where the windows of E6/5, C6/5, C5 and EC4 envelopes overlap: their windows begin 15 mm from
 * the left and 39–44 mm from the top, the shortest ends at 70 mm, the tallest at 82 mm (measures of Norwegian left-window
 * envelopes: officeconsult.no, «plassering av mottakerfelt i vinduskonvolutter»). So: the recipient at 25 mm, first line
 * at 46 mm, five lines to 69 mm; and nothing about the patient above 88 mm, where a window could show it.
 */
export const mm = (value: number): number => (value * 72) / 25.4;

export const page = {
  width: 595.28,
  height: 841.89,
  left: mm(25),
  right: mm(190),
  /** Headings hang in the left column; text of some 68 characters a line stands in the right one. */
  text: mm(62),
  headingWidth: mm(34),
  /** First baseline of a page that continues. */
  top: mm(31),
  /** No line of text below this. */
  bottom: mm(276),
  runningHead: mm(17),
  foot: mm(287),
} as const;

export const window = { left: mm(25), firstBaseline: mm(49), width: mm(83) } as const;
/** Right of the widest window (120 mm). */
export const aside = { left: mm(128), firstBaseline: mm(49), width: mm(62) } as const;
export const bodyStart = mm(96);

export interface Style {
  face: 'regular' | 'strong';
  size: number;
  /** Distance from baseline to baseline. */
  leading: number;
  colour: string;
  /** Figures of equal width, for codes and money. */
  tabular?: boolean;
}

const ink = '#14181a';
const grey = '#566066';
/** Danger, for what must be resolved; only a draft shows it. */
const red = '#a61b1b';

export const styles = {
  body: { face: 'regular', size: 10, leading: 14.5, colour: ink },
  strong: { face: 'strong', size: 10, leading: 14.5, colour: ink },
  figures: { face: 'regular', size: 10, leading: 14.5, colour: ink, tabular: true },
  strongFigures: { face: 'strong', size: 10, leading: 14.5, colour: ink, tabular: true },
  heading: { face: 'strong', size: 9, leading: 13, colour: grey },
  headingAgain: { face: 'regular', size: 9, leading: 13, colour: grey },
  title: { face: 'strong', size: 20, leading: 24, colour: ink },
  name: { face: 'strong', size: 12, leading: 15, colour: ink },
  clinic: { face: 'strong', size: 12, leading: 15, colour: ink },
  clinicLong: { face: 'strong', size: 9, leading: 12, colour: ink },
  small: { face: 'regular', size: 8, leading: 11.5, colour: grey },
  address: { face: 'regular', size: 10, leading: mm(4.75), colour: ink },
  label: { face: 'regular', size: 8, leading: 11.5, colour: grey },
  note: { face: 'regular', size: 9, leading: 13, colour: grey },
  signed: { face: 'regular', size: 9, leading: 16, colour: grey },
  warning: { face: 'strong', size: 10, leading: 14.5, colour: red },
  watermark: { face: 'strong', size: 58, leading: 58, colour: '#eeeeee' },
} as const satisfies Record<string, Style>;

export const rule = { colour: '#c9cfd2', width: 0.5 } as const;
