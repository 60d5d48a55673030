/** What a clinic chooses for its SMS or its e-mail: who sends, under which name, when, and with which words. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MessageChannel } from '#db/model/message.ts';
import { MAX_EMAIL, emailWording } from '#db/rules/message-email.ts';
import { emailOptions, KEEP_DAYS, smsOptions, type EmailOptions, type SmsOptions } from '#db/rules/message-options.ts';
import { MAX_SMS, textProblem } from '#db/rules/message-text.ts';
import { MESSAGE_TEMPLATES, type MessageTemplate } from '#db/rules/message-templates.ts';
import type { IntegrationView } from '#electron/contract/integrations.ts';
import { call } from '../../app/client.ts';
import { useSession } from '../../app/session.ts';
import { Choice, Field } from '../../ui/field.tsx';
import { reasonText } from '../messages/reason-text.ts';
import { Said, useOutcome } from './outcome.tsx';
import { TrackingSettings } from './tracking-settings.tsx';

const FLAGS = { sms: ['remind24', 'remind2', 'firstName', 'foreignNumbers'], email: ['remind24', 'firstName'] } as const;
const NAMES: Readonly<Record<string, string>> = {
  twilio: 'Twilio',
  telnyx: 'Telnyx',
  smtp: 'SMTP',
  sendgrid: 'SendGrid',
  outlook: 'Microsoft Graph',
};
/** Every order that begins with each of them, and each alone. */
const ORDERS: Readonly<Record<MessageChannel, readonly string[]>> = {
  sms: ['twilio,telnyx', 'telnyx,twilio', 'twilio', 'telnyx'],
  email: ['smtp,sendgrid,outlook', 'sendgrid,smtp,outlook', 'outlook,smtp,sendgrid', 'smtp', 'sendgrid', 'outlook'],
};
const TEMPLATES: readonly MessageTemplate[] = MESSAGE_TEMPLATES;
const wordedBy = (channel: MessageChannel) => TEMPLATES.filter(({ id, channels }) => id !== 'answer' && channels.includes(channel));
const wordingOf = (template: MessageTemplate, channel: MessageChannel, language: 'nb' | 'en'): string =>
  (channel === 'email' ? emailWording(template.id, language) : undefined) ?? template[language];

export function MessageSettings({ one, channel, strict }: { one: IntegrationView; channel: MessageChannel; strict: boolean }) {
  const { t } = useTranslation('integrations');
  const me = useSession().user.id;
  const [form, setForm] = useState<SmsOptions & EmailOptions>(
    () =>
      ({
        ...smsOptions(one.options),
        ...emailOptions(one.options),
        ...(channel === 'sms' ? smsOptions(one.options) : emailOptions(one.options)),
      }) as never,
  );
  const [said, wrong, tell] = useOutcome();
  const set = (change: Partial<SmsOptions & EmailOptions>): void => setForm({ ...form, ...change });
  const templates = wordedBy(channel);
  // The fields are what may vary; their braces are no words.
  const problemIn = (text: string): string | null => {
    const judged = textProblem(text.replaceAll(/\{\w+\}/g, 'x'), { max: channel === 'sms' ? MAX_SMS : MAX_EMAIL });
    return judged.ok ? null : reasonText(t, judged.code);
  };
  const save = async (): Promise<void> => {
    const own = Object.fromEntries(Object.entries(form.texts).filter(([, text]) => text.trim() !== ''));
    const options = channel === 'sms' ? smsOptions({ ...form, texts: own }) : emailOptions({ ...form, texts: own });
    tell(await call('integration.set', { name: channel, enabled: one.enabled, options: { ...options } }));
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
          onText={(value) => set({ providers: (value === '' ? [] : value.split(',')) as never })}
          options={[
            { value: '', label: t('sms.orderDefault') },
            ...ORDERS[channel].map((value) => ({
              value,
              label: value
                .split(',')
                .map((name) => NAMES[name] ?? name)
                .join(', '),
            })),
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
        {channel === 'sms' && (
          <Field
            label={t('sms.sender')}
            value={form.sender}
            onText={(value) => set({ sender: value })}
            pattern="[A-Za-z][A-Za-z0-9 ]{2,10}"
          />
        )}
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
          placeholder="08:00"
          pattern="([01][0-9]|2[0-3]):[0-5][0-9]"
          required
        />
        <Field
          label={strict ? t('strict.keepDays', { days: KEEP_DAYS }) : t('sms.keepDays')}
          type="number"
          min={1}
          max={strict ? KEEP_DAYS : 3650}
          value={String(form.keepDays)}
          onText={(value) => set({ keepDays: Number(value) || 1 })}
          required
        />
      </div>
      <p className="quiet">{t('sms.neutralHelp')}</p>
      <div className="row" style={{ margin: '8px 0', flexWrap: 'wrap' }}>
        {FLAGS[channel].map((name) => (
          <label key={name}>
            <input type="checkbox" checked={form[name]} onChange={(event) => set({ [name]: event.currentTarget.checked })} />{' '}
            {t(`sms.${name}`)}
          </label>
        ))}
      </div>
      {channel === 'email' && <TrackingSettings offered={one.facts['tracking'] === 'yes'} strict={strict} me={me} form={form} set={set} />}
      <details>
        <summary>{t('texts')}</summary>
        <p className="quiet">{t('fields', { interpolation: { skipOnVariables: true } })}</p>
        {templates.map((template) => {
          const own = form.texts[template.id] ?? '';
          const problem = own.trim() === '' ? null : problemIn(own);
          return (
            <label key={template.id} className="field wide" style={{ display: 'block', marginBottom: 8 }}>
              <span>{t(`messages:template.${template.id}`)}</span>
              <textarea
                className="input"
                rows={channel === 'sms' ? 2 : 5}
                placeholder={wordingOf(template, channel, form.language)}
                value={own}
                onChange={(event) => set({ texts: { ...form.texts, [template.id]: event.currentTarget.value } })}
              />
              {problem !== null && <span className="danger-text">{problem}</span>}
            </label>
          );
        })}
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
