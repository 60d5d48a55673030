/** Draws a PDF's pages by pdf.js in a worker of our own bundle: no plug-in, no eval, nothing fetched from outside. */
import workerUrl from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url';

/** Loaded with the first document: it is large, and the day begins without it. The legacy build runs in older Chromium too. */
async function loadPdfjs() {
  const pdfjs = await import('pdfjs-dist/legacy/build/pdf.mjs');
  pdfjs.GlobalWorkerOptions.workerSrc = workerUrl;
  return pdfjs;
}

/**
 * One canvas per page.
 * @param base64 the document
 * @param scaleFor device pixels per PDF point (1/72 inch), by the page's width in points
 */
export async function drawPages(
  base64: string,
  scaleFor: (pageWidth: number) => number,
  intent: 'display' | 'print' = 'display',
): Promise<HTMLCanvasElement[]> {
  const pdfjs = await loadPdfjs();
  const data = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const loading = pdfjs.getDocument({ data, isEvalSupported: false, disableFontFace: false, useSystemFonts: false });
  try {
    const pdf = await loading.promise;
    const pages: HTMLCanvasElement[] = [];
    for (let number = 1; number <= pdf.numPages; number += 1) {
      const page = await pdf.getPage(number);
      const viewport = page.getViewport({ scale: scaleFor(page.getViewport({ scale: 1 }).width) });
      const canvas = document.createElement('canvas');
      canvas.width = viewport.width;
      canvas.height = viewport.height;
      await page.render({ canvas, viewport, intent }).promise;
      pages.push(canvas);
    }
    return pages;
  } finally {
    await loading.destroy();
  }
}
