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
export declare function createTypesetter(fonts: Fonts): Typesetter;
