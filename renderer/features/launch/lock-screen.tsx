/** Locked: everything stays as it was; a PIN, or the passphrase, opens it again. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SessionView } from '#electron/contract/session.ts';
import { call } from '../../app/client.ts';
import { sentence } from '../../i18n/index.ts';

export function LockScreen({ session }: { session: SessionView }) {
  const { t } = useTranslation('launch');
  const [byPin, setByPin] = useState(session.user.hasPin);
  const [secret, setSecret] = useState('');
  const [problem, setProblem] = useState<string | null>(null);

  const open = async (): Promise<void> => {
    const reply = byPin ? await call('session.unlockPin', { pin: secret }) : await call('session.unlockPassphrase', { passphrase: secret });
    setSecret('');
    if (reply.ok) return;
    if (reply.code === 'unlock/pin-used-up') setByPin(false);
    setProblem(sentence(reply.code, { seconds: Math.ceil(Number(reply.details?.['retryAfterMs'] ?? 0) / 1000) }));
  };

  return (
    <main className="center">
      <div>
        <p className="quiet">{session.clinicName}</p>
        <h1>{t('locked.title', { name: session.user.name })}</h1>
        <p className="quiet">{t('locked.help')}</p>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void open();
          }}
        >
          <label className="field">
            <span>{byPin ? t('locked.pin') : t('unlock.passphrase')}</span>
            <input
              key={String(byPin)}
              className="input"
              type="password"
              inputMode={byPin ? 'numeric' : 'text'}
              autoFocus
              autoComplete="off"
              value={secret}
              onChange={(event) => setSecret(event.currentTarget.value)}
            />
          </label>
          {problem !== null && (
            <p className="danger-text" role="alert">
              {problem}
            </p>
          )}
          <div className="row">
            <button type="submit" className="btn main">
              {t('locked.open')} <kbd>⏎</kbd>
            </button>
            {session.user.hasPin && (
              <button type="button" className="btn" onClick={() => setByPin(!byPin)}>
                {byPin ? t('locked.usePassphrase') : t('locked.usePin')}
              </button>
            )}
            <button type="button" className="btn" onClick={() => void call('session.close', {})}>
              {t('locked.other')}
            </button>
          </div>
        </form>
      </div>
    </main>
  );
}
