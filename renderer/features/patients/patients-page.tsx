/** All patients by search; without a query those last opened. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions } from '../../app/keys.ts';
import { goTo } from '../../app/router.ts';
import { useAsk } from '../../app/use-ask.ts';
import { formatBirthDate, formatDay } from '../chart/format.ts';

export function PatientsPage({ query: initial }: { query: string }) {
  const { t } = useTranslation('patients');
  const [query, setQuery] = useState(initial);
  const [at, setAt] = useState(0);
  const { value } = useAsk('patient.search', { query, limit: 50 }, ['patient']);
  const hits = value?.hits ?? [];
  const selected = hits[Math.min(at, hits.length - 1)];
  useActions([{ id: 'patients.new', label: t('new'), key: 'Alt+n', run: () => goTo({ name: 'new-patient' }) }]);
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('title')}</h1>
        <button type="button" className="btn main" onClick={() => goTo({ name: 'new-patient' })}>
          {t('new')} <kbd>Alt N</kbd>
        </button>
      </div>
      <input
        autoComplete="off"
        className="input"
        style={{ maxWidth: 520 }}
        autoFocus
        aria-label={t('find')}
        placeholder={t('findHelp')}
        value={query}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault();
            setAt((now) => Math.max(0, Math.min(hits.length - 1, now + (event.key === 'ArrowDown' ? 1 : -1))));
          } else if (event.key === 'Enter' && selected !== undefined) {
            event.preventDefault();
            goTo({ name: 'patient', id: selected.id });
          }
        }}
      />
      <p className="quiet">
        {query === ''
          ? hits.length === 0
            ? t('noneYet')
            : t('recent')
          : value?.more === true
            ? t('more')
            : hits.length === 0
              ? t('noHits')
              : ''}
      </p>
      {hits.length > 0 && (
        <table className="list" aria-label={t('hits')}>
          <thead>
            <tr>
              <th scope="col">{t('field.name')}</th>
              <th scope="col">{t('field.birthDate')}</th>
              <th scope="col">{t('field.nationalId')}</th>
              <th scope="col">{t('field.phone')}</th>
              <th scope="col">{t('field.address')}</th>
              <th scope="col">{t('lastVisit')}</th>
            </tr>
          </thead>
          <tbody>
            {hits.map((hit) => (
              <tr
                key={hit.id}
                aria-selected={hit === selected}
                data-off={hit.status === 'active' ? undefined : ''}
                onClick={() => goTo({ name: 'patient', id: hit.id })}
              >
                <td>
                  <strong>
                    {hit.familyName}, {hit.givenName}
                  </strong>{' '}
                  {hit.namesake && <span className="due">{t('common:search.namesake')}</span>}{' '}
                  {hit.blocked && <span className="due">{t('common:search.blocked')}</span>}
                </td>
                <td className="num">{formatBirthDate(hit.birthDate)}</td>
                <td className="num quiet">{hit.maskedNationalId}</td>
                <td className="num">{hit.phone}</td>
                <td className="quiet">{[hit.addressLine, hit.city].filter(Boolean).join(', ')}</td>
                <td className="num quiet">{hit.lastVisitAt === null ? '' : formatDay(hit.lastVisitAt)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
