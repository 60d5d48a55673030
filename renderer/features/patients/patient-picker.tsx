/** Find one patient as one types; arrows and Enter. */
import { formatBirthDate } from '../chart/format.ts';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PatientHit } from '#electron/contract/patients.ts';
import { call } from '../../app/client.ts';

export function PatientPicker({ onPick, onNew }: { onPick(hit: PatientHit): void; onNew?(): void }) {
  const { t } = useTranslation('patients');
  const [query, setQuery] = useState('');
  const [hits, setHits] = useState<PatientHit[]>([]);
  const [marked, setMarked] = useState(0);
  const turn = useRef(0);
  const pending = useRef<Promise<PatientHit[]>>(Promise.resolve([]));
  useEffect(() => {
    const mine = ++turn.current;
    pending.current = call('patient.search', { query, limit: 8 }).then((reply) => {
      const found = reply.ok ? reply.value.hits : [];
      if (mine === turn.current) {
        setHits(found);
        setMarked(0);
      }
      return found;
    });
  }, [query]);
  return (
    <div>
      <input
        autoComplete="off"
        className="input"
        autoFocus
        role="combobox"
        aria-expanded
        aria-controls="picker-hits"
        aria-label={t('find')}
        placeholder={t('findHelp')}
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault();
            setMarked((now) => Math.max(0, Math.min(hits.length - 1, now + (event.key === 'ArrowDown' ? 1 : -1))));
          } else if (event.key === 'Enter' && !event.ctrlKey) {
            event.preventDefault();
            void pending.current.then((found) => {
              const hit = found[marked];
              if (hit !== undefined) onPick(hit);
            });
          }
        }}
      />
      <ul className="options" id="picker-hits" role="listbox" aria-label={t('hits')}>
        {hits.map((hit, index) => (
          <li
            key={hit.id}
            role="option"
            aria-selected={index === marked}
            onMouseDown={(event) => {
              event.preventDefault();
              onPick(hit);
            }}
          >
            <span>
              {hit.familyName}, {hit.givenName} {hit.namesake && <span className="due">{t('common:search.namesake')}</span>}{' '}
              {hit.blocked && <span className="due">{t('common:search.blocked')}</span>}
            </span>
            <span className="quiet num">{formatBirthDate(hit.birthDate)}</span>
            <span className="quiet">{[hit.addressLine, hit.city].filter(Boolean).join(', ')}</span>
          </li>
        ))}
      </ul>
      {onNew !== undefined && (
        <button type="button" className="link" onClick={onNew}>
          {t('new')} <kbd>Alt N</kbd>
        </button>
      )}
    </div>
  );
}
