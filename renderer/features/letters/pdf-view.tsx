/** A PDF as it will look, page under page. */
import { useEffect, useRef } from 'react';
import { drawPages } from './pdf-pages.ts';

export function PdfView({ base64, label }: { base64: string; label: string }) {
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    let gone = false;
    const width = (element.clientWidth || 560) * (window.devicePixelRatio || 1);
    drawPages(base64, (pageWidth) => width / pageWidth)
      .then((pages) => {
        if (gone) return;
        element.replaceChildren(...pages);
        element.dataset['pages'] = String(pages.length);
        performance.mark('pdf:shown');
      })
      .catch(() => {
        if (!gone) element.dataset['pages'] = '0';
      });
    return () => {
      gone = true;
    };
  }, [base64]);
  return <div ref={holder} className="pdf" role="img" aria-label={label} />;
}
