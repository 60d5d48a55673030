import type { Font } from 'fontkit';
import type { Style } from './page-style.ts';
import type { Line, Typesetter } from './text-lines.ts';
declare global {
  namespace PDFKit.Mixins {
    interface PDFFont {
      /** Since pdfkit 0.20, not yet in its types. */
      registerFont(name: string, font: Font): this;
    }
    interface StructureElementOptions {
      /** Of a header cell; since pdfkit 0.19, not yet in its types. */
      scope?: 'Column' | 'Row';
    }
  }
}
export type Element = PDFKit.PDFStructureElement;
type Tag = 'Document' | 'Sect' | 'H1' | 'H2' | 'P' | 'L' | 'LI' | 'Lbl' | 'LBody' | 'Table' | 'TR' | 'TH' | 'TD';
export interface Paper extends Typesetter {
  readonly root: Element;
  /** An element of the reading order beneath `parent`; give it the lines it will hold. */
  element(parent: Element, tag: Tag, lines?: readonly Line[], options?: PDFKit.Mixins.StructureElementOptions): Element;
  /** A whole element of text: lines drawn from `baseline` down. Returns the baseline after the last line. */
  write(
    parent: Element,
    tag: Tag,
    lines: readonly Line[],
    style: Style,
    at: {
      x: number;
      baseline: number;
      width: number;
    },
  ): number;
  /** More lines of an element that has begun, on the page that is open now. */
  draw(
    element: Element,
    lines: readonly Line[],
    style: Style,
    at: {
      x: number;
      baseline: number;
      width: number;
    },
  ): number;
  /** One line ending at `right`. */
  writeRight(
    parent: Element,
    tag: Tag,
    text: string,
    style: Style,
    at: {
      right: number;
      baseline: number;
    },
  ): void;
  /** Not content: rules, page numbers, running heads. */
  artifact(draw: () => void): void;
  /** One line; what is wider than `width` ends in an ellipsis, so only for what stands in full elsewhere. */
  plain(
    text: string,
    style: Style,
    at: {
      x: number;
      baseline: number;
      width?: number;
    },
  ): void;
  plainRight(
    text: string,
    style: Style,
    at: {
      right: number;
      baseline: number;
    },
  ): void;
  ruleAt(y: number, from?: number): void;
  newPage(): void;
  pageCount(): number;
  finish(decorate: (page: { number: number; of: number }) => void): Promise<Uint8Array>;
}
/**
 * @param options.title the document's kind only (`Epikrise`): metadata is read by more programs than the letter is
 * @param options.createdAt instant; decides the file id too
 * @param options.watermark drawn under every page
 */
export declare function openPaper(options: {
  title: string;
  createdAt: Date;
  watermark: {
    text: string;
    style: Style;
  } | null;
}): Paper;
export {};
