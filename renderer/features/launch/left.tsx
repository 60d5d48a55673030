/** Somebody who is not a colleague here any more: told so, and let out. What they wrote goes on to the server meanwhile. */
import { useTranslation } from 'react-i18next';
import type { SessionView } from '#electron/contract/session.ts';
import { call } from '../../app/client.ts';
import { formatDate } from '../chart/format.ts';

export function Left({ session }: { session: SessionView }) {
  const { t } = useTranslation('launch');
  const { name, lastDay } = session.user;
  return (
    <main className="center">
      <div>
        <p className="quiet">
          {session.clinicName} · {name}
        </p>
        <h1>{t('left.title')}</h1>
        {lastDay !== null && <p>{t('left.over', { date: formatDate(`${lastDay}T12:00:00Z`) })}</p>}
        <p className="quiet">{t('left.help')}</p>
        <p className="row">
          <button type="button" className="btn main" autoFocus onClick={() => void call('session.close', {})}>
            {t('left.go')} <kbd>⏎</kbd>
          </button>
        </p>
      </div>
    </main>
  );
}
