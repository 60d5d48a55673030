/** Who are you, and your passphrase. Enter is enough for the one who was here last. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ClinicOnDevice } from '#electron/contract/session.ts';
import { call } from '../../app/client.ts';
import { sentence } from '../../i18n/index.ts';

/** The record is there and cannot be used: it is put aside, whole, and the clinic brought back from a backup or the server. */
const UNUSABLE: ReadonlySet<string> = new Set(['database/damaged', 'database/rolled-back']);

interface Props {
  clinics: readonly ClinicOnDevice[];
  onSetAside(then: 'restore' | 'join'): void;
}

export function Unlock({ clinics, onSetAside }: Props) {
  const { t } = useTranslation('launch');
  const people = clinics.flatMap((clinic) => clinic.users.map((user) => ({ key: `${clinic.clinicId}/${user.userId}`, clinic, user })));
  const [chosen, setChosen] = useState(people[0]?.key ?? '');
  const [passphrase, setPassphrase] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  /** The passphrase that was right for a record that cannot be used. */
  const [unusable, setUnusable] = useState<string | null>(null);
  /** The lease has ended and no server answers: the printed code is asked for. */
  const [askCode, setAskCode] = useState(false);
  const [recoveryCode, setRecoveryCode] = useState('');
  const person = people.find((candidate) => candidate.key === chosen) ?? people[0];

  const unlock = async (): Promise<void> => {
    if (person === undefined || busy) return;
    setBusy(true);
    setProblem(null);
    performance.mark('unlock:asked');
    const reply = await call('session.unlock', {
      clinicId: person.clinic.clinicId,
      userId: person.user.userId,
      passphrase,
      ...(recoveryCode === '' ? {} : { recoveryCode }),
    });
    setBusy(false);
    if (reply.ok) return;
    if (reply.code === 'lease/expired') setAskCode(true);
    const seconds = Math.ceil(Number(reply.details?.['retryAfterMs'] ?? 0) / 1000);
    setProblem(sentence(reply.code, { seconds }));
    setUnusable(UNUSABLE.has(reply.code) ? passphrase : null);
    // The code is asked for beside it.
    if (reply.code !== 'lease/expired') setPassphrase('');
  };

  const putAside = async (then: 'restore' | 'join'): Promise<void> => {
    if (person === undefined || unusable === null) return;
    const reply = await call('clinic.setAside', { clinicId: person.clinic.clinicId, userId: person.user.userId, passphrase: unusable });
    if (reply.ok) onSetAside(then);
    else setProblem(sentence(reply.code));
  };

  return (
    <>
      <h1>{person?.clinic.name ?? t('unlock.title')}</h1>
      {person?.clinic.demo === true && <span className="demo-mark">{t('unlock.demo')}</span>}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void unlock();
        }}
      >
        <label className="field">
          <span>{t('unlock.who')}</span>
          <select className="input" value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
            {people.map(({ key, clinic, user }) => (
              <option key={key} value={key}>
                {user.name} – {clinic.name}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          <span>{t('unlock.passphrase')}</span>
          <input
            className="input"
            type="password"
            autoFocus
            autoComplete="off"
            value={passphrase}
            onChange={(event) => setPassphrase(event.currentTarget.value)}
          />
        </label>
        {askCode && (
          <label className="field">
            <span>{t('unlock.recoveryCode')}</span>
            <input
              className="input"
              autoComplete="off"
              value={recoveryCode}
              onChange={(event) => setRecoveryCode(event.currentTarget.value)}
            />
          </label>
        )}
        {problem !== null && (
          <p className="danger-text" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" className="btn main" disabled={busy || passphrase === ''}>
          {busy ? t('unlock.opening') : t('unlock.open')} <kbd>⏎</kbd>
        </button>
      </form>
      {unusable !== null && (
        <section className="notice" aria-labelledby="unusable">
          <h2 id="unusable">{t('unusable.title')}</h2>
          <p>{t('unusable.help')}</p>
          <div className="row">
            <button type="button" className="btn" onClick={() => void putAside('restore')}>
              {t('unusable.restore')}
            </button>
            <button type="button" className="btn" onClick={() => void putAside('join')}>
              {t('unusable.join')}
            </button>
          </div>
        </section>
      )}
    </>
  );
}
