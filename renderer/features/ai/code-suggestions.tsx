/** ICPC-2 codes that the note's own words may stand for, each beside them. None is chosen; a person takes one, or none. */
import { useTranslation } from 'react-i18next';
import type { AiCode } from '#electron/contract/ai.ts';
import { sentence } from '../../i18n/index.ts';
import { problemText } from './problem-text.ts';
import { useDraft } from './use-draft.ts';

export function CodeSuggestions({
  encounterId,
  known,
  onTake,
}: {
  encounterId: string;
  known: readonly string[];
  onTake(code: AiCode): void;
}) {
  const { t } = useTranslation('ai');
  const draft = useDraft();
  const busy = draft.phase === 'beginning' || draft.phase === 'writing';
  const open = draft.codes.filter(({ code }) => !known.includes(code));
  if (draft.phase === 'none')
    return (
      <button type="button" className="link" style={{ marginLeft: 12 }} onClick={() => void draft.begin({ task: 'icpc', encounterId })}>
        {t('codes')}
      </button>
    );
  return (
    <div role="group" aria-label={t('codesTitle')}>
      {draft.code !== null && <p className="chart-due">{sentence(draft.code)}</p>}
      {draft.phase === 'waiting' && <p className="chart-quiet">{t('waitingCodes')}</p>}
      <ul className="line-list">
        {open.map((one) => (
          <li key={one.code}>
            <span className="code">{one.code}</span>
            <span className="grow">
              {one.text}
              <br />
              <span className="chart-quiet">
                {draft.sources
                  .filter(({ n }) => one.sources.includes(n))
                  .map(({ text }) => `«${text}»`)
                  .join(' ')}
              </span>
              {one.problems.length > 0 && <span className="chart-due"> {problemText(t, one.problems)}</span>}
            </span>
            <button type="button" className="link" aria-label={t('takeCode', { code: one.code })} onClick={() => onTake(one)}>
              {t('add')}
            </button>
          </li>
        ))}
      </ul>
      {busy && <span className="chart-quiet">{t('beginning')}</span>}
      {draft.phase === 'ended' && draft.code === null && open.length === 0 && <span className="chart-quiet">{t('noCodes')}</span>}{' '}
      <button type="button" className="link" onClick={draft.clear}>
        {t(busy ? 'stop' : 'close')}
      </button>
    </div>
  );
}
