/** ICPC-2 as you type: exact code first; Enter takes the marked line. Ctrl+D inside switches to ICD-10. */
import { useReturnFocus } from '#renderer/app/use-return-focus.ts';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '#renderer/app/client.ts';
import type { CodeHit } from './types.ts';

interface Props {
  /** ICPC-2 codes the visit has: ICD-10 codes are suggested for them. */
  besides: readonly string[];
  onPick(hit: CodeHit): void;
  onClose(): void;
}

export function DiagnosisPicker({ besides, onPick, onClose }: Props) {
  const { t } = useTranslation('chart');
  useReturnFocus();
  const [query, setQuery] = useState('');
  const [system, setSystem] = useState<'icpc-2' | 'icd-10'>('icpc-2');
  const [hits, setHits] = useState<CodeHit[]>([]);
  const [marked, setMarked] = useState(0);
  const asked = useRef(0);
  /** The search a hit list answers; Enter waits for the list of what is written. */
  const pending = useRef<Promise<CodeHit[]>>(Promise.resolve([]));

  const beside = besides.join(' ');
  useEffect(() => {
    const turn = ++asked.current;
    pending.current = call('code.search', { query, system, limit: 12, besides: beside === '' ? [] : beside.split(' ') }).then((reply) => {
      const found = reply.ok ? reply.value.hits : [];
      if (turn === asked.current) {
        setHits(found);
        setMarked(0);
        performance.mark('code-search:shown');
      }
      return found;
    });
  }, [query, system, beside]);

  const take = async (): Promise<void> => {
    const list = await pending.current;
    const hit = list[marked] ?? list[0];
    if (hit !== undefined) onPick(hit);
  };

  return (
    <div className="picker">
      <input
        autoComplete="off"
        className="field-small"
        autoFocus
        role="combobox"
        aria-expanded={hits.length > 0}
        aria-controls="code-hits"
        aria-activedescendant={hits.length > 0 ? `code-hit-${marked}` : undefined}
        aria-label={t('diagnosis.search')}
        placeholder={system === 'icpc-2' ? t('diagnosis.searchIcpc') : t('diagnosis.searchIcd')}
        value={query}
        onChange={(event) => {
          performance.mark('code-search:key');
          setQuery(event.currentTarget.value);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault();
            setMarked((now) => Math.max(0, Math.min(hits.length - 1, now + (event.key === 'ArrowDown' ? 1 : -1))));
          } else if (event.key === 'Enter' && !event.ctrlKey) {
            event.preventDefault();
            event.stopPropagation();
            void take();
          } else if (event.key === 'Escape') {
            event.preventDefault();
            event.stopPropagation();
            onClose();
          } else if (event.key === 'd' && event.ctrlKey) {
            event.preventDefault();
            setSystem((now) => (now === 'icpc-2' ? 'icd-10' : 'icpc-2'));
          }
        }}
      />
      <ul id="code-hits" role="listbox" aria-label={t('diagnosis.hits')}>
        {hits.length === 0 && query !== '' && (
          <li role="option" aria-selected={false} aria-disabled="true">
            {t('diagnosis.noHits')}
          </li>
        )}
        {hits.map((hit, index) => (
          <li
            key={`${hit.system}/${hit.code}`}
            id={`code-hit-${index}`}
            role="option"
            aria-selected={index === marked}
            onMouseDown={(event) => {
              event.preventDefault();
              onPick(hit);
            }}
          >
            <span className="code">{hit.code}</span>
            <span>{hit.text}</span>
            <span className="chart-quiet">
              {hit.why === 'suggested'
                ? t('diagnosis.suggested', { code: hit.via })
                : (hit.via ?? (hit.why === 'used' ? t('diagnosis.used') : ''))}
            </span>
          </li>
        ))}
      </ul>
      <div className="chart-quiet">
        <kbd>Ctrl D</kbd> {system === 'icpc-2' ? t('diagnosis.toIcd') : t('diagnosis.toIcpc')}
      </div>
    </div>
  );
}
