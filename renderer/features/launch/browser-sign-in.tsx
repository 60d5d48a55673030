/** In the place of a one-time code: signing in on the server's page, in the system's browser. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/client.ts';
import { sentence } from '../../i18n/index.ts';
import { Field } from '../../ui/field.tsx';

type Face = 'offer' | 'ask' | 'waiting' | 'done';

/** @param onCode the code that came back stands in the form's own field */
export function BrowserSignIn({ onCode }: { onCode(code: string): void }) {
  const { t } = useTranslation('launch');
  const [face, setFace] = useState<Face>('offer');
  const [server, setServer] = useState('');
  const [page, setPage] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const begin = async (): Promise<void> => {
    setProblem(null);
    const begun = await call('signIn.begin', { serverUrl: server.trim() === '' ? null : server.trim() });
    if (!begun.ok) return setProblem(sentence(begun.code, begun.details));
    setPage(begun.value.url);
    setFace('waiting');
    const came = await call('signIn.wait', {});
    if (!came.ok) {
      setFace('ask');
      return setProblem(sentence(came.code));
    }
    onCode(came.value.code);
    setFace('done');
  };
  if (face === 'offer')
    return (
      <p className="row">
        <button type="button" className="btn" onClick={() => setFace('ask')}>
          {t('browser.offer')}
        </button>
      </p>
    );
  return (
    <div className="stack" role="group" aria-label={t('browser.offer')}>
      {face === 'ask' && (
        <div className="row fields">
          <Field
            label={t('browser.server')}
            value={server}
            onText={setServer}
            placeholder="https://"
            autoFocus
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              event.preventDefault();
              void begin();
            }}
          />
          <button type="button" className="btn" onClick={() => void begin()}>
            {t('browser.do')}
          </button>
        </div>
      )}
      {face === 'waiting' && (
        <>
          <p role="status">{t('browser.waiting')}</p>
          <p className="quiet" style={{ overflowWrap: 'anywhere', userSelect: 'all' }} data-sign-in-page>
            {page}
          </p>
        </>
      )}
      {face === 'done' && <p role="status">{t('browser.done')}</p>}
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
