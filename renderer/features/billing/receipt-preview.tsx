/** The receipt as it prints. */
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '#renderer/app/client.ts';
import { PdfView } from '../letters/pdf-view.tsx';
import { printPdf } from '../letters/print-pdf.ts';

export function ReceiptPreview({ paymentId, onClose }: { paymentId: string; onClose(): void }) {
  const { t } = useTranslation('billing');
  const [pdf, setPdf] = useState<string | null>(null);
  useEffect(() => {
    void call('payment.receipt', { id: paymentId }).then((reply) => setPdf(reply.ok ? reply.value.pdfBase64 : null));
  }, [paymentId]);
  return (
    <div
      className="receipt"
      role="dialog"
      aria-label={t('receipt')}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.preventDefault();
          event.stopPropagation();
          onClose();
        }
      }}
    >
      {pdf !== null && <PdfView base64={pdf} label={t('receipt')} />}
      <div className="section-actions">
        <button type="button" className="link" autoFocus onClick={() => pdf !== null && void printPdf(pdf)}>
          {t('print')}
        </button>
        <button type="button" className="link" onClick={onClose}>
          {t('close')} <kbd>Esc</kbd>
        </button>
      </div>
    </div>
  );
}
