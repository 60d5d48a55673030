/** What still stands between this note and a signature, and the signature, which names the patient. */
import { useTranslation } from 'react-i18next';
import type { ChartView, SignProblem } from './types.ts';

interface Props {
  chart: ChartView;
  problems: readonly SignProblem[];
  onSign(): void;
  onGo(problem: SignProblem): void;
}

export function SignPanel({ chart, problems, onSign, onGo }: Props) {
  const { t } = useTranslation('chart');
  const { patient } = chart.patient;
  return (
    <section aria-label={t('sign.title')}>
      <button type="button" className="sign" onClick={onSign}>
        <span>{t('sign.do', { name: `${patient.givenName} ${patient.familyName}` })}</span>
        <kbd>Ctrl ⏎</kbd>
      </button>
      {problems.length > 0 && (
        <ul className="problems" role="status">
          {problems.map((problem) => (
            <li key={`${problem.code}/${problem.where ?? ''}`}>
              <span className={problem.blocking ? 'chart-danger' : 'chart-due'} aria-hidden="true">
                {problem.blocking ? '●' : '○'}
              </span>
              <button type="button" className="link" onClick={() => onGo(problem)}>
                {t(`sign.problem.${problem.code.replace('/', '.')}`, {
                  where: problem.where === null ? '' : t(`section.keys.${problem.where}`, { defaultValue: problem.where }),
                })}
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
