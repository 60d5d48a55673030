/**
 * A paragraph as lines, and a line as runs that one font can draw. pdfkit breaks lines but knows neither fallback fonts
 * nor right-to-left text, so this does: Unicode's bidirectional algorithm by bidi-js, a face per character, greedy lines.
 * No character is lost: what no font has is drawn as boxes, and where glyphs alone do not say what was typed the text
 * itself goes along as ActualText (paper.ts).
 */
import bidiFactory from 'bidi-js';
import { faceFor } from './fonts.ts';
import type { Face, Fonts } from './fonts.ts';
import type { Style } from './page-style.ts';

export interface Run {
  face: Face;
  text: string;
  width: number;
}
export interface Line {
  runs: Run[];
  width: number;
  /** The paragraph reads from the right, so the line stands against the right edge. */
  fromRight: boolean;
  /** What was typed, in the order in which it is read. */
  text: string;
  /** Why glyphs alone do not say that: some of it runs from the right, or some is not drawn as it was typed. */
  differs: 'order' | 'glyphs' | null;
}
export interface Typesetter {
  /** One paragraph (without line feeds) broken into lines of at most `width`; at least one line, perhaps empty. */
  lines(text: string, style: Style, width: number): Line[];
  /** The text as one line, however long. */
  line(text: string, style: Style): Line;
}

interface Cluster {
  start: number;
  end: number;
  text: string;
  face: Face;
  /** The glyphs say what was typed. */
  plain: boolean;
  space: boolean;
  width: number;
}

const bidi = bidiFactory();
const graphemes = new Intl.Segmenter('nb', { granularity: 'grapheme' });
const latin: readonly Face[] = ['regular', 'strong'];
const spaced: readonly Face[] = ['hebrew', 'arabic'];
const BOX = '\u25a1';
const rightToLeft = /[\u0590-\u08ff\u200f\u202b\u202e\u2067\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const rightToLeftLetter = /[\p{Script=Hebrew}\p{Script=Arabic}]/u;

export function createTypesetter(fonts: Fonts): Typesetter {
  const widths = new Map<string, number>();
  const measure = (face: Face, text: string, style: Style): number => {
    const key = `${face}${style.tabular === true ? '#' : ''}${text}`;
    const known = widths.get(key);
    if (known !== undefined) return known * style.size;
    const run = fonts[face].layout(text, style.tabular === true ? ['tnum'] : []);
    const width = run.advanceWidth / fonts[face].unitsPerEm;
    if (text.length < 40) widths.set(key, width);
    return width * style.size;
  };

  const clustersOf = (text: string, style: Style): Cluster[] => {
    const clusters: Cluster[] = [];
    for (const { segment, index } of graphemes.segment(text)) {
      const space = segment === ' ' || segment === '\t';
      const before = clusters.at(-1)?.face ?? style.face;
      // A space between two Hebrew or Arabic words stays in their face, so that the words stay one run.
      const spaceFace = spaced.includes(before) ? before : style.face;
      const drawn = space ? { face: spaceFace, text: segment === '\t' ? '    ' : ' ' } : faceFor(fonts, segment, style.face);
      if (drawn?.text === '') continue;
      const face = drawn?.face ?? style.face;
      const glyphs = drawn?.text ?? BOX;
      clusters.push({
        start: index,
        end: index + segment.length,
        text: glyphs,
        face,
        plain: space || (glyphs === segment && latin.includes(face)),
        space,
        width: measure(face, glyphs, style),
      });
    }
    return clusters;
  };

  const toLine = (clusters: readonly Cluster[], style: Style, text: string, levels: Uint8Array | null, fromRight: boolean): Line => {
    const runs = visualRuns(clusters, levels).map((run) => ({ ...run, width: measure(run.face, run.text, style) }));
    const turned = clusters.some((cluster) => (levels?.[cluster.start] ?? 0) > 0);
    const differs = turned ? 'order' : clusters.every((cluster) => cluster.plain) ? null : 'glyphs';
    return {
      runs,
      width: runs.reduce((sum, run) => sum + run.width, 0),
      fromRight,
      text: text.slice(clusters[0]?.start ?? text.length, clusters.at(-1)?.end),
      differs,
    };
  };

  const wrap = (raw: string, style: Style, limit: number): Line[] => {
    const text = raw.toWellFormed().normalize('NFC');
    const order = rightToLeft.test(text) ? bidi.getEmbeddingLevels(text) : null;
    const levels = order?.levels ?? null;
    const fromRight = (order?.paragraphs[0]?.level ?? 0) % 2 === 1;
    const lines = breakLines(clustersOf(text, style), limit, (word) => wordWidth(word, style));
    return lines.map((clusters) => toLine(clusters, style, text, levels, fromRight));
  };

  const wordWidth = (word: readonly Cluster[], style: Style): number => {
    let width = 0;
    for (let from = 0; from < word.length;) {
      let to = from + 1;
      while (to < word.length && word[to]?.face === word[from]?.face) to += 1;
      const part = word.slice(from, to);
      width += measure(part[0]?.face ?? style.face, part.map((cluster) => cluster.text).join(''), style);
      from = to;
    }
    return width;
  };

  return {
    lines: wrap,
    line: (text, style) =>
      wrap(text, style, Number.POSITIVE_INFINITY)[0] ?? { runs: [], width: 0, fromRight: false, text: '', differs: null },
  };
}

/** Greedy; a word longer than the line is cut between characters. Spaces at a break are not drawn. */
function breakLines(clusters: readonly Cluster[], limit: number, wordWidth: (word: readonly Cluster[]) => number): Cluster[][] {
  const lines: Cluster[][] = [];
  let line: Cluster[] = [];
  let used = 0;
  const end = (): void => {
    while (line.at(-1)?.space === true) line.pop();
    lines.push(line);
    line = [];
    used = 0;
  };
  for (let from = 0; from < clusters.length;) {
    const space = clusters[from]?.space === true;
    let to = from + 1;
    while (to < clusters.length && (clusters[to]?.space === true) === space) to += 1;
    const token = clusters.slice(from, to);
    from = to;
    if (space) {
      // The indent of a line typed with leading spaces stays; a space where a line was broken goes.
      if (line.length > 0 || lines.length === 0) {
        line.push(...token);
        used += token.reduce((sum, cluster) => sum + cluster.width, 0);
      }
      continue;
    }
    const width = token.length > 200 ? Number.POSITIVE_INFINITY : wordWidth(token);
    if (used + width <= limit) {
      line.push(...token);
      used += width;
      continue;
    }
    if (line.some((cluster) => !cluster.space)) end();
    if (width <= limit) {
      line.push(...token);
      used += width;
      continue;
    }
    for (const cluster of token) {
      if (line.length > 0 && used + cluster.width > limit) end();
      line.push(cluster);
      used += cluster.width;
    }
  }
  if (line.length > 0 || lines.length === 0) end();
  return lines;
}

interface LogicalRun {
  face: Face;
  text: string;
  level: number;
}

/** Runs of one face and level, in the order in which they stand on the paper (rule L2 of the algorithm). */
function visualRuns(clusters: readonly Cluster[], levels: Uint8Array | null): Omit<Run, 'width'>[] {
  const runs: LogicalRun[] = [];
  for (const cluster of clusters) {
    const level = levels?.[cluster.start] ?? 0;
    const last = runs.at(-1);
    if (last !== undefined && last.face === cluster.face && last.level === level) last.text += cluster.text;
    else runs.push({ face: cluster.face, text: cluster.text, level });
  }
  const highest = Math.max(0, ...runs.map((run) => run.level));
  for (let level = highest; level > 0; level -= 1) {
    for (let from = 0; from < runs.length; from += 1) {
      let to = from;
      while (to < runs.length && (runs[to]?.level ?? 0) >= level) to += 1;
      if (to > from) runs.splice(from, to - from, ...runs.slice(from, to).reverse());
      from = to;
    }
  }
  return runs.map(({ face, text, level }) => ({ face, text: level % 2 === 1 ? mirrored(text) : text }));
}

/** fontkit turns Hebrew and Arabic itself; signs and spaces between them it does not. */
function mirrored(text: string): string {
  if (rightToLeftLetter.test(text)) return text;
  return Array.from(text, (char) => bidi.getMirroredCharacter(char) ?? char)
    .reverse()
    .join('');
}
