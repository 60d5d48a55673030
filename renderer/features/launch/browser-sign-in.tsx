/** In the place of a one-time code, or beside it: signing in on the server's page, in the system's browser, by HelseID or Clerk. */
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OutputOf } from '#electron/contract/index.ts';
import { call } from '../../app/client.ts';
import { sentence } from '../../i18n/index.ts';
import { Field } from '../../ui/field.tsx';
import { WaitingForBrowser } from '../../ui/waiting-for-browser.tsx';

type Face = 'offer' | 'ask' | 'waiting' | 'done';
type Offers = OutputOf<'signIn.offers'>;
export type SignedInBy = 'helseId' | 'clerk';

/** @param onCode the code that came back, and by which way */
export function BrowserSignIn({ onCode }: { onCode(code: string, by: SignedInBy): void }) {
  const { t } = useTranslation('launch');
  const [face, setFace] = useState<Face>('offer');
  const [server, setServer] = useState('');
  const [offers, setOffers] = useState<Offers | null>(null);
  const [page, setPage] = useState('');
  const [came, setCame] = useState<SignedInBy>('clerk');
  const [problem, setProblem] = useState<string | null>(null);
  const serverUrl = server.trim() === '' ? null : server.trim();
  // What this installation's own server offers is said at once; without one it is asked for.
  useEffect(() => {
    void call('signIn.offers', { serverUrl: null }).then((reply) => reply.ok && setOffers(reply.value));
  }, []);

  const begin = async (by: SignedInBy): Promise<void> => {
    setProblem(null);
    const begun = await call('signIn.begin', { serverUrl, by });
    if (!begun.ok) return setProblem(sentence(begun.code, begun.details));
    setPage(begun.value.url);
    setFace('waiting');
    const answer = await call('signIn.wait', {});
    if (!answer.ok) {
      setFace('ask');
      return setProblem(sentence(answer.code, answer.details));
    }
    onCode(answer.value.code, by);
    setCame(by);
    setFace('done');
  };
  const look = async (): Promise<void> => {
    setProblem(null);
    const reply = await call('signIn.offers', { serverUrl });
    if (!reply.ok) return setProblem(sentence(reply.code, reply.details));
    setOffers(reply.value);
    const { helseId, clerk } = reply.value;
    if (!helseId && !clerk) return setProblem(sentence('sign-in/not-offered'));
    if (helseId !== clerk) await begin(helseId ? 'helseId' : 'clerk');
  };
  const ways = offers !== null && (
    <>
      {offers.helseId && (
        <button type="button" className="btn" onClick={() => void begin('helseId')}>
          {t('browser.helseId')}
        </button>
      )}
      {offers.clerk && (
        <button type="button" className="btn" onClick={() => void begin('clerk')}>
          {offers.helseId ? t('browser.clerk') : t('browser.offer')}
        </button>
      )}
    </>
  );
  if (face === 'offer')
    return (
      <p className="row">
        {ways}
        {!(offers?.helseId === true || offers?.clerk === true) && (
          <button type="button" className="btn" onClick={() => setFace('ask')}>
            {t('browser.offer')}
          </button>
        )}
      </p>
    );
  return (
    <div className="stack" role="group" aria-label={t('browser.offer')}>
      {face === 'ask' && (
        <div className="row fields">
          <Field
            label={t('browser.server')}
            value={server}
            onText={(text) => {
              setServer(text);
              setOffers(null);
            }}
            placeholder="https://"
            autoFocus
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              event.preventDefault();
              void look();
            }}
          />
          {ways}
          {offers === null && (
            <button type="button" className="btn" onClick={() => void look()}>
              {t('browser.do')}
            </button>
          )}
        </div>
      )}
      {face === 'waiting' && <WaitingForBrowser page={page} />}
      {face === 'done' && <p role="status">{came === 'helseId' ? t('browser.helseIdDone') : t('browser.done')}</p>}
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
