/** Search field and command palette in one: patients as one types, and every action with its key. */
import { useReturnFocus } from './use-return-focus.ts';
import { formatBirthDate } from '../features/chart/format.ts';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PatientHit } from '#electron/contract/patients.ts';
import { call } from './client.ts';
import { availableActions, shownKey } from './keys.ts';
import type { Action } from './keys.ts';
import { goTo } from './router.ts';

type Option = { kind: 'patient'; hit: PatientHit } | { kind: 'action'; action: Action };

export function Palette({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  useReturnFocus();
  const [query, setQuery] = useState('');
  const [hits, setHits] = useState<PatientHit[]>([]);
  const [marked, setMarked] = useState(0);
  const [actions] = useState(() => availableActions().filter((action) => action.id !== 'palette'));
  const turn = useRef(0);
  const pending = useRef<Promise<PatientHit[]>>(Promise.resolve([]));

  useEffect(() => {
    const mine = ++turn.current;
    pending.current = call('patient.search', { query, limit: 8 }).then((reply) => {
      const found = reply.ok ? reply.value.hits : [];
      if (mine === turn.current) {
        setHits(found);
        setMarked(0);
        performance.mark('patient-search:shown');
      }
      return found;
    });
  }, [query]);

  const matching = useMemo(() => {
    const wanted = query.trim().toLowerCase();
    return actions
      .filter((action) => wanted === '' || `${action.label} ${action.words ?? ''}`.toLowerCase().includes(wanted))
      .slice(0, wanted === '' ? 8 : 6);
  }, [actions, query]);
  const toOptions = (found: readonly PatientHit[]): Option[] => [
    ...found.map((hit) => ({ kind: 'patient' as const, hit })),
    ...matching.map((action) => ({ kind: 'action' as const, action })),
  ];
  const options = toOptions(hits);

  const take = (option: Option | undefined): void => {
    if (option === undefined) return;
    onClose();
    if (option.kind === 'patient') goTo({ name: 'patient', id: option.hit.id });
    else option.action.run();
  };

  return (
    <div className="overlay" role="presentation" onMouseDown={(event) => event.target === event.currentTarget && onClose()}>
      <div role="dialog" aria-label={t('search.open')}>
        <input
          autoComplete="off"
          className="input"
          autoFocus
          role="combobox"
          aria-expanded
          aria-controls="palette-options"
          aria-activedescendant={options.length > 0 ? `palette-${marked}` : undefined}
          aria-label={t('search.placeholder')}
          placeholder={t('search.placeholder')}
          value={query}
          onChange={(event) => {
            performance.mark('patient-search:key');
            setQuery(event.currentTarget.value);
          }}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
              event.preventDefault();
              setMarked((now) => Math.max(0, Math.min(options.length - 1, now + (event.key === 'ArrowDown' ? 1 : -1))));
            } else if (event.key === 'Enter') {
              event.preventDefault();
              void pending.current.then((found) => take(toOptions(found)[marked]));
            } else if (event.key === 'Escape') {
              event.preventDefault();
              event.stopPropagation();
              onClose();
            }
          }}
        />
        <ul className="options" id="palette-options" role="listbox" aria-label={t('search.open')}>
          {options.length === 0 && (
            <li role="option" aria-selected={false} aria-disabled="true">
              {t('search.none')}
            </li>
          )}
          {options.map((option, index) => (
            <li
              key={option.kind === 'patient' ? option.hit.id : option.action.id}
              id={`palette-${index}`}
              role="option"
              aria-selected={index === marked}
              onMouseDown={(event) => {
                event.preventDefault();
                take(option);
              }}
            >
              {option.kind === 'patient' ? (
                <>
                  <span>
                    {option.hit.familyName}, {option.hit.givenName}{' '}
                    {option.hit.namesake && <span className="due">{t('search.namesake')}</span>}{' '}
                    {option.hit.blocked && <span className="due">{t('search.blocked')}</span>}
                  </span>
                  <span className="quiet num">
                    {option.hit.birthDate === null ? t('search.noBirthDate') : formatBirthDate(option.hit.birthDate)}
                  </span>
                  <span className="quiet">{[option.hit.addressLine, option.hit.city].filter(Boolean).join(', ')}</span>
                </>
              ) : (
                <>
                  <span>{option.action.label}</span>
                  <span />
                  {option.action.key === undefined ? <span /> : <kbd>{shownKey(option.action.key)}</kbd>}
                </>
              )}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
