/** At a booking of the day: its status, what the patient answered, and how its reminders fare. */
import { useTranslation } from 'react-i18next';
import type { DayItem } from '#electron/contract/calendar.ts';
import { formatDate, formatTime } from '../chart/format.ts';
import { reasonText } from './reason-text.ts';

const WRONG: ReadonlySet<string> = new Set(['failed', 'blocked', 'unknown']);

export function BookingStatus({ item }: { item: Pick<DayItem, 'appointment' | 'reminders'> }) {
  const { t } = useTranslation('today');
  return (
    <td>
      {t(`status.${item.appointment.status}`)}
      <BookingReminders item={item} />
    </td>
  );
}

function BookingReminders({ item: { appointment, reminders } }: { item: Pick<DayItem, 'appointment' | 'reminders'> }) {
  const { t } = useTranslation('messages');
  const { patientAnswer } = appointment;
  // The one that says most: what went wrong, else the last.
  const told = reminders.find(({ state }) => WRONG.has(state)) ?? reminders.at(-1);
  if (patientAnswer !== null && appointment.status === 'booked')
    return <span className={patientAnswer === 'cancel' ? 'due' : 'quiet'}> · {t(`booking.${patientAnswer}`)}</span>;
  if (told === undefined) return null;
  const words =
    told.waiting && told.state === 'planned'
      ? t('state.waiting')
      : t(`state.${told.state}`, { at: `${formatDate(told.at)} ${formatTime(told.at)}` });
  const all = reminders.map(
    (one) => `${t(`short.${one.templateId}`)}: ${t(`state.${one.state}`, { at: `${formatDate(one.at)} ${formatTime(one.at)}` })}`,
  );
  return (
    <span className={WRONG.has(told.state) ? 'due' : 'quiet'} title={all.join('\n')}>
      {' '}
      · SMS {words}
      {told.reason !== null && `: ${reasonText(t, told.reason)}`}
    </span>
  );
}
