/** What the patient has agreed to, channel by channel, since when and from whom it is known, and which channel is used first. */
import { useTranslation } from 'react-i18next';
import type { PatientView } from '#electron/contract/patients.ts';
import { call } from '../../app/client.ts';
import { formatDate, formatTime } from '../chart/format.ts';

type Consent = PatientView['consents'][number];

export function ConsentSection({
  patientId,
  consents,
  preferred,
}: {
  patientId: string;
  consents: readonly Consent[];
  preferred: 'sms' | 'email' | null;
}) {
  const { t } = useTranslation('patients');
  return (
    <section aria-labelledby="consents-title">
      <h2 id="consents-title">{t('consents')}</h2>
      {consents.map((consent) => (
        <div key={consent.channel} style={{ marginBottom: 4 }}>
          <label className="row" style={{ justifyContent: 'space-between', flexWrap: 'nowrap' }}>
            {t(`channel.${consent.channel}`)}
            <select
              className="input"
              style={{ width: 120, flex: 'none' }}
              aria-label={t(`channel.${consent.channel}`)}
              value={consent.state}
              onChange={(event) =>
                event.currentTarget.value !== 'not_asked' &&
                void call('consent.set', { patientId, channel: consent.channel, state: event.currentTarget.value as 'yes' | 'no' })
              }
            >
              <option value="not_asked" disabled={consent.state !== 'not_asked'}>
                {t('consent.not_asked')}
              </option>
              <option value="yes">{t('consent.yes')}</option>
              <option value="no">{t('consent.no')}</option>
            </select>
          </label>
          {consent.recordedAt !== null && <Said consent={consent} at={consent.recordedAt} />}
        </div>
      ))}
      <label className="row" style={{ justifyContent: 'space-between', flexWrap: 'nowrap' }}>
        {t('consent.first')}
        <select
          className="input"
          style={{ width: 120, flex: 'none' }}
          aria-label={t('consent.first')}
          value={preferred ?? ''}
          onChange={(event) =>
            void call('consent.prefer', {
              patientId,
              channel: event.currentTarget.value === '' ? null : (event.currentTarget.value as 'sms' | 'email'),
            })
          }
        >
          <option value="">{t('consent.noWish')}</option>
          <option value="sms">{t('channel.sms')}</option>
          <option value="email">{t('channel.email')}</option>
        </select>
      </label>
    </section>
  );
}

function Said({ consent: { source, recordedByName }, at }: { consent: Consent; at: string }) {
  const { t } = useTranslation('patients');
  const when = `${formatDate(at)} ${formatTime(at)}`;
  const words =
    source === 'reply'
      ? t('consent.byPatient', { at: when })
      : recordedByName === null
        ? t('consent.asked', { at: when })
        : t('consent.askedBy', { at: when, name: recordedByName });
  return (
    <p className="quiet" style={{ margin: 0, fontSize: 12 }}>
      {words}
    </p>
  );
}
