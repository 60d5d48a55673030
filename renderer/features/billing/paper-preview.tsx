/** A receipt, an invoice or a credit note as it prints. */
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '#renderer/app/client.ts';
import { useReturnFocus } from '#renderer/app/use-return-focus.ts';
import { sentence } from '#renderer/i18n/index.ts';
import { PdfView } from '../letters/pdf-view.tsx';
import { printPdf } from '../letters/print-pdf.ts';

export function PaperPreview({ of, id, onClose }: { of: 'receipt' | 'invoice'; id: string; onClose(): void }) {
  const { t } = useTranslation('billing');
  useReturnFocus();
  const [pdf, setPdf] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    void call(of === 'receipt' ? 'payment.receipt' : 'invoice.pdf', { id }).then((reply) => {
      setPdf(reply.ok ? reply.value.pdfBase64 : null);
      setProblem(reply.ok ? null : reply.code);
    });
  }, [of, id]);
  return (
    <div
      className="receipt"
      role="dialog"
      aria-label={t(of)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.preventDefault();
          event.stopPropagation();
          onClose();
        }
      }}
    >
      <div className="section-actions paper-actions">
        <button type="button" className="link" autoFocus onClick={() => pdf !== null && void printPdf(pdf)}>
          {t('print')}
        </button>
        <button type="button" className="link" onClick={onClose}>
          {t('close')} <kbd>Esc</kbd>
        </button>
      </div>
      {problem !== null && <p className="danger-text">{sentence(problem)}</p>}
      {pdf !== null && <PdfView base64={pdf} label={t(of)} />}
    </div>
  );
}
