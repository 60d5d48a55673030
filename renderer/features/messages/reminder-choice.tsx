/** At a booking: which reminders, and the consent they rest on. Nothing is chosen that would not reach the patient. */
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { REMINDERS } from '#electron/contract/messages.ts';
import { useAsk } from '../../app/use-ask.ts';
import './messages.css';
import { reasonText } from './reason-text.ts';

export interface ChosenReminders {
  templates: ('reminder-24h' | 'reminder-2h')[];
  /** The patient has just said yes to SMS. */
  agreed: boolean;
}
export const NO_REMINDERS: ChosenReminders = { templates: [], agreed: false };

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
  const reaches = offer !== null && offer.on && offer.problem === null && offer.consent !== 'no';
  const proposed = reaches && offer.consent === 'yes' ? offer.proposed.join(' ') : '';
  useEffect(() => {
    onChoose({ templates: REMINDERS.filter((name) => proposed.split(' ').includes(name)), agreed: false });
    // The proposal follows the patient; what was chosen by hand since is the person's own.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [proposed, patientId]);
  if (offer === null || !offer.on) return null;
  if (!reaches)
    return (
      <p className="quiet">
        {t('booking.title')}: {offer.consent === 'no' ? t('booking.withdrawn') : reasonText(t, offer.problem ?? '')}
      </p>
    );
  const needsWord = offer.consent === null;
  return (
    <fieldset className="reminders">
      <legend>{t('booking.title')}</legend>
      {needsWord && (
        <label>
          <input
            type="checkbox"
            checked={chosen.agreed}
            onChange={(event) => {
              const agreed = event.currentTarget.checked;
              onChoose({ agreed, templates: agreed ? REMINDERS.filter((name) => offer.proposed.includes(name)) : [] });
            }}
          />{' '}
          {t('booking.agreed')}
        </label>
      )}
      {REMINDERS.map((name) => (
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
