/** A message's life in a few words: planned, sent, delivered, or why not. */
import { useTranslation } from 'react-i18next';
import type { MessageView, Reminder } from '#electron/contract/messages.ts';
import { formatDate, formatTime } from '../chart/format.ts';
import { reasonText } from './reason-text.ts';

const WRONG: ReadonlySet<string> = new Set(['failed', 'blocked', 'unknown']);

export function MessageState({ message }: { message: Pick<MessageView | Reminder, 'state' | 'reason' | 'at' | 'waiting'> }) {
  const { t } = useTranslation('messages');
  const { state, reason, at, waiting } = message;
  const words = waiting && state === 'planned' ? t('state.waiting') : t(`state.${state}`, { at: `${formatDate(at)} ${formatTime(at)}` });
  return (
    <span className={WRONG.has(state) ? 'due' : 'quiet'}>
      {words}
      {reason !== null && state !== 'received' && `: ${reasonText(t, reason)}`}
    </span>
  );
}
