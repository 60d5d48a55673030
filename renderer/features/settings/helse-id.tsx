/** One's own HelseID: whom one is bound to and with which level; and, for an administrator, whether the clinic asks for it. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OutputOf } from '#electron/contract/index.ts';
import { call } from '../../app/client.ts';
import { useSession } from '../../app/session.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { WaitingForBrowser } from '../../ui/waiting-for-browser.tsx';
import { formatDate } from '../chart/format.ts';
import { AskOnce } from './ask-once.tsx';

type State = OutputOf<'helseId.state'>;
type Reply = { ok: boolean; code?: string; details?: Record<string, unknown> };

/** Nothing where the server has no HelseID, and does not ask for it. */
export function HelseId() {
  const { t } = useTranslation('settings');
  const { user } = useSession();
  // The server knows whose signature this is only when the first changes have reached it.
  const state = useAsk('helseId.state', {}, ['sync']);
  const [page, setPage] = useState<string | null>(null);
  const [left, setLeft] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const tell = (reply: Reply): boolean => {
    setProblem(reply.ok ? null : sentence(reply.code ?? 'unknown', reply.details));
    return reply.ok;
  };
  const signIn = async (): Promise<void> => {
    const begun = await call('signIn.begin', { serverUrl: null, by: 'helseId' });
    if (!tell(begun) || !begun.ok) return;
    setPage(begun.value.url);
    const came = await call('signIn.wait', {});
    setPage(null);
    setLeft(null);
    if (!tell(came) || !came.ok) return;
    tell(await call('helseId.bind', { code: came.value.code }));
    state.again();
  };
  const signOut = async (): Promise<void> => {
    const out = await call('helseId.signOut', {});
    if (tell(out) && out.ok) setLeft(out.value.url);
  };
  const require = async (required: boolean): Promise<void> => {
    tell(await call('helseId.require', { required }));
    state.again();
  };
  const { value } = state;
  if (value === null || (!value.on && !value.required)) return null;
  return (
    <section className="stack factor">
      <h2>{t('helseId.title')}</h2>
      <Bound value={value} />
      {page === null ? (
        value.on && (
          <p>
            <button type="button" className="btn" onClick={() => void signIn()}>
              {t('helseId.signIn')}
            </button>{' '}
            <button type="button" className="btn" onClick={() => void signOut()}>
              {t('helseId.signOut')}
            </button>
          </p>
        )
      ) : (
        <WaitingForBrowser page={page} />
      )}
      {left !== null && (
        <>
          <p role="status">{t('helseId.signedOut')}</p>
          <p className="quiet" style={{ overflowWrap: 'anywhere', userSelect: 'all' }} data-sign-out-page>
            {left}
          </p>
        </>
      )}
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
      <p>{value.required ? t('helseId.required') : t('helseId.notRequired')}</p>
      {user.roles.includes('ADMIN') && (
        <p>
          <AskOnce
            key={String(value.required)}
            label={value.required ? t('helseId.askNoMore') : t('helseId.ask')}
            question={value.required ? t('helseId.askNoMoreSure') : t('helseId.askSure')}
            yes={value.required ? t('helseId.askNoMoreYes') : t('helseId.askYes')}
            onYes={() => void require(!value.required)}
          />
        </p>
      )}
    </section>
  );
}

function Bound({ value: { own, shownAt, required } }: { value: State }) {
  const { t } = useTranslation('settings');
  if (own === null) return <p className="quiet">{t('helseId.unbound')}</p>;
  const facts = [
    t('helseId.bound', { date: formatDate(own.boundAt) }),
    ...(own.hprNumber === null ? [] : [`HPR ${own.hprNumber}`]),
    ...(own.profession === null ? [] : [own.profession === 'KI' ? t('helseId.chiropractor') : own.profession]),
    t('helseId.last', { date: formatDate(own.lastAt), level: own.level }),
  ];
  return (
    <>
      <p className="num">{facts.join(' · ')}</p>
      {shownAt === null ? (
        <p className={required ? 'danger-text' : 'quiet'}>{t('helseId.notShown')}</p>
      ) : (
        <p className="quiet">{t('helseId.shown', { date: formatDate(shownAt) })}</p>
      )}
    </>
  );
}
