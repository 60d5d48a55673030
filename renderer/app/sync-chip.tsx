/** One chip: what is saved here, what waits, when the server was last met. Offline is grey, never red. */
import { useTranslation } from 'react-i18next';
import { formatDay, formatTime } from '../features/chart/format.ts';
import { goTo } from './router.ts';
import { useAsk } from './use-ask.ts';

export function SyncChip() {
  const { t } = useTranslation();
  const { value: status } = useAsk('sync.status', {}, [
    'sync',
    'encounter',
    'note_section',
    'patient',
    'appointment',
    'conflict',
    'treatment_line',
    'payment',
    'letter',
    'diagnosis',
  ]);
  if (status === null) return null;
  const parts = [t(`sync.state.${status.state}`)];
  if (status.progress !== null) parts.push(t('sync.percent', { percent: Math.floor(status.progress * 100) }));
  if (status.remainingSeconds !== null)
    parts.push(
      status.remainingSeconds < 90
        ? t('sync.secondsLeft', { count: status.remainingSeconds })
        : t('sync.minutesLeft', { count: Math.round(status.remainingSeconds / 60) }),
    );
  if (status.pending > 0) parts.push(t('sync.waiting', { count: status.pending }));
  if (status.lastSyncedAt !== null)
    parts.push(t('sync.last', { at: sameDay(status.lastSyncedAt) ? formatTime(status.lastSyncedAt) : formatDay(status.lastSyncedAt) }));
  return (
    <button
      type="button"
      className="chip"
      data-state={status.state}
      onClick={() => goTo({ name: 'sync' })}
      aria-label={t('sync.chip', { state: parts.join(', ') })}
    >
      {parts.join(' · ')}
    </button>
  );
}

const sameDay = (instant: string): boolean => formatDay(instant) === formatDay(new Date().toISOString());
