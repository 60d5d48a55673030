/**
 * A draft of the letter beside the letter: begun, written before one's eyes, taken sentence by sentence. Keyboard first: arrows go, Enter takes,
 * Backspace puts aside, Escape stops and then closes.
 */
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LETTER_SECTIONS, type LetterSection } from '#db/rules/letter-content.ts';
import type { AiSentence } from '#electron/contract/ai.ts';
import { useActions } from '../../app/keys.ts';
import { call } from '../../app/client.ts';
import { sentence as sentenceOf } from '../../i18n/index.ts';
import { DraftSentence, type Fate } from './draft-sentence.tsx';
import { useAi } from './use-ai.ts';
import { useDraft } from './use-draft.ts';
import './draft.css';

type Task = 'letter' | 'summary';

export function DraftPanel({
  letterId,
  onTake,
  onClose,
}: {
  letterId: string;
  /** Writes it into the letter as the person's own words. @returns whether it stands there */
  onTake(section: LetterSection, text: string, replaces: boolean): Promise<boolean>;
  onClose(): void;
}) {
  const { t } = useTranslation('ai');
  const { wishes, again } = useAi();
  const draft = useDraft();
  const [task, setTask] = useState<Task>('letter');
  const [fates, setFates] = useState<ReadonlyMap<number, Fate>>(new Map());
  const [replacing, setReplacing] = useState<ReadonlySet<LetterSection>>(new Set());
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const taking = useRef(new Set<number>());

  const begin = (what: Task): void => {
    setTask(what);
    setFates(new Map());
    setReplacing(new Set());
    setAt(0);
    taking.current.clear();
    void draft.begin({ task: what, letterId }).then(again);
  };
  const waiting = wishes.find((wish) => wish.subjectId === letterId);
  const busy = draft.phase === 'beginning' || draft.phase === 'writing';

  // In the order of the letter; a history all goes into one part.
  const order = useMemo(() => {
    const placed = draft.sentences.map((one, index) => ({ one, index, section: sectionOf(one) }));
    return placed.toSorted((a, b) => LETTER_SECTIONS.indexOf(a.section) - LETTER_SECTIONS.indexOf(b.section) || a.index - b.index);
  }, [draft.sentences]);
  const current = order[Math.min(at, order.length - 1)];

  const focus = (place: number): void => {
    const to = Math.max(0, Math.min(order.length - 1, place));
    setAt(to);
    list.current?.querySelector<HTMLElement>(`[data-place="${to}"] .draft-take`)?.focus();
  };
  const take = async (place: number): Promise<void> => {
    const entry = order[place];
    if (entry === undefined || fates.get(entry.index) === 'taken' || taking.current.has(entry.index)) return;
    taking.current.add(entry.index);
    const first = !order.some(({ index, section }) => section === entry.section && fates.get(index) === 'taken');
    const stands = await onTake(entry.section, entry.one.text, first && replacing.has(entry.section));
    taking.current.delete(entry.index);
    if (!stands) return;
    setFates((now) => new Map(now).set(entry.index, 'taken'));
    focus(place + 1);
  };
  const aside = (place: number): void => {
    const entry = order[place];
    if (entry === undefined || fates.get(entry.index) === 'taken') return;
    setFates((now) => new Map(now).set(entry.index, now.get(entry.index) === 'aside' ? 'open' : 'aside'));
    focus(place + 1);
  };
  const close = (): void => {
    draft.clear();
    onClose();
  };

  useActions([
    { id: 'ai.stop', label: t('stop'), key: 'Escape', when: () => busy, run: draft.cancel },
    { id: 'ai.close', label: t('close'), key: 'Escape', when: () => !busy, run: close },
    {
      id: 'ai.next',
      label: t('next'),
      key: 'ArrowDown',
      when: () => order.length > 0,
      run: () => focus(isInside(list.current) ? at + 1 : at),
    },
    { id: 'ai.previous', label: t('previous'), key: 'ArrowUp', when: () => order.length > 0, run: () => focus(at - 1) },
  ]);

  // A wish of before is begun now that somebody looks and the server is there.
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current || waiting === undefined || waiting.task === 'icpc' || draft.phase === 'waiting') return;
    begun.current = true;
    begin(waiting.task);
  });
  // From the moment the network is back; not in a circle while it is away.
  const isWaiting = draft.phase === 'waiting';
  useEffect(() => {
    if (!isWaiting) return undefined;
    const timer = window.setInterval(() => {
      void call('sync.status', {}).then((reply) => {
        if (reply.ok && reply.value.state !== 'offline' && reply.value.state !== 'local' && reply.value.problem === null) begin(task);
      });
    }, 5000);
    return () => window.clearInterval(timer);
  });

  return (
    <section className="draft" aria-label={t('title')}>
      <div className="section-actions draft-bar">
        <strong>{t('title')}</strong>
        <button type="button" className="link" disabled={busy} autoFocus onClick={() => begin('letter')}>
          {t('letter')}
        </button>
        <button type="button" className="link" disabled={busy} onClick={() => begin('summary')}>
          {t('summary')}
        </button>
        {busy && (
          <button type="button" className="link danger" onClick={draft.cancel}>
            {t('stop')} <kbd>Esc</kbd>
          </button>
        )}
        {!busy && (
          <button type="button" className="link draft-close" onClick={close}>
            {t('close')} <kbd>Esc</kbd>
          </button>
        )}
      </div>
      {draft.phase === 'none' && <p className="chart-quiet">{t('what')}</p>}
      {draft.phase === 'waiting' && (
        <p className="chart-quiet" role="status">
          {t('waiting')}{' '}
          <button
            type="button"
            className="link"
            onClick={() => {
              const id = draft.wish?.id;
              draft.clear();
              if (id !== undefined) void call('ai.forget', { id }).then(again);
            }}
          >
            {t('forget')}
          </button>
        </p>
      )}
      {draft.phase === 'ended' && draft.code !== null && (
        <p className={draft.code === 'ai/cancelled' ? 'chart-quiet' : 'chart-due'} role="alert">
          {sentenceOf(draft.code)}
        </p>
      )}
      {draft.phase === 'ended' && draft.code === null && order.length === 0 && <p className="chart-quiet">{t('empty')}</p>}
      {draft.left > 0 && <p className="chart-due">{t('left', { count: draft.left })}</p>}
      {draft.sources.some(({ suspect }) => suspect) && <p className="chart-due">{t('suspect')}</p>}
      <div ref={list}>
        {order.map(({ one, index, section }, place) => (
          <div key={index} data-place={place}>
            {order[place - 1]?.section !== section && (
              <h2>
                {t(`letters:field.${section}`)}
                <label className="draft-replace">
                  <input
                    type="checkbox"
                    checked={replacing.has(section)}
                    onChange={() =>
                      setReplacing((now) => new Set(now.has(section) ? [...now].filter((name) => name !== section) : [...now, section]))
                    }
                  />{' '}
                  {t('replace')}
                </label>
              </h2>
            )}
            <ul className="draft-list">
              <DraftSentence
                sentence={one}
                sources={draft.sources}
                fate={fates.get(index) ?? 'open'}
                current={current?.index === index}
                onTake={() => void take(place)}
                onAside={() => aside(place)}
                onFocus={() => setAt(place)}
              />
            </ul>
          </div>
        ))}
      </div>
      <p className="draft-writing chart-quiet" aria-live="off" data-writing={busy ? '' : undefined}>
        {draft.writing}
        {busy && <span>{draft.writing === '' && order.length === 0 ? t('beginning') : ' …'}</span>}
      </p>
      <p className="chart-quiet draft-ready" role="status">
        {draft.phase === 'ended' && draft.code === null ? t('ready', { count: order.length }) : ''}
      </p>
    </section>
  );
}

const sectionOf = (one: AiSentence): LetterSection => one.section ?? 'history';
const isInside = (list: HTMLElement | null): boolean => list !== null && list.contains(document.activeElement);
