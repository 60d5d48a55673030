/** One sentence of a draft beside the sources it rests on. Nothing of it is chosen until the person takes it. */
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { AiSentence, AiSource } from '#electron/contract/ai.ts';
import { formatDate } from '../chart/format.ts';
import { problemText } from './problem-text.ts';

export type Fate = 'open' | 'taken' | 'aside';

export function DraftSentence({
  sentence,
  sources,
  fate,
  current,
  onTake,
  onAside,
  onFocus,
}: {
  sentence: AiSentence;
  sources: readonly AiSource[];
  fate: Fate;
  current: boolean;
  onTake(): void;
  onAside(): void;
  onFocus(): void;
}) {
  const { t } = useTranslation('ai');
  const id = useId();
  const supported = sentence.problems.length === 0;
  const rests = sources.filter(({ n }) => sentence.sources.includes(n));
  return (
    <li className="draft-sentence" data-supported={supported ? '' : undefined} data-fate={fate}>
      <div>
        <p className="draft-text" id={id}>
          {sentence.text}
        </p>
        {!supported && (
          <p className="chart-due draft-why">
            <strong>{t('unsupported')}</strong> {problemText(t, sentence.problems)}
          </p>
        )}
        <div className="section-actions">
          <button
            type="button"
            className="link draft-take"
            tabIndex={current ? 0 : -1}
            aria-disabled={fate === 'taken'}
            aria-describedby={id}
            onFocus={onFocus}
            onClick={onTake}
            onKeyDown={(event) => {
              if (event.key !== 'Backspace' && event.key !== 'Delete') return;
              event.preventDefault();
              event.stopPropagation();
              onAside();
            }}
          >
            {t(fate === 'taken' ? 'taken' : supported ? 'take' : 'takeAnyway')}
            {fate !== 'taken' && <kbd>⏎</kbd>}
          </button>
          {fate !== 'taken' && (
            <button type="button" className="link" tabIndex={-1} onClick={onAside}>
              {t(fate === 'aside' ? 'back' : 'aside')} <kbd>⌫</kbd>
            </button>
          )}
        </div>
      </div>
      <ul className="draft-sources" aria-label={t('restsOn')}>
        {rests.map((source) => (
          <li key={source.n}>
            <span className="num">{source.n}</span> {source.text}{' '}
            <span className="chart-quiet">
              {t(`part.${source.part}`, { defaultValue: '' })}
              {source.at === null ? '' : ` ${formatDate(source.at)}`}
            </span>
          </li>
        ))}
        {rests.length === 0 && <li className="chart-quiet">{t('noSource')}</li>}
      </ul>
    </li>
  );
}
