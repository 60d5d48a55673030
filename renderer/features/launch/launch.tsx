/** Nobody is in: choose who, or set up a clinic, join one, bring one back. All but joining works without network. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppState } from '#electron/contract/session.ts';
import { call } from '../../app/client.ts';
import { useDesktopNews } from '../../app/desktop-news.ts';
import { Unlock } from './unlock.tsx';
import { CreateClinic, JoinClinic, RestoreClinic } from './set-up.tsx';

type Face = 'unlock' | 'create' | 'join' | 'restore';

export function Launch({ state, onChanged }: { state: AppState; onChanged(): void }) {
  const { t } = useTranslation('launch');
  const { backupFile } = useDesktopNews();
  const [face, setFace] = useState<Face>(state.clinics.length > 0 ? 'unlock' : 'create');
  /** Opened with a backup file: that is what the person is here for, until they say otherwise. */
  const [taken, setTaken] = useState<string | null>(null);
  if (backupFile !== null && backupFile !== taken) {
    setTaken(backupFile);
    setFace('restore');
  }
  const others: readonly Face[] = (['unlock', 'create', 'join', 'restore'] as const).filter(
    (other) => other !== face && (other !== 'unlock' || state.clinics.length > 0),
  );
  /** The recovery code is on the page: the only way on is to have written it down. */
  const [held, setHeld] = useState(false);
  const done = (): void => {
    setHeld(false);
    setFace('unlock');
    onChanged();
  };
  const hold = (): void => setHeld(true);
  return (
    <main className="center">
      <div>
        <p className="quiet">Ryggrad</p>
        {state.erased.map(({ clinicName, at }) => (
          <p key={at} className="notice" role="status">
            {t('erased.said', { name: clinicName })}
          </p>
        ))}
        {state.erased.length > 0 && (
          <button
            type="button"
            className="btn"
            style={{ marginBottom: 24 }}
            onClick={() => void call('app.erasedRead', {}).then(onChanged)}
          >
            {t('erased.read')}
          </button>
        )}
        {face === 'unlock' && (
          <Unlock
            clinics={state.clinics}
            onSetAside={(then) => {
              onChanged();
              setFace(then);
            }}
          />
        )}
        {face === 'create' && <CreateClinic onDone={done} onCode={hold} />}
        {face === 'join' && <JoinClinic onDone={done} onCode={hold} />}
        {face === 'restore' && <RestoreClinic key={backupFile} file={backupFile ?? ''} onDone={done} />}
        <p className="row" style={{ marginTop: 24 }}>
          {(held ? [] : others).map((other) => (
            <button key={other} type="button" className="btn" onClick={() => setFace(other)}>
              {t(`to.${other}`)}
            </button>
          ))}
        </p>
      </div>
    </main>
  );
}
