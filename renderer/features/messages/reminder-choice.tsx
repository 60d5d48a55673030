/** At a booking: which reminders, by which channel, and the consent they rest on. Nothing is chosen that would not reach the patient. */
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { REMINDERS, type ChannelOffer } from '#electron/contract/messages.ts';
import { messageTemplate } from '#db/rules/message-templates.ts';
import { useAsk } from '../../app/use-ask.ts';
import './messages.css';
import { reasonText } from './reason-text.ts';

export interface ChosenReminders {
  templates: ('reminder-24h' | 'reminder-2h')[];
  channel: 'sms' | 'email';
  /** The patient has just said yes to the channel. */
  agreed: boolean;
  /** Told of the booking at once. */
  confirm: boolean;
}
export const NO_REMINDERS: ChosenReminders = { templates: [], channel: 'sms', agreed: false, confirm: false };

const reaches = (one: ChannelOffer): boolean => one.on && one.problem === null && one.consent !== 'no';
const proposedBy = (one: ChannelOffer): ChosenReminders['templates'] => REMINDERS.filter((name) => one.proposed.includes(name));
const beginning = (one: ChannelOffer): ChosenReminders => ({
  templates: one.consent === 'yes' ? proposedBy(one) : [],
  channel: one.channel,
  agreed: false,
  confirm: false,
});

export function ReminderChoice({
  patientId,
  chosen,
  onChoose,
}: {
  patientId: string;
  chosen: ChosenReminders;
  onChoose(chosen: ChosenReminders): void;
}) {
  const { t } = useTranslation('messages');
  const { value: offer } = useAsk('reminder.offer', { patientId }, ['channel_consent', 'patient', 'integration_setting']);
  const proposal = JSON.stringify(offer !== null && reaches(offer) ? beginning(offer) : NO_REMINDERS);
  useEffect(() => {
    onChoose(JSON.parse(proposal) as ChosenReminders);
    // The proposal follows the patient; what was chosen by hand since is the person's own.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [proposal, patientId]);
  if (offer === null || !offer.channels.some(({ on }) => on)) return null;
  const usable = offer.channels.filter(reaches);
  const shown = usable.find(({ channel }) => channel === chosen.channel) ?? usable[0];
  if (shown === undefined)
    return (
      <p className="quiet">
        {t('booking.title')}: {offer.consent === 'no' ? t('booking.withdrawn') : reasonText(t, offer.problem ?? '')}
      </p>
    );
  const needsWord = shown.consent === null;
  const names = REMINDERS.filter((name) => messageTemplate(name)?.channels.includes(shown.channel) === true);
  return (
    <fieldset className="reminders">
      <legend>{t('booking.title')}</legend>
      {usable.length > 1 ? (
        <select
          className="input"
          style={{ width: 110 }}
          aria-label={t('booking.channel')}
          value={shown.channel}
          onChange={(event) => {
            const next = usable.find(({ channel }) => channel === event.currentTarget.value);
            if (next !== undefined) onChoose(beginning(next));
          }}
        >
          {usable.map(({ channel }) => (
            <option key={channel} value={channel}>
              {t(`channel.${channel}`)}
            </option>
          ))}
        </select>
      ) : (
        <span className="quiet">{t(`channel.${shown.channel}`)}</span>
      )}
      {needsWord && (
        <label>
          <input
            type="checkbox"
            checked={chosen.agreed}
            onChange={(event) => {
              const agreed = event.currentTarget.checked;
              onChoose({ ...beginning(shown), agreed, templates: agreed ? proposedBy(shown) : [] });
            }}
          />{' '}
          {t(`booking.agreed.${shown.channel}`)}
        </label>
      )}
      <label>
        <input
          type="checkbox"
          disabled={needsWord && !chosen.agreed}
          checked={chosen.confirm}
          onChange={(event) => onChoose({ ...chosen, confirm: event.currentTarget.checked })}
        />{' '}
        {t('booking.confirm')}
      </label>
      {names.map((name) => (
        <label key={name}>
          <input
            type="checkbox"
            disabled={needsWord && !chosen.agreed}
            checked={chosen.templates.includes(name)}
            onChange={(event) => {
              const wanted = new Set(chosen.templates);
              if (event.currentTarget.checked) wanted.add(name);
              else wanted.delete(name);
              onChoose({ ...chosen, templates: REMINDERS.filter((one) => wanted.has(one)) });
            }}
          />{' '}
          {t(`short.${name}`)}
        </label>
      ))}
    </fieldset>
  );
}
