/** Whether invitations that rest on consent to marketing are counted as opened and followed, and the agreement that is on file for it. */
import { useTranslation } from 'react-i18next';
import type { EmailOptions } from '#db/rules/message-options.ts';
import { Field } from '../../ui/field.tsx';
import { formatDate } from '../chart/format.ts';

type Part = Pick<EmailOptions, 'tracking' | 'website' | 'trackingAgreement'>;

/** @param offered the operator has switched it on; otherwise nothing of it is shown */
export function TrackingSettings({
  offered,
  strict,
  me,
  form,
  set,
}: {
  offered: boolean;
  strict: boolean;
  me: string;
  form: Part;
  set(change: Partial<Part>): void;
}) {
  const { t } = useTranslation('integrations');
  if (!offered) return null;
  const { tracking, trackingAgreement: agreement, website } = form;
  const recorded = agreement !== null && agreement.reference.trim().length >= 3;
  return (
    <fieldset style={{ border: 0, padding: 0, margin: '8px 0' }}>
      <legend className="quiet">{t('tracking.help')}</legend>
      <label>
        <input
          type="checkbox"
          checked={tracking}
          disabled={strict && !recorded && !tracking}
          onChange={(event) => set({ tracking: event.currentTarget.checked })}
        />{' '}
        {t('tracking.on')}
      </label>
      <div className="form">
        <Field
          label={t('tracking.website')}
          value={website}
          onText={(value) => set({ website: value })}
          placeholder="https://"
          pattern="https:\/\/.+"
        />
        <Field
          label={strict ? t('tracking.agreementNeeded') : t('tracking.agreement')}
          value={agreement?.reference ?? ''}
          onText={(reference) =>
            // Who recorded it, and when, is stamped by the core.
            set({ trackingAgreement: reference === '' ? null : { byId: me, at: '', reference } })
          }
          maxLength={200}
        />
      </div>
      {recorded && agreement.at !== '' && <p className="quiet">{t('tracking.recorded', { date: formatDate(agreement.at) })}</p>}
    </fieldset>
  );
}
