/** At a booking: its status, what the patient answered, and how what was said about it fares. */
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DayItem } from '#electron/contract/calendar.ts';
import { messageTemplate } from '#db/rules/message-templates.ts';
import { REMINDERS, type Reminder } from '#electron/contract/messages.ts';
import { call } from '../../app/client.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import './messages.css';
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

const GONE: ReadonlySet<string> = new Set(['cancelled']);

/** Everything that was said about a booking, with its life, what can still be done, and what more can be asked for. */
export function BookingMessages({ appointmentId, patientId }: { appointmentId: string; patientId: string }) {
  const { t } = useTranslation('messages');
  const said = useAsk('message.ofBooking', { appointmentId }, ['message', 'appointment']);
  const offer = useAsk('reminder.offer', { patientId }, ['channel_consent', 'patient', 'integration_setting']).value;
  const [problem, setProblem] = useState<string | null>(null);
  const section = useRef<HTMLElement>(null);
  if (said.value === null || offer === null) return null;
  const reminders = said.value.items;
  const reaches = offer.on && offer.problem === null && offer.consent === 'yes';
  if (reminders.length === 0 && !reaches) return null;
  const has = (templateId: string) => reminders.some((one) => one.templateId === templateId && !GONE.has(one.state));
  const { channel } = offer;
  const more = REMINDERS.filter((name) => reaches && !has(name) && messageTemplate(name)?.channels.includes(channel) === true);
  const add = (name: (typeof REMINDERS)[number]) =>
    act(call('reminder.set', { appointmentId, channel, templates: [name, ...REMINDERS.filter(has)] }));
  const act = async (reply: Promise<{ ok: boolean; code?: string }>): Promise<void> => {
    const answer = await reply;
    setProblem(answer.ok ? null : sentence(answer.code ?? 'unknown'));
    // What was pressed may be gone: the keys still belong to the panel.
    section.current?.focus();
  };
  return (
    <section ref={section} tabIndex={-1} aria-label={t('booking.said')}>
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
      {(more.length > 0 || (reaches && !has('confirmation'))) && (
        <p className="recall-acts">
          <span className="quiet">{t('booking.ask', { channel: t(`channel.${channel}`) })}</span>
          {reaches && !has('confirmation') && (
            <button
              type="button"
              className="link"
              onClick={() => void act(call('message.ask', { patientId, appointmentId, templateId: 'confirmation', channel, body: null }))}
            >
              {t('booking.confirm')}
            </button>
          )}
          {more.map((name) => (
            <button key={name} type="button" className="link" onClick={() => void add(name)}>
              {t(`short.${name}`)}
            </button>
          ))}
        </p>
      )}
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
