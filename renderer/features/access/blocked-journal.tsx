/** The patient has shut the journal for the person at the screen. In an emergency it opens for an hour, with a reason. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/client.ts';
import { useSession } from '../../app/session.ts';
import { sentence } from '../../i18n/index.ts';

/** As the contract has it: a word is no reason. */
const SHORTEST = 10;

export function BlockedJournal({ patientId, onOpened }: { patientId: string; onOpened(): void }) {
  const { t } = useTranslation('access');
  const clinician = useSession().user.roles.includes('PRACTITIONER');
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const open = async (): Promise<void> => {
    const reply = await call('access.open', { patientId, reason });
    if (reply.ok) onOpened();
    else setProblem(sentence(reply.code));
  };
  return (
    <div className="page">
      <h1>{t('blocked.title')}</h1>
      <p>{t('blocked.help')}</p>
      {clinician && (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void open();
          }}
        >
          <h2>{t('emergency.title')}</h2>
          <p className="quiet">{t('emergency.help')}</p>
          <label className="field">
            <span>{t('emergency.reason')}</span>
            <textarea
              className="input"
              rows={3}
              maxLength={500}
              autoComplete="off"
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          </label>
          {problem !== null && (
            <p className="danger-text" role="alert">
              {problem}
            </p>
          )}
          <button type="submit" className="btn danger" disabled={reason.trim().length < SHORTEST}>
            {t('emergency.open')}
          </button>
        </form>
      )}
    </div>
  );
}
