/** The visit's codes; the first that may be main is main, another can be made so. */
import { useTranslation } from 'react-i18next';
import { call } from '#renderer/app/client.ts';
import { CodeSuggestions } from '../ai/code-suggestions.tsx';
import type { ChartView, CodeHit } from './types.ts';
import { DiagnosisPicker } from './diagnosis-picker.tsx';

export function DiagnosisList({
  chart,
  suggests,
  picking,
  onPicking,
  onProblem,
}: {
  chart: ChartView;
  /** Whether the writing help may be asked for codes. */
  suggests: boolean;
  picking: boolean;
  onPicking(open: boolean): void;
  onProblem(code: string): void;
}) {
  const { t } = useTranslation('chart');
  const encounterId = chart.encounter.id;
  const pick = async (hit: CodeHit): Promise<void> => {
    const reply = await call('diagnosis.add', { encounterId, system: hit.system, code: hit.code });
    if (reply.ok) onPicking(false);
    else onProblem(reply.code);
  };
  return (
    <section aria-label={t('diagnosis.title')}>
      <h2>
        {t('diagnosis.title')} <kbd>Ctrl I</kbd>
      </h2>
      <ul className="line-list">
        {chart.diagnoses.map((diagnosis) => (
          <li key={diagnosis.id}>
            <span className="code">{diagnosis.code}</span>
            <span className="grow">{diagnosis.text}</span>
            {diagnosis.main ? (
              <span className="chart-quiet">{t('diagnosis.main')}</span>
            ) : (
              <button
                type="button"
                className="link"
                onClick={() =>
                  void call('diagnosis.setMain', { encounterId, id: diagnosis.id }).then((reply) => !reply.ok && onProblem(reply.code))
                }
              >
                {t('diagnosis.makeMain')}
              </button>
            )}
            <button
              type="button"
              className="link"
              aria-label={t('diagnosis.remove', { code: diagnosis.code })}
              onClick={() => void call('diagnosis.remove', { encounterId, id: diagnosis.id })}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      {picking ? (
        <DiagnosisPicker
          besides={chart.diagnoses.filter(({ system }) => system === 'icpc-2').map(({ code }) => code)}
          onPick={(hit) => void pick(hit)}
          onClose={() => onPicking(false)}
        />
      ) : (
        <button type="button" className="link" onClick={() => onPicking(true)}>
          {t('diagnosis.add')}
        </button>
      )}{' '}
      {suggests && !picking && (
        <CodeSuggestions
          encounterId={encounterId}
          known={chart.diagnoses.map(({ code }) => code)}
          onTake={({ code }) =>
            void call('diagnosis.add', { encounterId, system: 'icpc-2', code }).then((reply) => !reply.ok && onProblem(reply.code))
          }
        />
      )}
    </section>
  );
}
