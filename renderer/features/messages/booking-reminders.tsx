/** At a booking: its status, what the patient answered, and how what was said about it fares. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DayItem } from '#electron/contract/calendar.ts';
import type { Reminder } from '#electron/contract/messages.ts';
import { call } from '../../app/client.ts';
import { sentence } from '../../i18n/index.ts';
import { MessageLifeLine, MessageState, WENT_WRONG } from './message-state.tsx';

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
  const told = reminders.find(({ state }) => WENT_WRONG.has(state)) ?? reminders.at(-1);
  if (patientAnswer !== null && appointment.status === 'booked')
    return <span className={patientAnswer === 'cancel' ? 'due' : 'quiet'}> · {t(`booking.${patientAnswer}`)}</span>;
  if (told === undefined) return null;
  return (
    <>
      {' '}
      <span className="quiet">· {t(`channel.${told.channel}`)}</span> <MessageState message={told} />
    </>
  );
}

/** Everything that was said about a booking, with its life, and what can still be done. */
export function BookingMessages({ reminders }: { reminders: readonly Reminder[] }) {
  const { t } = useTranslation('messages');
  const [problem, setProblem] = useState<string | null>(null);
  if (reminders.length === 0) return null;
  const act = async (reply: Promise<{ ok: boolean; code?: string }>): Promise<void> => {
    const answer = await reply;
    setProblem(answer.ok ? null : sentence(answer.code ?? 'unknown'));
  };
  return (
    <section aria-label={t('booking.said')}>
      <h2>{t('booking.said')}</h2>
      <table className="list">
        <tbody>
          {reminders.map((one) => (
            <tr key={one.id}>
              <td>{t(`template.${one.templateId}`)}</td>
              <td className="quiet">{t(`channel.${one.channel}`)}</td>
              <td>
                <MessageLifeLine message={one} />
              </td>
              <td className="message-acts">
                <MessageActs message={one} act={act} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}

/** Take back what has not gone out; decide about what may have, or did not. */
export function MessageActs({
  message: { id, state },
  act,
}: {
  message: Pick<Reminder, 'id' | 'state'>;
  act(reply: Promise<{ ok: boolean; code?: string }>): Promise<unknown>;
}) {
  const { t } = useTranslation('messages');
  return (
    <>
      {state === 'planned' && (
        <button type="button" className="link" onClick={() => void act(call('message.cancel', { id }))}>
          {t('cancel')}
        </button>
      )}
      {state === 'unknown' && (
        <button type="button" className="link" onClick={() => void act(call('message.decide', { id, decision: 'sent' }))}>
          {t('wasSent')}
        </button>
      )}
      {(state === 'unknown' || state === 'failed' || state === 'blocked') && (
        <button type="button" className="link" onClick={() => void act(call('message.decide', { id, decision: 'again' }))}>
          {t('again')}
        </button>
      )}
    </>
  );
}
