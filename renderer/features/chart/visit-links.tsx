/** What can be done next with this visit: the next patient, putting it right. */
import { useTranslation } from 'react-i18next';
import type { SetRight } from './set-right.tsx';
import type { ChartView } from './types.ts';

export function VisitLinks({ chart, onNext, onSetRight }: { chart: ChartView; onNext(): void; onSetRight(what: SetRight): void }) {
  const { t } = useTranslation('chart');
  return (
    <>
      {chart.encounter.status === 'signed' && (
        <div className="section-actions" style={{ marginTop: 16, flexDirection: 'column', gap: 4 }}>
          <button type="button" className="link" onClick={() => onNext()}>
            {t('actions.nextPatient')} <kbd>Ctrl →</kbd>
          </button>
          <button type="button" className="link" onClick={() => onSetRight('error')}>
            {t('setRight.error.title')}
          </button>
        </div>
      )}
      {chart.encounter.status === 'entered_in_error' && (
        <button type="button" className="link" onClick={() => onSetRight('copy')}>
          {t('setRight.copy.title')}
        </button>
      )}
      {chart.encounter.status === 'draft' && (
        <div className="section-actions" style={{ marginTop: 12 }}>
          <button type="button" className="link" onClick={() => onSetRight('move')}>
            {t('setRight.move.do')} <kbd>Alt F</kbd>
          </button>
          <button type="button" className="link" onClick={() => onSetRight('discard')}>
            {t('setRight.discard.do')}
          </button>
        </div>
      )}
    </>
  );
}
