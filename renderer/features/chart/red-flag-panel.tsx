/** Red-flag questions of a region. Nothing is answered until somebody answers it; J, N and Backspace answer with the keyboard. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { redFlagRegions, redFlagsOf } from '#db/rules/red-flags.ts';
import type { ChartView } from './types.ts';

interface Props {
  answers: ChartView['redFlags'];
  onAnswer(region: string, question: string, answer: 'yes' | 'no' | null): void;
}

export function RedFlagPanel({ answers, onAnswer }: Props) {
  const { t } = useTranslation('chart');
  const begun = answers.find((answer) => answer.answer !== null)?.region;
  const [region, setRegion] = useState<string | null>(begun ?? null);
  const questions = region === null ? [] : redFlagsOf(region);
  const answerOf = (question: string) => answers.find((row) => row.region === region && row.question === question)?.answer ?? null;
  return (
    <section aria-label={t('redFlags.title')}>
      <h2>
        {t('redFlags.title')} <kbd>F4</kbd>
      </h2>
      <select
        id="red-flag-region"
        className="field-small"
        aria-label={t('redFlags.region')}
        value={region ?? ''}
        onChange={(event) => setRegion(event.currentTarget.value === '' ? null : event.currentTarget.value)}
      >
        <option value="">{t('redFlags.chooseRegion')}</option>
        {redFlagRegions.map((entry) => (
          <option key={entry.key} value={entry.key}>
            {entry.label}
          </option>
        ))}
      </select>
      <div className="answers">
        {questions.map((question) => {
          const answer = region === null ? null : answerOf(question.key);
          const set = (next: 'yes' | 'no'): void => {
            if (region !== null) onAnswer(region, question.key, answer === next ? null : next);
          };
          return (
            <div
              key={question.key}
              role="group"
              aria-labelledby={`flag-${question.key}`}
              style={{ display: 'contents' }}
              onKeyDown={(event) => {
                if (event.ctrlKey || event.altKey || region === null) return;
                if (event.key === 'j' || event.key === 'n') {
                  event.preventDefault();
                  onAnswer(region, question.key, event.key === 'j' ? 'yes' : 'no');
                  focusNextQuestion(event.currentTarget);
                } else if (event.key === 'Backspace') onAnswer(region, question.key, null);
              }}
            >
              <span id={`flag-${question.key}`}>{question.text}</span>
              <button
                type="button"
                className="answer"
                data-danger
                aria-pressed={answer === 'yes'}
                aria-describedby={`flag-${question.key}`}
                onClick={() => set('yes')}
              >
                {t('answer.yes')}
              </button>
              <button
                type="button"
                className="answer"
                tabIndex={-1}
                aria-pressed={answer === 'no'}
                aria-describedby={`flag-${question.key}`}
                onClick={() => set('no')}
              >
                {t('answer.no')}
              </button>
            </div>
          );
        })}
      </div>
    </section>
  );
}

function focusNextQuestion(row: HTMLElement): void {
  const next = row.nextElementSibling?.querySelector('button');
  if (next instanceof HTMLElement) next.focus();
}
