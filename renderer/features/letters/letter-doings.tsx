/** What can be done with the letter as it stands, each with its key: sign a draft; print, hand over, post or save a signed one. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LetterView } from '#electron/contract/letters.ts';
import { SecondPerson } from '../patients/second-person.tsx';

export type NextStatus = 'awaiting_print' | 'handed_over' | 'posted' | 'withdrawn';

interface Props {
  view: LetterView;
  draft: boolean;
  signed: boolean;
  /** Null where the writing help is off, or not for this letter. */
  onHelp: (() => void) | null;
  onSign(): void;
  onStatus(next: NextStatus): void;
  onPrint(): void;
  onExport(): Promise<void>;
  onBack(): void;
}

export function LetterDoings({ view, draft, signed, onHelp, onSign, onStatus, onPrint, onExport, onBack }: Props) {
  const { t } = useTranslation('letters');
  const [exporting, setExporting] = useState(false);
  return (
    <>
      <div className="section-actions">
        {draft && (
          <button type="button" className="sign" style={{ marginTop: 0 }} onClick={onSign}>
            <span>{t('signFor', { name: view.patientName })}</span>
            <kbd>Ctrl ⏎</kbd>
          </button>
        )}
        {draft && onHelp !== null && (
          <button type="button" className="link" onClick={onHelp}>
            {t('ai:open')} <kbd>Alt U</kbd>
          </button>
        )}
        {signed && (
          <>
            <button type="button" className="link" onClick={() => onStatus('awaiting_print')}>
              {t('awaitPrint')} <kbd>F6</kbd>
            </button>
            <button type="button" className="link" onClick={onPrint}>
              {t('print')} <kbd>Ctrl P</kbd>
            </button>
            <button type="button" className="link" onClick={() => onStatus('handed_over')}>
              {t('handOver')} <kbd>F7</kbd>
            </button>
            <button type="button" className="link" onClick={() => onStatus('posted')}>
              {t('post')} <kbd>F8</kbd>
            </button>
            <button type="button" className="link" onClick={() => setExporting(true)}>
              {t('export')}
            </button>
          </>
        )}
        <button type="button" className="link" onClick={onBack}>
          {t('back')} <kbd>Esc</kbd>
        </button>
      </div>
      {exporting && (
        <div className="siblings" role="alertdialog" aria-label={t('export')}>
          <p>{t('exportWarning')}</p>
          <SecondPerson patientId={view.letter.patientId} />
          <button type="button" className="link danger" onClick={() => void onExport().then(() => setExporting(false))}>
            {t('exportAnyway')}
          </button>{' '}
          <button type="button" className="link" autoFocus onClick={() => setExporting(false)}>
            {t('cancel')}
          </button>
        </div>
      )}
    </>
  );
}
