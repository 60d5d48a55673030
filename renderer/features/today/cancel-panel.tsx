/** A booking is called off: why, and whether the patient is told. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/client.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { formatTime } from '../chart/format.ts';
import { reasonText } from '../messages/reason-text.ts';
import { say } from '../messages/say-button.tsx';

interface Cancelled {
  appointment: { id: string; startsAt: string };
  patient: { id: string; givenName: string; familyName: string };
}

export function CancelPanel({ item, onClose }: { item: Cancelled; onClose(): void }) {
  const { t } = useTranslation('today');
  const [reason, setReason] = useState('');
  const [tell, setTell] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const { value: offer } = useAsk('reminder.offer', { patientId: item.patient.id }, ['channel_consent', 'patient', 'integration_setting']);
  const reaches = offer !== null && offer.on && offer.problem === null && offer.consent === 'yes';
  const cancel = async (): Promise<void> => {
    const reply = await call('appointment.cancel', { id: item.appointment.id, reason: reason.trim() === '' ? null : reason });
    if (!reply.ok) return setProblem(sentence(reply.code));
    if (!tell || !reaches) return onClose();
    const { channel } = offer;
    const about = { patientId: item.patient.id, appointmentId: item.appointment.id, templateId: 'cancellation', channel } as const;
    const wrong = await say(t, about);
    if (wrong === null) onClose();
    else setProblem(wrong);
  };
  return (
    <div className="overlay">
      <div
        role="dialog"
        aria-label={t('cancel.title')}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            event.preventDefault();
            event.stopPropagation();
            onClose();
          }
        }}
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void cancel();
          }}
        >
          <h1 style={{ fontSize: 16, margin: 0 }}>
            {t('cancel.title')}: {item.patient.givenName} {item.patient.familyName}, {formatTime(item.appointment.startsAt)}
          </h1>
          <label className="field" style={{ margin: '8px 0' }}>
            <span>{t('cancel.reason')}</span>
            <input
              autoComplete="off"
              className="input"
              autoFocus
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          </label>
          {offer !== null && offer.on && (
            <p style={{ margin: '0 0 8px' }}>
              {reaches ? (
                <label>
                  <input type="checkbox" checked={tell} onChange={(event) => setTell(event.currentTarget.checked)} />{' '}
                  {t('cancel.tell', { channel: t(`messages:channel.${offer.channel}`) })}
                </label>
              ) : (
                <span className="quiet">{t('cancel.cannotTell', { reason: whyNot(t, offer) })}</span>
              )}
            </p>
          )}
          {problem !== null && (
            <p className="danger-text" role="alert">
              {problem}
            </p>
          )}
          <div className="row">
            <button type="submit" className="btn main">
              {t('cancel.do')} <kbd>⏎</kbd>
            </button>
            <button type="button" className="btn" onClick={onClose}>
              {t('common:cancel')} <kbd>Esc</kbd>
            </button>
          </div>
        </form>
      </div>
    </div>
  );
}

function whyNot(t: ReturnType<typeof useTranslation>['t'], offer: { consent: 'yes' | 'no' | null; problem: string | null }): string {
  if (offer.consent === 'no') return reasonText(t, 'consent/withdrawn');
  return reasonText(t, offer.problem ?? 'consent/missing');
}
