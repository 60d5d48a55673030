/** Two laptops booked the same time: go to the day and move one, or let both stand. */
import { useTranslation } from 'react-i18next';
import { clinicDay } from '#db/rules/appointments.ts';
import { call } from '../../app/client.ts';
import { goTo } from '../../app/router.ts';
import { useAsk } from '../../app/use-ask.ts';
import { formatDay, formatTime } from '../chart/format.ts';

export function useDoubleBookings() {
  return useAsk('appointment.doubleBooked', {}, ['appointment']);
}

export function DoubleBookings({ list }: { list: ReturnType<typeof useDoubleBookings> }) {
  const { t } = useTranslation('sync');
  const pairs = list.value?.pairs ?? [];
  if (pairs.length === 0) return null;
  const keepBoth = async (id: string, otherId: string): Promise<void> => {
    await call('appointment.keepBoth', { id, otherId });
    list.again();
  };
  return (
    <section className="conflict">
      <h2>{t('doubleBooked.title')}</h2>
      <ul className="line-list">
        {pairs.map(({ practitionerName, bookings: [first, second] }) => (
          <li key={`${first.id}/${second.id}`} className="row">
            <span className="num">
              {formatDay(first.startsAt)} {formatTime(first.startsAt)}
            </span>
            <strong>{first.patientName}</strong>
            <span className="num">{formatTime(second.startsAt)}</span>
            <strong>{second.patientName}</strong>
            <span className="quiet">{practitionerName}</span>
            <button type="button" className="btn" onClick={() => goTo({ name: 'today', day: clinicDay(first.startsAt) })}>
              {t('doubleBooked.day')}
            </button>
            <button type="button" className="btn" onClick={() => void keepBoth(second.id, first.id)}>
              {t('doubleBooked.both')}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
