/** The changes of this laptop that wait, or that have gone: what, about whom, by whom, and what became of it. */
import { useTranslation } from 'react-i18next';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { formatDay, formatTime } from '../chart/format.ts';

const ENTITIES = ['sync', 'encounter', 'note_section', 'patient', 'appointment', 'diagnosis', 'payment', 'letter'];

export function Queue({ show }: { show: 'pending' | 'sent' }) {
  const { t } = useTranslation('sync');
  const outbox = useAsk('sync.outbox', { show }, ENTITIES).value;
  if (outbox === null) return null;
  const { items, total } = outbox;
  if (items.length === 0) return <p className="quiet">{t(`none.${show}`)}</p>;
  return (
    <>
      <table className="list" aria-label={t(`show.${show}`)}>
        <thead>
          <tr>
            <th scope="col">{t('col.when')}</th>
            <th scope="col">{t('col.patient')}</th>
            <th scope="col">{t('col.what')}</th>
            <th scope="col">{t('col.who')}</th>
            <th scope="col">{t('col.state')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.id}>
              <td className="num">
                {formatDay(item.at)} {formatTime(item.at)}
              </td>
              <td>{item.patientName}</td>
              <td>{t(`entity.${item.entity}`, { defaultValue: item.entity })}</td>
              <td className="quiet">{item.actorName}</td>
              <td className="quiet">{item.code === null ? t(`state.${item.state}`) : sentence(item.code)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {total > items.length && <p className="quiet">{t('more', { count: total - items.length })}</p>}
    </>
  );
}
