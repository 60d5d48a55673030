/**
 * Prints a PDF from memory: its pages as 300 dpi pictures, the window hidden behind them. Chromium's own PDF viewer would
 * need a frame and a plug-in, and both are closed in our window; a file on disk would outlive the printing.
 */
import { drawPages } from './pdf-pages.ts';

const DOTS_PER_POINT = 300 / 72;

/** Opens the system's print dialog; resolves when it has closed. @throws when the document cannot be drawn */
export async function printPdf(base64: string): Promise<void> {
  const paper = document.createElement('div');
  paper.className = 'print-paper';
  paper.append(...(await drawPages(base64, () => DOTS_PER_POINT, 'print')));
  document.body.append(paper);
  try {
    await new Promise<void>((resolve) => {
      window.addEventListener('afterprint', () => resolve(), { once: true });
      window.print();
    });
  } finally {
    paper.remove();
  }
}
