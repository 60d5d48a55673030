/**
 * One PDF of the house: A4, tagged for screen readers, PDF/A-2a and PDF/UA-1, and deterministic: the same input gives the
 * same bytes in every process. What would vary is fixed: the creation time comes from the caller, pdfkit derives the file
 * id from it, fonts are opened anew, and streams are not deflated (zlib's output differs between processors).
 */
import PDFDocument from 'pdfkit';
import type { Font } from 'fontkit';
import { FACES, openFonts } from './fonts.ts';
import { page, rule as ruleStyle } from './page-style.ts';
import type { Style } from './page-style.ts';
import { createTypesetter } from './text-lines.ts';
import type { Line, Typesetter } from './text-lines.ts';

declare global {
  // oxlint-disable-next-line no-namespace
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
  write(parent: Element, tag: Tag, lines: readonly Line[], style: Style, at: { x: number; baseline: number; width: number }): number;
  /** More lines of an element that has begun, on the page that is open now. */
  draw(element: Element, lines: readonly Line[], style: Style, at: { x: number; baseline: number; width: number }): number;
  /** One line ending at `right`. */
  writeRight(parent: Element, tag: Tag, text: string, style: Style, at: { right: number; baseline: number }): void;
  /** Not content: rules, page numbers, running heads. */
  artifact(draw: () => void): void;
  /** One line; what is wider than `width` ends in an ellipsis, so only for what stands in full elsewhere. */
  plain(text: string, style: Style, at: { x: number; baseline: number; width?: number }): void;
  plainRight(text: string, style: Style, at: { right: number; baseline: number }): void;
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
export function openPaper(options: { title: string; createdAt: Date; watermark: { text: string; style: Style } | null }): Paper {
  const fonts = openFonts();
  const typesetter = createTypesetter(fonts);
  const doc = new PDFDocument({
    size: [page.width, page.height],
    margin: 0,
    autoFirstPage: false,
    bufferPages: true,
    compress: false,
    pdfVersion: '1.7',
    subset: 'PDF/A-2a',
    tagged: true,
    lang: 'nb-NO',
    displayTitle: true,
    // No default face: Helvetica is not embedded, and nothing here may use it.
    font: '',
    info: { Title: options.title, Producer: 'Ryggrad', Creator: 'Ryggrad', CreationDate: options.createdAt },
  });
  for (const face of FACES) doc.registerFont(face, fonts[face]);
  doc.appendXML(uaIdentification);

  const drawLine = (line: Line, style: Style, x: number, baseline: number): void => {
    let at = x;
    if (line.differs === 'glyphs') doc.markContent('Span', { actual: line.text });
    for (const run of line.runs) {
      doc.font(run.face).fontSize(style.size).fillColor(style.colour);
      doc.text(run.text, at, baseline, {
        lineBreak: false,
        baseline: 'alphabetic',
        features: style.tabular === true ? ['tnum'] : ['kern'],
      });
      at += run.width;
    }
    if (line.differs === 'glyphs') doc.endMarkedContent();
  };
  const drawLines = (lines: readonly Line[], style: Style, at: { x: number; baseline: number; width: number }): number => {
    lines.forEach((line, index) => {
      drawLine(line, style, line.fromRight ? at.x + at.width - line.width : at.x, at.baseline + index * style.leading);
    });
    return at.baseline + lines.length * style.leading;
  };
  const element: Paper['element'] = (parent, tag, lines = [], settings = {}) => {
    // Text programs turn right-to-left glyphs themselves and would turn ActualText too, so there it goes on the element,
    // where screen readers look; boxes and emoji carry it beside the glyphs, where copying looks.
    const child = doc.struct(
      tag,
      lines.some((line) => line.differs === 'order') ? { ...settings, actual: lines.map((line) => line.text).join(' ') } : settings,
    );
    parent.add(child);
    return child;
  };
  const draw: Paper['draw'] = (target, lines, style, at) => {
    target.add(() => drawLines(lines, style, at));
    return at.baseline + lines.length * style.leading;
  };
  const artifact = (paint: () => void): void => {
    doc.markContent('Artifact');
    paint();
    doc.endMarkedContent();
  };
  const newPage = (): void => {
    doc.addPage();
    const { watermark } = options;
    if (watermark !== null) artifact(() => drawWatermark(watermark));
  };
  const drawWatermark = (watermark: { text: string; style: Style }): void => {
    const line = typesetter.line(watermark.text, watermark.style);
    // 45° around the middle of the page; written out, so that no processor's sine decides a byte.
    const slope = 0.70710678;
    doc.save().transform(slope, -slope, slope, slope, page.width / 2, page.height / 2);
    drawLine(line, watermark.style, -line.width / 2, watermark.style.size / 3);
    doc.restore();
  };
  const plain: Paper['plain'] = (text, style, at) => {
    let line = typesetter.line(text, style);
    if (at.width !== undefined && line.width > at.width) {
      const shorter = Array.from(text);
      while (line.width > at.width) line = typesetter.line(`${shorter.splice(-2, 2) && shorter.join('').trimEnd()}…`, style);
    }
    drawLine(line, style, at.x, at.baseline);
  };

  const root = doc.struct('Document');
  doc.addStructure(root);
  newPage();

  return {
    ...typesetter,
    root,
    element,
    draw,
    artifact,
    plain,
    newPage,
    write: (parent, tag, lines, style, at) => {
      const child = element(parent, tag, lines);
      const next = draw(child, lines, style, at);
      child.end();
      return next;
    },
    writeRight: (parent, tag, text, style, at) => {
      const line = typesetter.line(text, style);
      const child = element(parent, tag, [line]);
      draw(child, [line], style, { x: at.right - line.width, baseline: at.baseline, width: line.width });
      child.end();
    },
    plainRight: (text, style, at) => plain(text, style, { x: at.right - typesetter.line(text, style).width, baseline: at.baseline }),
    ruleAt: (y, from = page.left) =>
      artifact(() => {
        doc.moveTo(from, y).lineTo(page.right, y).lineWidth(ruleStyle.width).strokeColor(ruleStyle.colour).stroke();
      }),
    pageCount: () => doc.bufferedPageRange().count,
    finish: async (decorate) => {
      root.end();
      const of = doc.bufferedPageRange().count;
      for (let index = 0; index < of; index += 1) {
        doc.switchToPage(index);
        decorate({ number: index + 1, of });
      }
      doc.end();
      const chunks: Uint8Array[] = [];
      for await (const chunk of doc) if (chunk instanceof Uint8Array) chunks.push(chunk);
      return new Uint8Array(Buffer.concat(chunks));
    },
  };
}

/** PDF/UA-1 beside PDF/A: pdfkit writes one of them; PDF/A wants the foreign schema described. */
const uaIdentification = `
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema><pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>Indicates, which part of ISO 14289 standard is followed</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>`;
