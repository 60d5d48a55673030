/** The clinic's own affairs, a section each. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMantineColorScheme } from '@mantine/core';
import type { MantineColorScheme } from '@mantine/core';
import { call } from '../../app/client.ts';
import { useSession } from '../../app/session.ts';
import { useAsk } from '../../app/use-ask.ts';
import { chooseLanguage } from '../../i18n/index.ts';
import { Choice, Field } from '../../ui/field.tsx';
import { Said, useOutcome } from './outcome.tsx';
import { PaymentSettings } from './payment-settings.tsx';
import { People } from './people.tsx';
import { Prices } from './prices.tsx';
import { OpeningHours } from './opening-hours.tsx';
import { IntegrationsSection } from './integrations.tsx';
import { Backup } from './backup.tsx';
import { Import } from './import.tsx';
import { Log } from './log.tsx';
import { Retention } from './retention.tsx';
import { Statistics } from './statistics.tsx';
import { HelseId } from './helse-id.tsx';
import { SecondFactor } from './second-factor.tsx';
import { Devices } from './devices.tsx';
import { Phrases } from './phrases.tsx';

const SECTIONS = [
  'mine',
  'clinic',
  'hours',
  'people',
  'prices',
  'payment',
  'phrases',
  'devices',
  'statistics',
  'integrations',
  'import',
  'backup',
  'log',
  'retention',
] as const;
type Section = (typeof SECTIONS)[number];

export function SettingsPage() {
  const { t } = useTranslation('settings');
  const { roles } = useSession().user;
  const admin = roles.includes('ADMIN');
  const clinician = roles.includes('PRACTITIONER');
  const [section, setSection] = useState<Section>('mine');
  const shown = SECTIONS.filter((name) => (name === 'statistics' ? clinician : admin || name === 'mine' || name === 'phrases'));
  return (
    <div className="page">
      <h1>{t('title')}</h1>
      <div className="row" role="tablist" aria-label={t('title')} style={{ marginBottom: 16 }}>
        {shown.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            aria-selected={name === section}
            className={name === section ? 'btn main' : 'btn'}
            onClick={() => setSection(name)}
          >
            {t(`section.${name}`)}
          </button>
        ))}
      </div>
      {section === 'mine' && <Mine />}
      {section === 'clinic' && <Clinic />}
      {section === 'hours' && <OpeningHours />}
      {section === 'people' && <People />}
      {section === 'prices' && <Prices />}
      {section === 'payment' && <PaymentSettings />}
      {section === 'phrases' && <Phrases />}
      {section === 'devices' && <Devices />}
      {section === 'statistics' && <Statistics />}
      {section === 'integrations' && <IntegrationsSection />}
      {section === 'import' && <Import />}
      {section === 'backup' && <Backup />}
      {section === 'log' && <Log />}
      {section === 'retention' && <Retention />}
    </div>
  );
}

function Mine() {
  const { t, i18n } = useTranslation('settings');
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [pin, setPin] = useState('');
  const [form, setForm] = useState({ current: '', next: '' });
  const [said, wrong, tell] = useOutcome();
  return (
    <>
      <div className="form">
        <Choice
          label={t('mine.language')}
          value={i18n.language}
          onText={(value) => void chooseLanguage(value === 'en' ? 'en' : 'nb')}
          options={[
            { value: 'nb', label: 'Norsk bokmål' },
            { value: 'en', label: 'English' },
          ]}
        />
        <Choice
          label={t('mine.theme')}
          value={colorScheme}
          onText={(value) => setColorScheme(value as MantineColorScheme)}
          options={['auto', 'light', 'dark'].map((value) => ({ value, label: t(`mine.${value}`) }))}
        />
      </div>
      <h2>{t('mine.pin')}</h2>
      <form
        className="row fields"
        onSubmit={(event) => {
          event.preventDefault();
          void call('session.setPin', { pin }).then((reply) => tell(reply) && setPin(''));
        }}
      >
        <Field
          label={t('mine.pinHelp')}
          type="password"
          inputMode="numeric"
          pattern="\d{6}"
          maxLength={6}
          value={pin}
          onText={setPin}
          required
        />
        <button type="submit" className="btn">
          {t('save')}
        </button>
      </form>
      <h2>{t('mine.passphrase')}</h2>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void call('session.changePassphrase', form).then((reply) => tell(reply) && setForm({ current: '', next: '' }));
        }}
      >
        <Field
          label={t('mine.current')}
          type="password"
          value={form.current}
          onText={(current) => setForm({ ...form, current })}
          required
        />
        <Field
          label={t('mine.next')}
          type="password"
          minLength={8}
          value={form.next}
          onText={(next) => setForm({ ...form, next })}
          required
        />
        <button type="submit" className="btn">
          {t('mine.change')}
        </button>
      </form>
      <Said text={said} wrong={wrong} />
      <SecondFactor />
      <HelseId />
    </>
  );
}

function Clinic() {
  const { t } = useTranslation('settings');
  const { value } = useAsk('clinic.get', {}, ['clinic']);
  const [changed, setChanged] = useState<Record<string, string>>({});
  const [server, setServer] = useState({ url: '', code: '', passphrase: '', secondFactor: '' });
  const [factorNeeded, setFactorNeeded] = useState(false);
  const [said, wrong, tell] = useOutcome();
  const session = useSession();
  if (value === null) return null;
  const fields = ['name', 'orgNumber', 'addressLine', 'postalCode', 'city', 'phone', 'email', 'letterhead'] as const;
  return (
    <>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void call('clinic.update', {
            set: Object.fromEntries(Object.entries(changed).map(([key, text]) => [key, text.trim() === '' ? null : text.trim()])),
          }).then(tell);
        }}
      >
        {fields.map((field) => (
          <Field
            key={field}
            label={t(`clinic.${field}`)}
            value={changed[field] ?? value[field] ?? ''}
            onText={(text) => setChanged({ ...changed, [field]: text })}
            wide={field === 'addressLine' || field === 'letterhead'}
          />
        ))}
        <button type="submit" className="btn main">
          {t('save')}
        </button>
      </form>
      <label className="row">
        <input
          type="checkbox"
          checked={value.refersToPhysio}
          onChange={(event) => void call('clinic.update', { set: { refersToPhysio: event.currentTarget.checked } }).then(tell)}
        />{' '}
        {t('clinic.refersToPhysio')}
      </label>
      <p className="quiet">{t('clinic.refersToPhysioHelp')}</p>
      <h2>{t('server.title')}</h2>
      {session.serverUrl !== null ? (
        <p className="quiet">{t('server.connected', { url: session.serverUrl })}</p>
      ) : (
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            void call('server.connect', {
              url: server.url,
              registrationCode: server.code === '' ? null : server.code,
              passphrase: server.passphrase,
              ...(server.secondFactor === '' ? {} : { secondFactor: server.secondFactor }),
            }).then((reply) => {
              tell(reply);
              if (!reply.ok && reply.code.startsWith('session/second-factor')) setFactorNeeded(true);
            });
          }}
        >
          <Field
            label={t('server.url')}
            value={server.url}
            onText={(url) => setServer({ ...server, url })}
            placeholder="https://"
            required
          />
          <p className="quiet">{t('server.restored')}</p>
          <Field label={t('server.code')} value={server.code} onText={(code) => setServer({ ...server, code })} />
          <Field
            label={t('server.passphrase')}
            type="password"
            value={server.passphrase}
            onText={(passphrase) => setServer({ ...server, passphrase })}
            required
          />
          {factorNeeded && (
            <Field
              label={t('factor.codeOrRecovery')}
              value={server.secondFactor}
              onText={(secondFactor) => setServer({ ...server, secondFactor })}
              minLength={6}
              maxLength={40}
              autoFocus
              required
            />
          )}
          <button type="submit" className="btn">
            {t('server.connect')}
          </button>
        </form>
      )}
      <Said text={said} wrong={wrong} />
    </>
  );
}
