/** On the patient's page: what the patient has asked to have corrected or deleted, what was decided, and what is gone. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OutputOf } from '#electron/contract/index.ts';
import { call } from '../../app/client.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { saveFile } from '../../ui/save-file.ts';
import { formatDate } from '../chart/format.ts';
import { AskOnce } from '../settings/ask-once.tsx';
import { DecideRequest } from './decide-request.tsx';
import { NewRequest } from './new-request.tsx';

export type Listed = OutputOf<'request.list'>;
export type ListedRequest = Listed['requests'][number];

export function RequestsSection({ patientId }: { patientId: string }) {
  const { t } = useTranslation('requests');
  const list = useAsk('request.list', { patientId }, ['journal_request', 'erasure', 'encounter', 'letter', 'attachment', 'imported_entry']);
  const [asking, setAsking] = useState(false);
  const [deciding, setDeciding] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  if (list.value === null) return null;
  const { requests, erasures, entries } = list.value;
  const done = (): void => {
    setAsking(false);
    setDeciding(null);
    list.again();
  };
  const letter = async (id: string): Promise<void> => {
    const reply = await call('request.letter', { id, warned: true });
    if (reply.ok) saveFile(reply.value);
    else setProblem(sentence(reply.code));
  };
  return (
    <section aria-label={t('title')} style={{ marginTop: 24 }}>
      <div className="row" style={{ justifyContent: 'space-between' }}>
        <h2>{t('title')}</h2>
        {!asking && (
          <button type="button" className="btn" onClick={() => setAsking(true)}>
            {t('open')}
          </button>
        )}
      </div>
      {asking && <NewRequest patientId={patientId} entries={entries} onDone={done} onCancel={() => setAsking(false)} />}
      {requests.length === 0 && erasures.length === 0 && !asking && <p className="quiet">{t('none')}</p>}
      {requests.map((request) =>
        deciding === request.id ? (
          <DecideRequest key={request.id} request={request} onDone={done} onCancel={() => setDeciding(null)} />
        ) : (
          <div key={request.id} className="stack" style={{ padding: '8px 0' }}>
            <div className="row" style={{ justifyContent: 'space-between' }}>
              <span>
                <strong>{t(`kind.${request.kind}`)}</strong>{' '}
                <span className={request.status === 'open' ? 'due' : 'quiet'}>{t(`status.${request.status}`)}</span>
                {' · '}
                <span className="quiet">
                  {request.decidedAt === null
                    ? t('received', { date: formatDate(request.receivedAt), name: request.receivedByName })
                    : t('decidedBy', { date: formatDate(request.decidedAt), name: request.decidedByName ?? '' })}
                </span>
              </span>
              {request.status === 'open' && (
                <button type="button" className="btn" onClick={() => setDeciding(request.id)}>
                  {t('decide.open')}
                </button>
              )}
              {request.documentId !== null && (
                <AskOnce label={t('letter')} question={t('letterSure')} yes={t('letterYes')} onYes={() => void letter(request.id)} />
              )}
            </div>
            {request.asked === '' ? <p className="quiet">{t('gone')}</p> : <p style={{ whiteSpace: 'pre-wrap' }}>«{request.asked}»</p>}
            {request.decisionReason !== null && <p className="quiet">{request.decisionReason}</p>}
          </div>
        ),
      )}
      {erasures.map((erasure) => (
        <p key={erasure.id} className="quiet">
          {t('erased', {
            date: formatDate(erasure.decidedAt),
            name: erasure.decidedByName,
            basis: t(`basis.${erasure.basis}`),
            count: erasure.targets.length,
          })}
        </p>
      ))}
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}
