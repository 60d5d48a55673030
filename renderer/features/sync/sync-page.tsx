/** What has left this laptop and what has not. To look at; nothing here can be thrown away. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/client.ts';
import { useActions } from '../../app/keys.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { formatDay, formatTime } from '../chart/format.ts';
import { useSession } from '../../app/session.ts';
import { HandedInList, useHandedIn } from './handed-in.tsx';
import { HeldList, useHeldConcerns } from './held.tsx';
import { Queue } from './queue.tsx';
import { RefusedList } from './refused-list.tsx';

const SHOWN = ['pending', 'quarantined', 'sent', 'handedIn', 'held'] as const;

export function SyncPage({ first = 'pending' }: { first?: (typeof SHOWN)[number] }) {
  const { t } = useTranslation('sync');
  const [show, setShow] = useState<(typeof SHOWN)[number]>(first);
  const [problem, setProblem] = useState<string | null>(null);
  const status = useAsk('sync.status', {}, ['sync', 'encounter', 'note_section', 'patient', 'appointment']);
  const clinician = useSession().user.roles.includes('PRACTITIONER');
  const handedIn = useHandedIn(clinician);
  const concerned = useHeldConcerns(clinician);
  // A page for it only where there is something, or one stands on it.
  const shown = SHOWN.filter((kind) => {
    if (kind === 'handedIn') return clinician && (show === kind || handedIn.length > 0);
    return kind !== 'held' || concerned;
  });
  const now = async (): Promise<void> => {
    const reply = await call('sync.now', {});
    setProblem(reply.ok ? null : sentence(reply.code));
  };
  useActions([{ id: 'sync-now', label: t('now'), key: 's', run: () => void now() }]);
  const value = status.value;
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('title')}</h1>
        <button type="button" className="btn" onClick={() => void now()}>
          {t('now')} <kbd>S</kbd>
        </button>
      </div>
      {value !== null && (
        <>
          <p>{t(`explain.${value.state}`)}</p>
          <p className="quiet num">
            {t('facts', { pending: value.pending, quarantined: value.quarantined })}
            {value.lastSyncedAt !== null && ` · ${t('last', { at: `${formatDay(value.lastSyncedAt)} ${formatTime(value.lastSyncedAt)}` })}`}
            {value.progress !== null && ` · ${Math.round(value.progress * 100)} %`}
          </p>
          {value.problem !== null && <p className={value.state === 'attention' ? 'danger-text' : 'quiet'}>{sentence(value.problem)}</p>}
        </>
      )}
      {problem !== null && (
        <p className="quiet" role="alert">
          {problem}
        </p>
      )}
      <div className="row" role="tablist" style={{ marginTop: 16 }}>
        {shown.map((kind) => (
          <button
            key={kind}
            type="button"
            role="tab"
            aria-selected={kind === show}
            className={kind === show ? 'btn main' : 'btn'}
            onClick={() => setShow(kind)}
          >
            {t(`show.${kind}`)}
          </button>
        ))}
      </div>
      {show === 'quarantined' && <RefusedList />}
      {show === 'handedIn' && <HandedInList />}
      {show === 'held' && <HeldList />}
      {(show === 'pending' || show === 'sent') && <Queue show={show} />}
    </div>
  );
}
