/** What was said to a patient by SMS and e-mail and what they answered, newest first; a word to them, and what is to be decided. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MessageView } from '#electron/contract/messages.ts';
import { call } from '../../app/client.ts';
import { useActions } from '../../app/keys.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { formatDate, formatTime } from '../chart/format.ts';
import { MessageActs } from './booking-reminders.tsx';
import { MessageLifeLine } from './message-state.tsx';
import { reasonText } from './reason-text.ts';
import './messages.css';

const FIRST = 6;

export function MessageThread({ patientId, idle }: { patientId: string; idle: boolean }) {
  const { t } = useTranslation('messages');
  const thread = useAsk('message.thread', { patientId }, [
    'message',
    'appointment',
    'channel_consent',
    'patient',
    'guardian',
    'integration_setting',
  ]);
  const [writing, setWriting] = useState(false);
  const [all, setAll] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  useActions([
    {
      id: 'message.write',
      label: t('write'),
      key: 'm',
      when: () => idle && !writing && thread.value?.canAnswer === true,
      run: () => setWriting(true),
    },
  ]);
  if (thread.value === null) return null;
  const { items, offer, canAnswer } = thread.value;
  // A clinic that uses neither sees nothing of it.
  const used = offer.channels.filter(({ on }) => on);
  if (used.length === 0 && items.length === 0) return null;
  const sms = offer.channels.find(({ channel }) => channel === 'sms') ?? offer;
  const fresh = items.filter(({ isNew }) => isNew);
  const act = async (reply: Promise<{ ok: boolean; code?: string; details?: Record<string, unknown> }>): Promise<boolean> => {
    const answer = await reply;
    const refused = answer.details?.['problem'];
    setProblem(
      answer.ok ? null : sentence(answer.code ?? 'unknown', typeof refused === 'string' ? { problem: reasonText(t, refused) } : {}),
    );
    return answer.ok;
  };
  return (
    <section className="messages" aria-labelledby="messages-title">
      <div className="messages-head">
        <h2 id="messages-title">{t('title')}</h2>
        {fresh.length > 0 && <span className="due">{t('newReplies', { count: fresh.length })}</span>}
        {canAnswer && (
          <button type="button" className="link" onClick={() => setWriting(true)}>
            {t('write')} <kbd>M</kbd>
          </button>
        )}
        {fresh.length > 0 && (
          <button type="button" className="link" onClick={() => void Promise.all(fresh.map(({ id }) => act(call('message.seen', { id }))))}>
            {t('seenAll')}
          </button>
        )}
        {!canAnswer && used.length > 0 && <span className="quiet">{whyNot(t, sms)}</span>}
      </div>
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
      {writing && <Write patientId={patientId} onDone={() => setWriting(false)} onSend={act} />}
      {items.length === 0 ? (
        <p className="quiet">{t('none')}</p>
      ) : (
        <table className="list" aria-label={t('title')}>
          <tbody>
            {(all ? items : items.slice(0, FIRST)).map((message) => (
              <Line key={message.id} message={message} act={act} />
            ))}
          </tbody>
        </table>
      )}
      {!all && items.length > FIRST && (
        <button type="button" className="link" onClick={() => setAll(true)}>
          {t('common:showAll', { count: items.length, defaultValue: `+ ${items.length - FIRST}` })}
        </button>
      )}
    </section>
  );
}

function whyNot(
  t: ReturnType<typeof useTranslation>['t'],
  offer: { on: boolean; consent: 'yes' | 'no' | null; problem: string | null },
): string {
  // Own words go by SMS alone: nobody reads what is answered to an e-mail.
  if (!offer.on) return '';
  if (offer.consent === 'no') return t('booking.withdrawn');
  if (offer.problem !== null) return reasonText(t, offer.problem);
  return offer.consent === null ? t('booking.noConsent') : '';
}

function Line({ message, act }: { message: MessageView; act(reply: Promise<{ ok: boolean; code?: string }>): Promise<boolean> }) {
  const { t } = useTranslation('messages');
  const { id, direction, channel, templateId, text, reason, at, segments, opens, clicks } = message;
  const [open, setOpen] = useState(false);
  const meaning = direction === 'in' && reason !== null ? t(`answer.${reason.replace('answer/', '')}`, { defaultValue: '' }) : '';
  return (
    <tr data-direction={direction} data-new={message.isNew ? '' : undefined}>
      <td className="num message-when">
        {formatDate(at)} <span className="quiet">{formatTime(at)}</span>
      </td>
      <td className="message-what">
        {t(`template.${templateId}`, { defaultValue: templateId })} <span className="quiet">{t(`channel.${channel}`)}</span>
      </td>
      <td className="message-text">
        <span className={open || direction === 'in' ? undefined : 'message-short'}>{text}</span>
        {meaning !== '' && <span className="due"> {meaning}</span>}
      </td>
      <td className="message-state">
        {direction === 'out' && <MessageLifeLine message={message} onOpen={setOpen} />}
        {message.sentTo === 'guardian' && <span className="quiet"> {t('toGuardian')}</span>}
        {segments !== null && segments > 1 && <span className="quiet"> · {t('segments', { count: segments })}</span>}
        {(opens ?? 0) > 0 && <span className="quiet"> · {t('opens', { count: opens ?? 0 })}</span>}
        {(clicks ?? 0) > 0 && <span className="quiet"> · {t('clicks', { count: clicks ?? 0 })}</span>}
      </td>
      <td className="message-acts">
        {direction === 'out' && <MessageActs message={message} act={act} />}
        {message.isNew && (
          <button type="button" className="link" onClick={() => void act(call('message.seen', { id }))}>
            {t('seen')}
          </button>
        )}
      </td>
    </tr>
  );
}

function Write({
  patientId,
  onDone,
  onSend,
}: {
  patientId: string;
  onDone(): void;
  onSend(reply: Promise<{ ok: boolean; code?: string }>): Promise<boolean>;
}) {
  const { t } = useTranslation('messages');
  const [body, setBody] = useState('');
  const asked = { patientId, templateId: 'answer' as const, channel: 'sms' as const, appointmentId: null, body };
  const preview = useAsk('message.preview', body.trim() === '' ? null : asked);
  const wrong = body.trim() === '' ? null : (preview.value?.problem ?? null);
  const send = async (): Promise<void> => {
    if (await onSend(call('message.ask', asked))) onDone();
  };
  return (
    <form
      className="message-write"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        onDone();
      }}
    >
      <label className="field wide">
        <span>{t('write')}</span>
        <textarea
          className="input"
          rows={2}
          autoFocus
          value={body}
          onChange={(event) => setBody(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void send();
          }}
        />
      </label>
      <p className={wrong === null ? 'quiet' : 'due'} role="status">
        {wrong === null ? t('writeHelp') : reasonText(t, wrong)}
        {preview.value !== null && wrong === null && body.trim() !== '' && ` · ${t('segments', { count: preview.value.segments })}`}
      </p>
      <div className="row">
        <button type="submit" className="btn main" disabled={body.trim() === '' || wrong !== null}>
          {t('send')} <kbd>Ctrl ⏎</kbd>
        </button>
        <button type="button" className="btn" onClick={onDone}>
          {t('common:cancel')} <kbd>Esc</kbd>
        </button>
      </div>
    </form>
  );
}
