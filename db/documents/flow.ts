/**
 * Text that runs down the page and over to the next: a heading hangs beside its text, never alone at the foot; a
 * paragraph leaves at least two lines behind and takes at least two along; what must stay together does.
 */
import { page, styles } from './page-style.ts';
import type { Style } from './page-style.ts';
import type { Element, Paper } from './paper.ts';
import type { Line } from './text-lines.ts';

export interface Block {
  lines: readonly Line[];
  style: Style;
  /** Drawn before the first line, in the space `x` leaves free: a code before its text. */
  label: { text: string; style: Style } | null;
  x: number;
  /** Space above, unless the block begins a page. */
  before: number;
}
export interface Flow {
  /** Where the next baseline goes. */
  y(): number;
  moveTo(baseline: number): void;
  /** A heading with its blocks; `keepWith` is the height of what must not stand on the next page without two lines of this. */
  section(options: { heading: string; blocks: readonly Block[]; before: number; keepWith?: number }): void;
  /** Breaks to a new page unless this height is left; returns the baseline. */
  room(height: number): number;
}

export function createFlow(paper: Paper): Flow {
  let y: number = page.top;
  const breakPage = (): void => {
    paper.newPage();
    y = page.top;
  };
  const fits = (lines: number, style: Style, extra = 0): boolean => y + (lines - 1) * style.leading + extra <= page.bottom;

  const drawBlock = (parent: Element, block: Block, keepWith: number, onBreak: () => void): void => {
    const { style } = block;
    const width = page.right - block.x;
    const target = block.label === null ? paper.element(parent, 'P', block.lines) : paper.element(parent, 'LI');
    let left = [...block.lines];
    while (left.length > 0) {
      const count = linesHere(left.length, style, keepWith);
      if (count === 0) {
        breakPage();
        onBreak();
        continue;
      }
      const part = left.slice(0, count);
      left = left.slice(count);
      if (block.label === null) y = paper.draw(target, part, style, { x: block.x, baseline: y, width });
      else {
        if (part[0] === block.lines[0]) {
          paper.write(target, 'Lbl', [paper.line(block.label.text, block.label.style)], block.label.style, {
            x: page.text,
            baseline: y,
            width: block.x - page.text,
          });
        }
        y = paper.write(target, 'LBody', part, style, { x: block.x, baseline: y, width });
      }
      if (left.length > 0) {
        breakPage();
        onBreak();
      }
    }
    target.end();
  };

  /** How many of `count` lines to set on this page; 0: begin on the next one. */
  const linesHere = (count: number, style: Style, keepWith: number): number => {
    const capacity = Math.floor((page.bottom - y) / style.leading) + 1;
    const atTop = y <= page.top;
    if (count <= capacity) {
      // All of it fits, but what must follow does not: take two lines along to it.
      if (keepWith === 0 || fits(count, style, keepWith) || atTop) return count;
      return count >= 4 ? count - 2 : 0;
    }
    const here = count - capacity === 1 ? capacity - 1 : capacity;
    if (here < 2) return atTop ? Math.max(1, capacity) : 0;
    return here;
  };

  return {
    y: () => y,
    moveTo: (baseline) => {
      y = baseline;
    },
    room: (height) => {
      if (y + height > page.bottom) breakPage();
      return y;
    },
    section: ({ heading, blocks, before, keepWith = 0 }) => {
      if (y > page.top) y += before;
      const headingLines = paper.lines(heading, styles.heading, page.headingWidth);
      const first = blocks[0];
      const only = blocks.length === 1 ? keepWith : 0;
      const headingFits = y + (headingLines.length - 1) * styles.heading.leading <= page.bottom;
      if (first !== undefined && y > page.top && (!headingFits || linesHere(first.lines.length, first.style, only) === 0)) breakPage();
      const section = paper.element(paper.root, 'Sect');
      const headingEnd = paper.write(section, 'H2', headingLines, styles.heading, { x: page.left, baseline: y, width: page.headingWidth });
      const again = (): void =>
        paper.artifact(() => paper.plain(`${heading} (forts.)`, styles.headingAgain, { x: page.left, baseline: y }));
      const pages = paper.pageCount();
      const list = blocks.some((block) => block.label !== null) ? paper.element(section, 'L') : section;
      blocks.forEach((block, index) => {
        if (index > 0 && y > page.top) y += block.before;
        drawBlock(list, block, index === blocks.length - 1 ? keepWith : 0, again);
      });
      if (list !== section) list.end();
      section.end();
      if (paper.pageCount() === pages) y = Math.max(y, headingEnd);
    },
  };
}

/** Text as typed: one block per line of it, an empty line as space above. */
export function proseBlocks(paper: Paper, text: string, style: Style = styles.body): Block[] {
  const blocks: Block[] = [];
  let before = 0;
  for (const paragraph of text.split(/\r\n|\r|\n|\u2028|\u2029/)) {
    if (paragraph.trim() === '') {
      if (blocks.length > 0) before = styles.body.leading / 2;
      continue;
    }
    blocks.push({
      lines: paper.lines(paragraph, style, page.right - page.text),
      style,
      label: null,
      x: page.text,
      before,
    });
    before = 0;
  }
  return blocks;
}
