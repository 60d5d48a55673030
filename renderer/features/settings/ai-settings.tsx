/** The clinic's agreement with whoever runs the model: who agreed, when, to what. Under FEATURE_GDPR_STRICT nothing is sent without it. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { aiAgreement } from '#db/rules/ai-options.ts';
import type { IntegrationView } from '#electron/contract/integrations.ts';
import { call } from '../../app/client.ts';
import { Field } from '../../ui/field.tsx';
import { formatDate } from '../chart/format.ts';
import { Said, useOutcome } from './outcome.tsx';

const EMPTY = { document: '', processor: '', agreedBy: '', agreedOn: '' };

export function AiSettings({ one, strict }: { one: IntegrationView; strict: boolean }) {
  const { t } = useTranslation('integrations');
  const recorded = aiAgreement(one.options);
  const [form, setForm] = useState(() => (recorded === null ? EMPTY : { ...EMPTY, ...only(recorded) }));
  const [said, wrong, tell] = useOutcome();
  const set = (change: Partial<typeof EMPTY>): void => setForm({ ...form, ...change });
  const save = async (): Promise<void> => {
    tell(await call('integration.set', { name: 'ai', enabled: one.enabled, options: { ...one.options, agreement: form } }));
  };
  return (
    <form
      style={{ marginTop: 12 }}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <p className="quiet">{t('ai.what')}</p>
      <p className={recorded === null && strict ? 'due' : 'quiet'}>
        {recorded === null
          ? t(strict ? 'ai.missingStrict' : 'ai.missing')
          : t('ai.recorded', { date: formatDate(recorded.recordedAt), by: recorded.agreedBy })}
      </p>
      <div className="form">
        <Field
          label={t('ai.document')}
          value={form.document}
          onText={(value) => set({ document: value })}
          minLength={3}
          maxLength={200}
          required
        />
        <Field
          label={t('ai.processor')}
          value={form.processor}
          onText={(value) => set({ processor: value })}
          minLength={2}
          maxLength={200}
          required
        />
        <Field
          label={t('ai.agreedBy')}
          value={form.agreedBy}
          onText={(value) => set({ agreedBy: value })}
          minLength={2}
          maxLength={200}
          required
        />
        <Field label={t('ai.agreedOn')} type="date" value={form.agreedOn} onText={(value) => set({ agreedOn: value })} required />
      </div>
      <div className="row" style={{ marginTop: 8 }}>
        <button type="submit" className="btn main">
          {t('ai.record')}
        </button>
        <Said text={said} wrong={wrong} />
      </div>
    </form>
  );
}

const only = ({ document, processor, agreedBy, agreedOn }: typeof EMPTY): typeof EMPTY => ({ document, processor, agreedBy, agreedOn });
