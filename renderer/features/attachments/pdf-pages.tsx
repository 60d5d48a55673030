/** The pages of a scanned letter, some at a time: a canvas is five megabytes, and a scan may have hundreds. */
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { openPdf, type OpenPdf } from '../letters/pdf-pages.ts';

const AT_ONCE = 10;

export function PdfPages({ bytes, label, onBroken }: { bytes: Uint8Array; label: string; onBroken(): void }) {
  const { t } = useTranslation('attachments');
  const holder = useRef<HTMLDivElement>(null);
  const pdf = useRef<OpenPdf | null>(null);
  const broken = useRef(onBroken);
  broken.current = onBroken;
  const [total, setTotal] = useState(0);
  const [shown, setShown] = useState(0);

  const more = async (open: OpenPdf, from: number): Promise<void> => {
    const element = holder.current;
    const to = Math.min(open.pages, from + AT_ONCE);
    for (let number = from + 1; number <= to && element !== null && pdf.current === open; number += 1) {
      const width = (element.clientWidth || 560) * (window.devicePixelRatio || 1);
      element.append(await open.draw(number, (pageWidth) => width / pageWidth));
    }
    setShown(to);
  };

  useEffect(() => {
    let gone = false;
    // A copy: the worker takes what it is given.
    openPdf(bytes.slice())
      .then(async (open) => {
        if (gone) return await open.close();
        pdf.current = open;
        setTotal(open.pages);
        await more(open, 0);
      })
      .catch(() => {
        if (!gone) broken.current();
      });
    const element = holder.current;
    return () => {
      gone = true;
      void pdf.current?.close();
      pdf.current = null;
      element?.replaceChildren();
    };
  }, [bytes]);

  return (
    <div className="viewer-pages">
      <div ref={holder} role="img" aria-label={label} data-pages={shown} />
      {shown > 0 && shown < total && (
        <button type="button" className="btn" onClick={() => pdf.current !== null && void more(pdf.current, shown)}>
          {t('morePages', { from: shown + 1, to: Math.min(total, shown + AT_ONCE), total })}
        </button>
      )}
    </div>
  );
}
