/** A message's life: where it stands in a few words, and step by step when it is asked for. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MessageLife } from '#electron/contract/messages.ts';
import { formatDate, formatTime } from '../chart/format.ts';
import { reasonText } from './reason-text.ts';

export const WENT_WRONG: ReadonlySet<string> = new Set(['failed', 'blocked', 'unknown']);
const at = (instant: string): string => `${formatDate(instant)} ${formatTime(instant)}`;

export function MessageState({ message }: { message: Pick<MessageLife, 'state' | 'reason' | 'at' | 'waiting'> }) {
  const { t } = useTranslation('messages');
  const { state, reason, waiting } = message;
  const words = waiting && state === 'planned' ? t('state.waiting') : t(`state.${state}`, { at: at(message.at) });
  return (
    <span className={WENT_WRONG.has(state) ? 'due' : 'quiet'}>
      {words}
      {reason !== null && state !== 'received' && `: ${reasonText(t, reason)}`}
    </span>
  );
}

/** The same, and on demand each step with its time. */
export function MessageLifeLine({ message, onOpen }: { message: MessageLife; onOpen?(open: boolean): void }) {
  const { t } = useTranslation('messages');
  const [open, setOpen] = useState(false);
  const turn = (): void => {
    setOpen(!open);
    onOpen?.(!open);
  };
  return (
    <>
      <MessageState message={message} />{' '}
      <button type="button" className="link" aria-expanded={open} aria-label={t('life.show')} onClick={turn}>
        {open ? '▾' : '▸'}
      </button>
      {open && <MessageSteps message={message} />}
    </>
  );
}

function MessageSteps({ message }: { message: MessageLife }) {
  const { t } = useTranslation('messages');
  const { requestedAt, byName, plannedAt, sentAt, stateAt, state, reason, waiting } = message;
  const asked = byName === null ? t('life.asked') : t('life.askedBy', { name: byName });
  const steps = [
    { key: 'asked', words: asked, when: requestedAt },
    ...(waiting
      ? [{ key: 'waiting', words: t('state.waiting'), when: null }]
      : [{ key: 'planned', words: t('life.planned'), when: plannedAt }]),
    ...(sentAt === null ? [] : [{ key: 'sent', words: t('life.sent'), when: sentAt }]),
    ...(state === 'planned' || state === 'sent' || stateAt === null ? [] : [{ key: 'end', words: endOf(t, state, reason), when: stateAt }]),
  ];
  return (
    <ol className="message-life">
      {steps.map(({ key, words, when }) => (
        <li key={key} className={key === 'end' && WENT_WRONG.has(state) ? 'due' : 'quiet'}>
          <span className="num">{when === null ? '' : at(when)}</span> {words}
        </li>
      ))}
    </ol>
  );
}

function endOf(t: ReturnType<typeof useTranslation>['t'], state: string, reason: string | null): string {
  const words = t(`messages:state.${state}`);
  return reason === null ? words : `${words}: ${reasonText(t, reason)}`;
}
