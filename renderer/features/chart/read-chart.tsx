/** A visit for somebody who is let in to read and may write nothing: an assistant with a grant (J11). */
import { useTranslation } from 'react-i18next';
import { goTo } from '#renderer/app/router.ts';
import { sentence } from '#renderer/i18n/index.ts';
import { SafetyBand } from '../patients/safety-band.tsx';
import { ChartHeader } from './chart-header.tsx';
import { PreviousVisits } from './previous-visits.tsx';
import { SignedNote } from './signed-note.tsx';
import { useChart } from './use-chart.ts';
import './chart.css';

export function ReadChart({ encounterId }: { encounterId: string }) {
  const { t } = useTranslation('chart');
  const { chart, problem } = useChart(encounterId);
  if (chart === null)
    return problem === null ? null : (
      <div className="page">
        <p className="danger-text">{sentence(problem)}</p>
      </div>
    );
  return (
    <div className="chart" data-status={chart.encounter.status}>
      <div>
        <ChartHeader chart={chart} revealed={null} onReveal={() => {}} onToggleLeft={() => {}} />
        <SafetyBand patientId={chart.encounter.patientId} safety={chart.patient.safety} />
      </div>
      <div className="chart-columns">
        <div className="chart-column was">
          <PreviousVisits chart={chart} onOpenLetter={(id) => goTo({ name: 'letter', id })} />
        </div>
        <div className="chart-column">
          <p className="chart-quiet">{t(chart.encounter.status === 'draft' ? 'readOnly.draft' : 'readOnly.note')}</p>
          <SignedNote chart={chart} />
        </div>
      </div>
    </div>
  );
}
