/** Whose chart this is: read it at arm's length before writing a word. */
import { useTranslation } from 'react-i18next';
import type { ChartView } from './types.ts';
import { formatDay } from './format.ts';

export function ChartHeader({
  chart,
  onReveal,
  revealed,
  onToggleLeft,
}: {
  chart: ChartView;
  revealed: string | null;
  onReveal(): void;
  onToggleLeft(): void;
}) {
  const { t } = useTranslation('chart');
  const { patient, ageYears } = chart.patient;
  return (
    <header className="chart-header">
      <button type="button" className="link chart-left-toggle" onClick={onToggleLeft}>
        {t('header.earlier')}
      </button>
      <h1>
        {patient.familyName}, {patient.givenName}
      </h1>
      {ageYears !== null && <span>{t('header.age', { count: ageYears })}</span>}
      {patient.hasNationalId ? (
        <button type="button" className="link" onClick={onReveal} title={t('header.reveal')}>
          {revealed ?? patient.maskedNationalId}
        </button>
      ) : (
        <span className="chart-quiet">{t('header.noNationalId')}</span>
      )}
      {patient.fastlegeName !== null && <span className="chart-quiet">{t('header.fastlege', { name: patient.fastlegeName })}</span>}
      <span className="visit">
        {t(`visitType.${chart.encounter.visitType}`)} {chart.visitNumber} · {formatDay(chart.encounter.visitAt)}
      </span>
    </header>
  );
}
