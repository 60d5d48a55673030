/** Journals that have been kept for as long as they must (J16). Tells; deletes nothing. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { Choice } from '../../ui/field.tsx';
import { formatDate, formatTime } from '../chart/format.ts';

const YEARS = [10, 12, 15, 20, 30];
const day = (date: string): string => formatDate(`${date}T12:00:00Z`);

export function Retention() {
  const { t } = useTranslation('settings');
  const [years, setYears] = useState(10);
  const { value, code } = useAsk('retention.due', { years });
  const journals = value?.journals ?? [];
  return (
    <>
      <p>{t('retention.help')}</p>
      <p className="quiet">{t('retention.decision')}</p>
      <div className="row fields">
        <Choice
          label={t('retention.years')}
          value={String(years)}
          onText={(text) => setYears(Number(text))}
          options={YEARS.map((count) => ({ value: String(count), label: t('retention.count', { count }) }))}
        />
      </div>
      {code !== null && <p className="danger-text">{sentence(code)}</p>}
      {code === null && value !== null && (
        <p role="status">
          <strong>{t('retention.due', { count: journals.length })}</strong>{' '}
          <span className="quiet">
            {value.more && t('retention.more')}{' '}
            {value.lastSyncedAt !== null &&
              t('retention.asOf', { at: `${formatDate(value.lastSyncedAt)} ${formatTime(value.lastSyncedAt)}` })}
          </span>
        </p>
      )}
      {code === null && journals.length > 0 && (
        <table className="list" aria-label={t('section.retention')}>
          <thead>
            <tr>
              <th scope="col">{t('log.patient')}</th>
              <th scope="col">{t('affected.born')}</th>
              <th scope="col">{t('retention.lastEntry')}</th>
              <th scope="col">{t('retention.keptUntil')}</th>
            </tr>
          </thead>
          <tbody>
            {journals.map((journal) => (
              <tr key={journal.patientId}>
                <td>{journal.name}</td>
                <td className="num">{journal.birthDate === null ? '' : day(journal.birthDate)}</td>
                <td className="num">{day(journal.lastEntry)}</td>
                <td className="num">{day(journal.keptUntil)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
