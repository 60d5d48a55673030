/** On I dag: whom to ask to come again, and messages that did not get through. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PatientHit } from '#electron/contract/patients.ts';
import type { RecallView } from '#electron/contract/recalls.ts';
import { call } from '../../app/client.ts';
import { goTo } from '../../app/router.ts';
import { useActions } from '../../app/keys.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { MessageActs } from './booking-reminders.tsx';
import { MessageState } from './message-state.tsx';
import { dueWords, RecallActs } from './recall-row.tsx';
import './messages.css';

const FIRST = 8;

export function DueRecalls({ day, idle, onBook }: { day: string; idle(): boolean; onBook(patient: PatientHit): void }) {
  const { t } = useTranslation('messages');
  const due = useAsk('recall.due', { day }, ['recall', 'message', 'appointment', 'patient', 'channel_consent', 'integration_setting']);
  const [all, setAll] = useState(false);
  const [closed, setClosed] = useState<RecallView | null>(null);
  useActions([
    {
      id: 'today.recalls',
      label: t('recalls.title'),
      key: 'k',
      when: () => idle() && (due.value?.items.length ?? 0) > 0,
      run: () => document.querySelector<HTMLElement>('#due-recalls button')?.focus(),
    },
  ]);
  const items = due.value?.items ?? [];
  if (items.length === 0 && closed === null) return null;
  const shown = all ? items : items.slice(0, FIRST);
  const left = items.length - shown.length + (due.value?.more ?? 0);
  return (
    <section id="due-recalls" className="recalls" aria-labelledby="recalls-title">
      <h2 id="recalls-title">
        {t('recalls.due')} <kbd>K</kbd>
      </h2>
      <ul>
        {shown.map((recall) => (
          <li key={recall.id}>
            <button type="button" className="link" onClick={() => goTo({ name: 'patient', id: recall.patient.id })}>
              {recall.patient.familyName}, {recall.patient.givenName}
            </button>{' '}
            <span className="quiet num">{recall.patient.phone}</span>
            <br />
            <span className="quiet">{dueWords(t, recall)}</span>
            <br />
            <RecallActs recall={recall} onBook={() => onBook(recall.patient)} onClosed={() => setClosed(recall)} />
          </li>
        ))}
      </ul>
      {left > 0 && (
        <button type="button" className="link" onClick={() => setAll(true)}>
          {t('recalls.more', { count: left })}
        </button>
      )}
      {closed !== null && (
        <p className="quiet" role="status">
          {t('recalls.closed', { name: `${closed.patient.givenName} ${closed.patient.familyName}` })}{' '}
          <button
            type="button"
            className="link"
            onClick={() => void call('recall.close', { id: closed.id, state: 'open' }).then(() => setClosed(null))}
          >
            {t('recalls.undo')}
          </button>
        </p>
      )}
    </section>
  );
}

export function StuckMessages() {
  const { t } = useTranslation('messages');
  const stuck = useAsk('message.stuck', {}, ['message', 'appointment', 'patient']);
  const [problem, setProblem] = useState<string | null>(null);
  const items = stuck.value?.items ?? [];
  if (items.length === 0) return null;
  const act = async (reply: Promise<{ ok: boolean; code?: string }>): Promise<void> => {
    const answer = await reply;
    setProblem(answer.ok ? null : sentence(answer.code ?? 'unknown'));
  };
  return (
    <section className="recalls" aria-labelledby="stuck-title">
      <h2 id="stuck-title">{t('stuck.title')}</h2>
      <ul>
        {items.slice(0, FIRST).map((one) => (
          <li key={one.id}>
            <button type="button" className="link" onClick={() => goTo({ name: 'patient', id: one.patientId })}>
              {one.patientName}
            </button>{' '}
            <span className="quiet">
              {t(`template.${one.templateId}`)} · {t(`channel.${one.channel}`)}
            </span>
            <br />
            <MessageState message={one} /> <MessageActs message={one} act={act} />{' '}
            {one.state === 'blocked' && (
              <button type="button" className="link" onClick={() => void act(call('message.cancel', { id: one.id }))}>
                {t('cancel')}
              </button>
            )}
          </li>
        ))}
      </ul>
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}
