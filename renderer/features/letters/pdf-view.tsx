/** A PDF's pages, drawn by pdf.js in a worker of our own bundle: no plug-in, no eval, nothing fetched from outside. */
import { useEffect, useRef } from 'react';
import workerUrl from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url';

/** Loaded with the first document: it is large, and the day begins without it. The legacy build runs in older Chromium too. */
async function loadPdfjs() {
  const pdfjs = await import('pdfjs-dist/legacy/build/pdf.mjs');
  pdfjs.GlobalWorkerOptions.workerSrc = workerUrl;
  return pdfjs;
}

export function PdfView({ base64, label }: { base64: string; label: string }) {
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    let gone = false;
    let task: { destroy(): Promise<void> } | null = null;
    const draw = async (): Promise<void> => {
      const pdfjs = await loadPdfjs();
      if (gone) return;
      const loading = pdfjs.getDocument({ data: bytesOf(base64), isEvalSupported: false, disableFontFace: false, useSystemFonts: false });
      task = loading;
      const pdf = await loading.promise;
      const pages: HTMLCanvasElement[] = [];
      for (let number = 1; number <= pdf.numPages; number += 1) {
        const page = await pdf.getPage(number);
        const scale = (element.clientWidth || 560) / page.getViewport({ scale: 1 }).width;
        const ratio = window.devicePixelRatio || 1;
        const viewport = page.getViewport({ scale: scale * ratio });
        const canvas = document.createElement('canvas');
        canvas.width = viewport.width;
        canvas.height = viewport.height;
        canvas.style.width = '100%';
        await page.render({ canvas, viewport }).promise;
        pages.push(canvas);
      }
      if (gone) return;
      element.replaceChildren(...pages);
      element.dataset['pages'] = String(pages.length);
      performance.mark('pdf:shown');
    };
    draw().catch(() => {
      if (!gone) element.dataset['pages'] = '0';
    });
    return () => {
      gone = true;
      void task?.destroy();
    };
  }, [base64]);
  return <div ref={holder} className="pdf" role="img" aria-label={label} />;
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
