/** The clinic's own affairs, a section each. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMantineColorScheme } from '@mantine/core';
import type { MantineColorScheme } from '@mantine/core';
import { ROLES } from '#db/model/clinic.ts';
import type { Role } from '#db/model/clinic.ts';
import { formatOre, parseKroner } from '#db/rules/money.ts';
import type { PriceItemRow } from '#electron/contract/clinic.ts';
import { call } from '../../app/client.ts';
import { useSession } from '../../app/session.ts';
import { useAsk } from '../../app/use-ask.ts';
import { chooseLanguage, sentence } from '../../i18n/index.ts';
import { Choice, Field } from '../../ui/field.tsx';

const SECTIONS = ['mine', 'clinic', 'people', 'prices', 'phrases', 'devices', 'backup', 'log'] as const;
type Section = (typeof SECTIONS)[number];

export function SettingsPage() {
  const { t } = useTranslation('settings');
  const admin = useSession().user.roles.includes('ADMIN');
  const [section, setSection] = useState<Section>('mine');
  const shown = SECTIONS.filter((name) => admin || name === 'mine' || name === 'phrases');
  return (
    <div className="page">
      <h1>{t('title')}</h1>
      <div className="row" role="tablist" aria-label={t('title')} style={{ marginBottom: 16 }}>
        {shown.map((name) => (
          <button key={name} type="button" role="tab" aria-selected={name === section} className={name === section ? 'btn main' : 'btn'} onClick={() => setSection(name)}>{t(`section.${name}`)}</button>
        ))}
      </div>
      {section === 'mine' && <Mine />}
      {section === 'clinic' && <Clinic />}
      {section === 'people' && <People />}
      {section === 'prices' && <Prices />}
      {section === 'phrases' && <Phrases />}
      {section === 'devices' && <Devices />}
      {section === 'backup' && <Backup />}
      {section === 'log' && <Log />}
    </div>
  );
}

/** What came of saving: a quiet word, or the sentence of what went wrong. */
function useOutcome(): [string | null, boolean, (reply: { ok: boolean; code?: string }) => boolean] {
  const { t } = useTranslation('settings');
  const [outcome, setOutcome] = useState<{ text: string; wrong: boolean } | null>(null);
  return [
    outcome?.text ?? null,
    outcome?.wrong ?? false,
    (reply) => {
      setOutcome(reply.ok ? { text: t('saved'), wrong: false } : { text: sentence(reply.code ?? 'unknown'), wrong: true });
      return reply.ok;
    },
  ];
}
function Said({ text, wrong }: { text: string | null; wrong: boolean }) {
  return text === null ? null : <p className={wrong ? 'danger-text' : 'quiet'} role="status">{text}</p>;
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
        <Choice label={t('mine.language')} value={i18n.language} onText={(value) => void chooseLanguage(value === 'en' ? 'en' : 'nb')} options={[{ value: 'nb', label: 'Norsk bokmål' }, { value: 'en', label: 'English' }]} />
        <Choice label={t('mine.theme')} value={colorScheme} onText={(value) => setColorScheme(value as MantineColorScheme)} options={['auto', 'light', 'dark'].map((value) => ({ value, label: t(`mine.${value}`) }))} />
      </div>
      <h2>{t('mine.pin')}</h2>
      <form className="row" onSubmit={(event) => { event.preventDefault(); void call('session.setPin', { pin }).then((reply) => tell(reply) && setPin('')); }}>
        <Field label={t('mine.pinHelp')} type="password" inputMode="numeric" pattern="\d{6}" maxLength={6} value={pin} onText={setPin} required />
        <button type="submit" className="btn">{t('save')}</button>
      </form>
      <h2>{t('mine.passphrase')}</h2>
      <form className="form" onSubmit={(event) => { event.preventDefault(); void call('session.changePassphrase', form).then((reply) => tell(reply) && setForm({ current: '', next: '' })); }}>
        <Field label={t('mine.current')} type="password" value={form.current} onText={(current) => setForm({ ...form, current })} required />
        <Field label={t('mine.next')} type="password" minLength={8} value={form.next} onText={(next) => setForm({ ...form, next })} required />
        <button type="submit" className="btn">{t('mine.change')}</button>
      </form>
      <Said text={said} wrong={wrong} />
    </>
  );
}

function Clinic() {
  const { t } = useTranslation('settings');
  const { value } = useAsk('clinic.get', {}, ['clinic']);
  const [changed, setChanged] = useState<Record<string, string>>({});
  const [server, setServer] = useState({ url: '', code: '', passphrase: '' });
  const [said, wrong, tell] = useOutcome();
  const session = useSession();
  if (value === null) return null;
  const fields = ['name', 'orgNumber', 'addressLine', 'postalCode', 'city', 'phone', 'email', 'letterhead'] as const;
  return (
    <>
      <form className="form" onSubmit={(event) => { event.preventDefault(); void call('clinic.update', { set: Object.fromEntries(Object.entries(changed).map(([key, text]) => [key, text.trim() === '' ? null : text.trim()])) }).then(tell); }}>
        {fields.map((field) => (
          <Field key={field} label={t(`clinic.${field}`)} value={changed[field] ?? value[field] ?? ''} onText={(text) => setChanged({ ...changed, [field]: text })} wide={field === 'addressLine' || field === 'letterhead'} />
        ))}
        <button type="submit" className="btn main">{t('save')}</button>
      </form>
      <h2>{t('server.title')}</h2>
      {session.serverUrl !== null ? (
        <p className="quiet">{t('server.connected', { url: session.serverUrl })}</p>
      ) : (
        <form className="form" onSubmit={(event) => { event.preventDefault(); void call('server.connect', { url: server.url, registrationCode: server.code === '' ? null : server.code, passphrase: server.passphrase }).then(tell); }}>
          <Field label={t('server.url')} value={server.url} onText={(url) => setServer({ ...server, url })} placeholder="https://" required />
          <Field label={t('server.code')} value={server.code} onText={(code) => setServer({ ...server, code })} />
          <Field label={t('server.passphrase')} type="password" value={server.passphrase} onText={(passphrase) => setServer({ ...server, passphrase })} required />
          <button type="submit" className="btn">{t('server.connect')}</button>
        </form>
      )}
      <Said text={said} wrong={wrong} />
    </>
  );
}

function People() {
  const { t } = useTranslation('settings');
  const { value } = useAsk('user.list', {}, ['user']);
  const blank = { name: '', email: '', hpr: '', passphrase: '', validUntil: '' };
  const [form, setForm] = useState(blank);
  const [roles, setRoles] = useState<Role[]>(['PRACTITIONER']);
  const [said, wrong, tell] = useOutcome();
  const add = async (): Promise<void> => {
    const reply = await call('user.add', {
      name: form.name,
      email: form.email,
      roles,
      profession: roles.includes('PRACTITIONER') ? 'KI' : null,
      hprNumber: form.hpr === '' ? null : form.hpr,
      validUntil: form.validUntil === '' ? null : form.validUntil,
      passphrase: form.passphrase === '' ? null : form.passphrase,
    });
    if (tell(reply)) setForm(blank);
  };
  return (
    <>
      <table className="list" aria-label={t('section.people')}>
        <tbody>
          {value?.users.map((user) => (
            <tr key={user.id} data-off={user.active ? undefined : ''}>
              <td><strong>{user.name}</strong></td>
              <td className="quiet">{user.email}</td>
              <td>{user.roles.map((role) => t(`role.${role}`)).join(', ')}</td>
              <td className="num quiet">{user.hprNumber === null ? '' : `HPR ${user.hprNumber}`}</td>
              <td><button type="button" className="btn" onClick={() => void call('user.update', { userId: user.id, set: { active: !user.active } }).then(tell)}>{user.active ? t('people.deactivate') : t('people.activate')}</button></td>
            </tr>
          ))}
        </tbody>
      </table>
      <h2>{t('people.add')}</h2>
      <form className="form" onSubmit={(event) => { event.preventDefault(); void add(); }}>
        <Field label={t('people.name')} value={form.name} onText={(name) => setForm({ ...form, name })} required />
        <Field label={t('people.email')} type="email" value={form.email} onText={(email) => setForm({ ...form, email })} required />
        <Field label={t('people.hpr')} inputMode="numeric" value={form.hpr} onText={(hpr) => setForm({ ...form, hpr })} />
        <Field label={t('people.validUntil')} type="date" value={form.validUntil} onText={(validUntil) => setForm({ ...form, validUntil })} />
        <Field label={t('people.passphrase')} type="password" minLength={8} value={form.passphrase} onText={(passphrase) => setForm({ ...form, passphrase })} />
        <fieldset className="field" style={{ border: 0, padding: 0, margin: 0 }}>
          <span>{t('people.roles')}</span>
          <span className="row">
            {ROLES.map((role) => (
              <label key={role}><input type="checkbox" checked={roles.includes(role)} onChange={(event) => setRoles(event.currentTarget.checked ? [...roles, role] : roles.filter((other) => other !== role))} /> {t(`role.${role}`)}</label>
            ))}
          </span>
        </fieldset>
        <button type="submit" className="btn main" disabled={roles.length === 0}>{t('people.do')}</button>
      </form>
      <Said text={said} wrong={wrong} />
    </>
  );
}

function Prices() {
  const { t } = useTranslation('settings');
  const { value } = useAsk('price.list', {}, ['price_item']);
  const [said, wrong, tell] = useOutcome();
  const [form, setForm] = useState({ code: '', label: '', amount: '' });
  const save = (item: PriceItemRow, set: Partial<Pick<PriceItemRow, 'amountOre' | 'refundOre'>>) =>
    call('price.save', { id: item.id, code: item.code, label: item.label, kind: item.kind, amountOre: item.amountOre, refundOre: item.refundOre, visitTypes: item.visitTypes, active: item.active, ...set }).then(tell);
  return (
    <>
      <p className="quiet">{t('prices.help')}</p>
      <table className="list" aria-label={t('section.prices')}>
        <thead><tr><th scope="col">{t('prices.code')}</th><th scope="col">{t('prices.label')}</th><th scope="col">{t('prices.amount')}</th><th scope="col">{t('prices.refund')}</th></tr></thead>
        <tbody>
          {value?.items.map((item) => (
            <tr key={item.id}>
              <td className="num"><strong>{item.code}</strong></td>
              <td>{item.label}</td>
              <td style={{ width: 130 }}><Amount label={t('prices.amountFor', { label: item.label })} ore={item.amountOre} onSave={(amountOre) => void save(item, { amountOre })} /></td>
              <td style={{ width: 130 }}>{item.kind === 'takst' && <Amount label={t('prices.refundFor', { label: item.label })} ore={item.refundOre} onSave={(refundOre) => void save(item, { refundOre })} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <form className="form" style={{ marginTop: 16 }} onSubmit={(event) => { event.preventDefault(); void call('price.save', { code: form.code, label: form.label, kind: 'service', amountOre: parseKroner(form.amount), refundOre: null }).then((reply) => tell(reply) && setForm({ code: '', label: '', amount: '' })); }}>
        <Field label={t('prices.code')} value={form.code} onText={(code) => setForm({ ...form, code })} required />
        <Field label={t('prices.label')} value={form.label} onText={(label) => setForm({ ...form, label })} required />
        <Field label={t('prices.amount')} value={form.amount} inputMode="decimal" onText={(amount) => setForm({ ...form, amount })} />
        <button type="submit" className="btn">{t('prices.add')}</button>
      </form>
      <Said text={said} wrong={wrong} />
    </>
  );
}
function Amount({ label, ore, onSave }: { label: string; ore: number | null; onSave(ore: number | null): void }) {
  const { t } = useTranslation('settings');
  const [text, setText] = useState<string | null>(null);
  const shown = text ?? (ore === null ? '' : formatOre(ore));
  const commit = (): void => {
    if (text === null) return;
    const next = text.trim() === '' ? null : parseKroner(text);
    if (text.trim() === '' || next !== null) onSave(next);
    setText(null);
  };
  return <input className="input" aria-label={label} inputMode="decimal" placeholder={t('prices.missing')} value={shown} onChange={(event) => setText(event.currentTarget.value)} onBlur={commit} onKeyDown={(event) => event.key === 'Enter' && commit()} />;
}

function Phrases() {
  const { t } = useTranslation('settings');
  const { value } = useAsk('phrase.list', {}, ['phrase']);
  const [form, setForm] = useState({ abbreviation: '', text: '' });
  const [shared, setShared] = useState(false);
  const [said, wrong, tell] = useOutcome();
  return (
    <>
      <p className="quiet">{t('phrases.help')}</p>
      <table className="list" aria-label={t('section.phrases')}>
        <tbody>
          {value?.phrases.map((phrase) => (
            <tr key={phrase.id}>
              <td style={{ width: 120 }}><strong>{phrase.abbreviation}</strong></td>
              <td>{phrase.text}</td>
              <td className="quiet">{phrase.userId === null ? t('phrases.shared') : t('phrases.own')}</td>
              <td><button type="button" className="btn" onClick={() => void call('phrase.remove', { id: phrase.id }).then(tell)}>{t('remove')}</button></td>
            </tr>
          ))}
        </tbody>
      </table>
      <form className="form" style={{ marginTop: 16 }} onSubmit={(event) => { event.preventDefault(); void call('phrase.save', { ...form, shared }).then((reply) => tell(reply) && setForm({ abbreviation: '', text: '' })); }}>
        <Field label={t('phrases.abbreviation')} value={form.abbreviation} onText={(abbreviation) => setForm({ ...form, abbreviation })} placeholder=".abc" required />
        <Field label={t('phrases.text')} value={form.text} onText={(text) => setForm({ ...form, text })} required />
        <label className="row"><input type="checkbox" checked={shared} onChange={(event) => setShared(event.currentTarget.checked)} /> {t('phrases.forAll')}</label>
        <button type="submit" className="btn">{t('save')}</button>
      </form>
      <Said text={said} wrong={wrong} />
    </>
  );
}

function Devices() {
  const { t } = useTranslation('settings');
  const session = useSession();
  const { value } = useAsk('device.list', {}, ['device']);
  const people = useAsk('user.list', {}, ['user']);
  const [userId, setUserId] = useState(session.user.id);
  const [code, setCode] = useState<string | null>(null);
  const [said, wrong, tell] = useOutcome();
  return (
    <>
      <table className="list" aria-label={t('section.devices')}>
        <tbody>
          {value?.devices.map((device) => (
            <tr key={device.id}>
              <td><strong>{device.name}</strong> {device.thisDevice && <span className="quiet">{t('devices.this')}</span>}</td>
              <td className="quiet">{device.userName}</td>
              <td className="quiet">{t(`devices.${device.audience}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h2>{t('devices.invite')}</h2>
      <p className="quiet">{t('devices.inviteHelp')}</p>
      <div className="row">
        <select className="input" style={{ width: 260 }} aria-label={t('people.name')} value={userId} onChange={(event) => setUserId(event.currentTarget.value)}>
          {people.value?.users.map((user) => <option key={user.id} value={user.id}>{user.name}</option>)}
        </select>
        <button type="button" className="btn" onClick={() => void call('device.invite', { userId }).then((reply) => (reply.ok ? setCode(reply.value.code) : tell(reply)))}>{t('devices.make')}</button>
      </div>
      {code !== null && <p className="recovery" data-invitation>{code}</p>}
      <Said text={said} wrong={wrong} />
    </>
  );
}

function Backup() {
  const { t } = useTranslation('settings');
  const [folder, setFolder] = useState('');
  const [made, setMade] = useState<{ file: string; bytes: number } | null>(null);
  const [said, wrong, tell] = useOutcome();
  return (
    <>
      <p className="quiet">{t('backup.help')}</p>
      <form className="row" onSubmit={(event) => { event.preventDefault(); void call('backup.create', { folder }).then((reply) => (reply.ok ? setMade(reply.value) : tell(reply))); }}>
        <Field label={t('backup.folder')} value={folder} onText={setFolder} required />
        <button type="submit" className="btn main">{t('backup.do')}</button>
      </form>
      {made !== null && <p role="status">{t('backup.done', { file: made.file, megabytes: (made.bytes / 1_048_576).toFixed(1).replace('.', ',') })}</p>}
      <Said text={said} wrong={wrong} />
    </>
  );
}

function Log() {
  const { t } = useTranslation('settings');
  const { value } = useAsk('audit.own', { limit: 200 });
  return (
    <table className="list" aria-label={t('section.log')}>
      <thead><tr><th scope="col">#</th><th scope="col">{t('log.when')}</th><th scope="col">{t('log.who')}</th><th scope="col">{t('log.what')}</th><th scope="col">{t('log.patient')}</th><th scope="col">{t('log.why')}</th></tr></thead>
      <tbody>
        {value?.events.map((event) => (
          <tr key={event.n}>
            <td className="num quiet">{event.n}</td>
            <td className="num">{event.at.slice(0, 16).replace('T', ' ')}</td>
            <td>{event.actorName}</td>
            <td>{t(`log.action.${event.action}`)} <span className="quiet">{event.verb}</span></td>
            <td>{event.patientName}</td>
            <td className="quiet">{event.reason}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
