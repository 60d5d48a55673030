/** A clinic begins here, comes here by code, or comes back from a backup. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/client.ts';
import { sentence } from '../../i18n/index.ts';
import { Choice, Field } from '../../ui/field.tsx';
import { BrowserSignIn } from './browser-sign-in.tsx';

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

export function CreateClinic({ onDone, onCode }: { onDone(): void; onCode(): void }) {
  const { t } = useTranslation('launch');
  const [form, setForm] = useState({
    clinic: '',
    orgNumber: '',
    address: '',
    postalCode: '',
    city: '',
    phone: '',
    name: '',
    email: '',
    profession: 'KI',
    hpr: '',
    passphrase: '',
    again: '',
  });
  const [problem, setProblem] = useState<string | null>(null);
  const [created, setCreated] = useState<{ clinicId: string; userId: string; recoveryCode: string } | null>(null);
  const set = (key: keyof typeof form) => (value: string) => setForm((now) => ({ ...now, [key]: value }));

  const create = async (): Promise<void> => {
    if (form.passphrase !== form.again) return setProblem(t('create.passphrasesDiffer'));
    const reply = await call('clinic.create', {
      clinic: {
        name: form.clinic,
        orgNumber: orNull(form.orgNumber.replace(/\s/g, '')),
        addressLine: orNull(form.address),
        postalCode: orNull(form.postalCode),
        city: orNull(form.city),
        phone: orNull(form.phone),
        email: null,
      },
      user: { name: form.name, email: form.email, profession: orNull(form.profession), hprNumber: orNull(form.hpr) },
      passphrase: form.passphrase,
    });
    if (!reply.ok) return setProblem(sentence(reply.code, reply.details));
    setCreated(reply.value);
    onCode();
  };
  if (created !== null)
    return (
      <RecoveryCode
        code={created.recoveryCode}
        onDone={() =>
          void call('session.unlock', { clinicId: created.clinicId, userId: created.userId, passphrase: form.passphrase }).then(
            (reply) => !reply.ok && onDone(),
          )
        }
      />
    );

  return (
    <>
      <h1>{t('create.title')}</h1>
      <p className="quiet">{t('create.help')}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        <Field label={t('create.clinic')} value={form.clinic} onText={set('clinic')} autoFocus required />
        <div className="form">
          <Field label={t('create.orgNumber')} value={form.orgNumber} onText={set('orgNumber')} inputMode="numeric" />
          <Field label={t('create.phone')} value={form.phone} onText={set('phone')} />
          <Field label={t('create.address')} value={form.address} onText={set('address')} wide />
          <Field label={t('create.postalCode')} value={form.postalCode} onText={set('postalCode')} inputMode="numeric" />
          <Field label={t('create.city')} value={form.city} onText={set('city')} />
        </div>
        <h2 style={{ fontSize: 14, margin: '8px 0 0' }}>{t('create.you')}</h2>
        <div className="form">
          <Field label={t('create.name')} value={form.name} onText={set('name')} required />
          <Field label={t('create.email')} value={form.email} onText={set('email')} type="email" required />
          <Choice
            label={t('create.profession')}
            value={form.profession}
            onText={set('profession')}
            options={[
              { value: 'KI', label: t('create.chiropractor') },
              { value: '', label: t('create.noProfession') },
            ]}
          />
          <Field label={t('create.hpr')} value={form.hpr} onText={set('hpr')} inputMode="numeric" />
          <Field label={t('create.passphrase')} value={form.passphrase} onText={set('passphrase')} type="password" minLength={8} required />
          <Field label={t('create.again')} value={form.again} onText={set('again')} type="password" required />
        </div>
        <p className="quiet">{t('create.passphraseHelp')}</p>
        {problem !== null && (
          <p className="danger-text" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" className="btn main">
          {t('create.do')} <kbd>⏎</kbd>
        </button>
      </form>
    </>
  );
}

export function RecoveryCode({ code, onDone }: { code: string; onDone(): void }) {
  const { t } = useTranslation('launch');
  const [written, setWritten] = useState(false);
  return (
    <>
      <h1>{t('recovery.title')}</h1>
      <p>{t('recovery.help')}</p>
      <p className="recovery" data-recovery-code>
        {code}
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (written) onDone();
        }}
      >
        <label className="row">
          <input type="checkbox" autoFocus checked={written} onChange={(event) => setWritten(event.currentTarget.checked)} />{' '}
          {t('recovery.written')}
        </label>
        <div className="row">
          <button type="submit" className="btn main" disabled={!written}>
            {t('recovery.go')} <kbd>⏎</kbd>
          </button>
          <button type="button" className="btn" onClick={() => window.print()}>
            {t('recovery.print')}
          </button>
        </div>
      </form>
    </>
  );
}

export function JoinClinic({ onDone, onCode }: { onDone(): void; onCode(): void }) {
  const { t } = useTranslation('launch');
  const [code, setCode] = useState('');
  const [deviceName, setDeviceName] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [secondFactor, setSecondFactor] = useState<string | null>(null);
  const [helseId, setHelseId] = useState<string | null>(null);
  const [joined, setJoined] = useState<string | null>(null);
  const join = async (): Promise<void> => {
    // Whoever is bound comes in by HelseID alone; the first time the administrator's code says who it is.
    const by = helseId === null ? { code } : code.trim() === '' ? { code: helseId } : { code, helseId };
    const reply = await call('clinic.join', { ...by, deviceName, passphrase, ...(secondFactor === null ? {} : { secondFactor }) });
    if (reply.ok) {
      setJoined(reply.value.recoveryCode);
      return onCode();
    }
    if (reply.code.startsWith('session/second-factor')) setSecondFactor('');
    // What HelseID gave is good for one use and ten minutes.
    if (helseId !== null && ['join/code-unknown', 'join/code-expired'].includes(reply.code) && code.trim() === '') setHelseId(null);
    setProblem(sentence(reply.code, reply.details));
  };
  if (joined !== null) return <RecoveryCode code={joined} onDone={onDone} />;
  return (
    <>
      <h1>{t('join.title')}</h1>
      <p className="quiet">{t('join.help')}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void join();
        }}
      >
        <Field
          label={helseId === null ? t('join.code') : t('join.codeOnce')}
          value={code}
          onText={setCode}
          autoFocus
          required={helseId === null}
        />
        <Field label={t('join.device')} value={deviceName} onText={setDeviceName} required />
        <Field label={t('create.passphrase')} value={passphrase} onText={setPassphrase} type="password" minLength={8} required />
        <BrowserSignIn
          onCode={(came, by) => {
            setProblem(null);
            if (by === 'helseId') setHelseId(came);
            else setCode(came);
          }}
        />
        {secondFactor !== null && (
          <Field
            label={t('join.secondFactor')}
            value={secondFactor}
            onText={setSecondFactor}
            minLength={6}
            maxLength={40}
            autoFocus
            required
          />
        )}
        {problem !== null && (
          <p className="danger-text" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" className="btn main">
          {t('join.do')} <kbd>⏎</kbd>
        </button>
      </form>
    </>
  );
}

/** @param file the backup the app was opened with, or empty */
export function RestoreClinic({ file, onDone }: { file: string; onDone(): void }) {
  const { t } = useTranslation('launch');
  const [form, setForm] = useState({ file, code: '', passphrase: '', userId: '' });
  const [users, setUsers] = useState<{ userId: string; name: string }[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const set = (key: keyof typeof form) => (value: string) => setForm((now) => ({ ...now, [key]: value }));
  const restore = async (): Promise<void> => {
    const reply = await call('backup.restore', {
      file: form.file,
      recoveryCode: form.code,
      passphrase: form.passphrase,
      ...(form.userId === '' ? {} : { userId: form.userId }),
    });
    if (reply.ok) return onDone();
    if (reply.code === 'backup/choose-user') {
      const found = (reply.details?.['users'] ?? []) as { userId: string; name: string }[];
      setUsers(found);
      set('userId')(found[0]?.userId ?? '');
    }
    setProblem(sentence(reply.code));
  };
  return (
    <>
      <h1>{t('restore.title')}</h1>
      <p className="quiet">{t('restore.help')}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void restore();
        }}
      >
        <Field label={t('restore.file')} value={form.file} onText={set('file')} autoFocus={file === ''} required />
        <Field label={t('restore.code')} value={form.code} onText={set('code')} autoFocus={file !== ''} required />
        {users.length > 0 && (
          <Choice
            label={t('restore.user')}
            value={form.userId}
            onText={set('userId')}
            options={users.map((user) => ({ value: user.userId, label: user.name }))}
          />
        )}
        <Field label={t('restore.passphrase')} value={form.passphrase} onText={set('passphrase')} type="password" minLength={8} required />
        {problem !== null && (
          <p className="danger-text" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" className="btn main">
          {t('restore.do')} <kbd>⏎</kbd>
        </button>
      </form>
    </>
  );
}
