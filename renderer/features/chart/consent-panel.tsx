/** Consent to examination and treatment in this visit: not asked until somebody answers. */
import { useTranslation } from 'react-i18next';
import { call } from '#renderer/app/client.ts';
import type { ChartView } from './types.ts';

export function ConsentPanel({ chart }: { chart: ChartView }) {
  const { t } = useTranslation('chart');
  const given = chart.treatmentConsent?.given ?? null;
  const set = (next: boolean): void => {
    void call('treatmentConsent.set', {
      encounterId: chart.encounter.id,
      given: given === next ? null : next,
      comment: chart.treatmentConsent?.comment ?? null,
    });
  };
  return (
    <section aria-label={t('consent.title')} data-panel="consent">
      <h2>
        {t('consent.title')} {given === null && <span>{t('consent.notAsked')}</span>}
      </h2>
      <div style={{ display: 'flex', gap: 8 }}>
        <button type="button" className="answer" aria-pressed={given === true} onClick={() => set(true)}>
          {t('consent.given')}
        </button>
        <button type="button" className="answer" data-danger aria-pressed={given === false} onClick={() => set(false)}>
          {t('consent.refused')}
        </button>
      </div>
    </section>
  );
}
