/** What a clinic chooses for its SMS: who sends, under which name, when, and with which words. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { smsOptions, type SmsOptions } from '#db/rules/message-options.ts';
import { textProblem } from '#db/rules/message-text.ts';
import { MESSAGE_TEMPLATES } from '#db/rules/message-templates.ts';
import type { IntegrationView } from '#electron/contract/integrations.ts';
import { call } from '../../app/client.ts';
import { Choice, Field } from '../../ui/field.tsx';
import { reasonText } from '../messages/reason-text.ts';
import { Said, useOutcome } from './outcome.tsx';

const FLAGS = ['remind24', 'remind2', 'firstName', 'foreignNumbers'] as const;
const WORDED = MESSAGE_TEMPLATES.filter(({ id }) => id !== 'answer');

export function SmsSettings({ one }: { one: IntegrationView }) {
  const { t } = useTranslation('integrations');
  const [form, setForm] = useState<SmsOptions>(() => smsOptions(one.options));
  const [said, wrong, tell] = useOutcome();
  const set = (change: Partial<SmsOptions>): void => setForm({ ...form, ...change });
  // The fields are what may vary; their braces are no words.
  const problemIn = (text: string): string | null => {
    const judged = textProblem(text.replaceAll(/\{\w+\}/g, 'x'));
    return judged.ok ? null : reasonText(t, judged.code);
  };
  const problems = WORDED.map(({ id }) => (form.texts[id] === undefined ? null : problemIn(form.texts[id] ?? '')));
  const save = async (): Promise<void> => {
    const { texts, ...rest } = form;
    const own = Object.fromEntries(Object.entries(texts).filter(([, text]) => text.trim() !== ''));
    tell(await call('integration.set', { name: 'sms', enabled: one.enabled, options: { ...rest, texts: own } }));
  };
  return (
    <form
      style={{ marginTop: 12 }}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div className="form">
        <Choice
          label={t('sms.order')}
          value={form.providers.join(',')}
          onText={(value) => set({ providers: value === '' ? [] : (value.split(',') as SmsOptions['providers']) })}
          options={[
            { value: '', label: t('sms.orderDefault') },
            { value: 'twilio,telnyx', label: 'Twilio, Telnyx' },
            { value: 'telnyx,twilio', label: 'Telnyx, Twilio' },
            { value: 'twilio', label: 'Twilio' },
            { value: 'telnyx', label: 'Telnyx' },
          ]}
        />
        <Choice
          label={t('sms.language')}
          value={form.language}
          onText={(value) => set({ language: value === 'en' ? 'en' : 'nb' })}
          options={[
            { value: 'nb', label: 'Norsk bokmål' },
            { value: 'en', label: 'English' },
          ]}
        />
        <Field label={t('sms.neutralName')} value={form.neutralName} onText={(value) => set({ neutralName: value })} />
        <Field
          label={t('sms.sender')}
          value={form.sender}
          onText={(value) => set({ sender: value })}
          pattern="[A-Za-z][A-Za-z0-9 ]{2,10}"
        />
        <Field
          label={t('sms.quietFrom')}
          value={form.quietFrom}
          onText={(value) => set({ quietFrom: value })}
          placeholder="21:00"
          pattern="([01][0-9]|2[0-3]):[0-5][0-9]"
          required
        />
        <Field
          label={t('sms.quietTo')}
          value={form.quietTo}
          onText={(value) => set({ quietTo: value })}
          placeholder="21:00"
          pattern="([01][0-9]|2[0-3]):[0-5][0-9]"
          required
        />
        <Field
          label={t('sms.keepDays')}
          type="number"
          min={1}
          max={3650}
          value={String(form.keepDays)}
          onText={(value) => set({ keepDays: Number(value) || 1 })}
          required
        />
      </div>
      <p className="quiet">{t('sms.neutralHelp')}</p>
      <div className="row" style={{ margin: '8px 0', flexWrap: 'wrap' }}>
        {FLAGS.map((name) => (
          <label key={name}>
            <input type="checkbox" checked={form[name]} onChange={(event) => set({ [name]: event.currentTarget.checked })} />{' '}
            {t(`sms.${name}`)}
          </label>
        ))}
      </div>
      <details>
        <summary>{t('texts')}</summary>
        <p className="quiet">{t('fields', { interpolation: { skipOnVariables: true } })}</p>
        {WORDED.map((template, index) => (
          <label key={template.id} className="field wide" style={{ display: 'block', marginBottom: 8 }}>
            <span>{t(`messages:template.${template.id}`)}</span>
            <textarea
              className="input"
              rows={2}
              placeholder={template[form.language]}
              value={form.texts[template.id] ?? ''}
              onChange={(event) => set({ texts: { ...form.texts, [template.id]: event.currentTarget.value } })}
            />
            {form.texts[template.id]?.trim() !== '' && problems[index] !== null && <span className="danger-text">{problems[index]}</span>}
          </label>
        ))}
      </details>
      <div className="row" style={{ marginTop: 8 }}>
        <button type="submit" className="btn main">
          {t('save')}
        </button>
        <Said text={said} wrong={wrong} />
      </div>
    </form>
  );
}
