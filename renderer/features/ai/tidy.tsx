/**
 * Tidies the person's own words in one field, sentence by sentence. Quiet: a word beside the field while the caret stands in it, and a key (Alt R).
 * A sentence that is taken replaces the words it rests on, where they still stand.
 */
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AiSentence } from '#electron/contract/ai.ts';
import { sentence as sentenceOf } from '../../i18n/index.ts';
import { DraftSentence, type Fate } from './draft-sentence.tsx';
import { useDraft } from './use-draft.ts';
import './draft.css';

/** Shorter than that there is nothing to tidy. */
const SHORTEST = 12;

export function Tidy({
  subject,
  text,
  onReplace,
}: {
  subject: { letterId: string } | { encounterId: string };
  /** As the field stands now. */
  text(): string;
  onReplace(text: string): void;
}) {
  const { t } = useTranslation('ai');
  const draft = useDraft();
  const root = useRef<HTMLDivElement>(null);
  const [fates, setFates] = useState<ReadonlyMap<number, Fate>>(new Map());
  const [at, setAt] = useState(0);
  const [gone, setGone] = useState(false);

  const begin = (): void => {
    const now = text();
    if (now.trim().length < SHORTEST) return;
    setFates(new Map());
    setGone(false);
    setAt(0);
    void draft.begin({ task: 'tidy', ...subject, text: now });
  };
  const close = (): void => {
    draft.clear();
    root.current?.closest('.section')?.querySelector('textarea')?.focus();
  };
  const keys = useRef({ begin, close, open: false });
  keys.current = { begin, close, open: draft.phase !== 'none' };
  useEffect(() => {
    const section = root.current?.closest<HTMLElement>('.section');
    const onKey = (event: KeyboardEvent): void => {
      if (event.altKey && !event.ctrlKey && !event.metaKey && event.key.toLowerCase() === 'r') keys.current.begin();
      else if (event.key === 'Escape' && keys.current.open) keys.current.close();
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    section?.addEventListener('keydown', onKey);
    return () => section?.removeEventListener('keydown', onKey);
  }, []);

  const focus = (place: number): void => {
    const to = Math.max(0, Math.min(draft.sentences.length - 1, place));
    setAt(to);
    root.current?.querySelectorAll<HTMLElement>('.draft-take')[to]?.focus();
  };
  const take = (place: number, { text: words, sources }: AiSentence): void => {
    const rests = draft.sources.filter(({ n }) => sources.includes(n)).map((source) => source.text);
    const next = replaced(text(), rests, words);
    if (next === null) return setGone(true);
    onReplace(next);
    setFates((now) => new Map(now).set(place, 'taken'));
    focus(place + 1);
  };

  return (
    <div ref={root} className="tidy">
      <button type="button" className="link tidy-begin" tabIndex={-1} onMouseDown={(event) => event.preventDefault()} onClick={begin}>
        {t('tidy')} <kbd>Alt R</kbd>
      </button>
      {draft.phase !== 'none' && (
        <div
          className="tidied"
          role="group"
          aria-label={t('tidied')}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
            event.preventDefault();
            focus(at + (event.key === 'ArrowDown' ? 1 : -1));
          }}
        >
          {draft.code !== null && <p className="chart-due">{sentenceOf(draft.code)}</p>}
          {gone && <p className="chart-due">{t('gone')}</p>}
          <ul className="draft-list">
            {draft.sentences.map((one, place) => (
              <DraftSentence
                key={place}
                sentence={one}
                sources={draft.sources}
                fate={fates.get(place) ?? 'open'}
                current={place === at}
                onTake={() => take(place, one)}
                onAside={() => {
                  setFates((now) => new Map(now).set(place, now.get(place) === 'aside' ? 'open' : 'aside'));
                  focus(place + 1);
                }}
                onFocus={() => setAt(place)}
              />
            ))}
          </ul>
          <div className="section-actions">
            {draft.phase !== 'ended' && <span className="chart-quiet">{t('beginning')}</span>}
            {draft.phase === 'ended' && draft.sentences.length > 0 && (
              <button type="button" className="link" tabIndex={-1} onClick={() => focus(0)}>
                {t('goThere')} <kbd>↓</kbd>
              </button>
            )}
            <button type="button" className="link" tabIndex={-1} onClick={close}>
              {t('close')} <kbd>Esc</kbd>
            </button>
          </div>
        </div>
      )}
    </div>
  );
}

/** The field with the words a sentence rests on replaced by it; null where they no longer stand. */
function replaced(text: string, rests: readonly string[], by: string): string | null {
  const [first, ...others] = rests;
  if (first === undefined || rests.some((one) => !text.includes(one))) return null;
  const once = text.replace(first, () => by);
  return others.reduce((now, one) => now.replace(` ${one}`, () => '').replace(one, () => ''), once);
}
