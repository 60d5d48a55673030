/** Draws a PDF's pages by pdf.js in a worker of our own bundle: no plug-in, no eval, nothing fetched from outside. */
import workerUrl from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url';

/** Loaded with the first document: it is large, and the day begins without it. The legacy build runs in older Chromium too. */
async function loadPdfjs() {
  const pdfjs = await import('pdfjs-dist/legacy/build/pdf.mjs');
  pdfjs.GlobalWorkerOptions.workerSrc = workerUrl;
  return pdfjs;
}

type Intent = 'display' | 'print';

export interface OpenPdf {
  pages: number;
  /** @param number from 1 */
  draw(number: number, scaleFor: (pageWidth: number) => number, intent?: Intent): Promise<HTMLCanvasElement>;
  close(): Promise<void>;
}

/** @param data is handed to the worker, and empty afterwards. @throws when it is no PDF that can be read */
export async function openPdf(data: Uint8Array): Promise<OpenPdf> {
  const pdfjs = await loadPdfjs();
  const loading = pdfjs.getDocument({ data, isEvalSupported: false, disableFontFace: false, useSystemFonts: false });
  const pdf = await loading.promise.catch(async (error: unknown) => {
    await loading.destroy();
    throw error;
  });
  return {
    pages: pdf.numPages,
    async draw(number, scaleFor, intent = 'display') {
      const page = await pdf.getPage(number);
      const viewport = page.getViewport({ scale: scaleFor(page.getViewport({ scale: 1 }).width) });
      const canvas = document.createElement('canvas');
      canvas.width = viewport.width;
      canvas.height = viewport.height;
      await page.render({ canvas, viewport, intent }).promise;
      return canvas;
    },
    close: () => loading.destroy(),
  };
}

/**
 * One canvas per page.
 * @param base64 the document
 * @param scaleFor device pixels per PDF point (1/72 inch), by the page's width in points
 */
export async function drawPages(
  base64: string,
  scaleFor: (pageWidth: number) => number,
  intent: Intent = 'display',
): Promise<HTMLCanvasElement[]> {
  const pdf = await openPdf(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
  try {
    const pages: HTMLCanvasElement[] = [];
    for (let number = 1; number <= pdf.pages; number += 1) pages.push(await pdf.draw(number, scaleFor, intent));
    return pages;
  } finally {
    await pdf.close();
  }
}
