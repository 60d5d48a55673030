/** Why a note was discarded, and the way back: nothing that was written is thrown away. */
import { useTranslation } from 'react-i18next';
import { call } from '#renderer/app/client.ts';
import type { ChartView } from './types.ts';

export function DiscardedNote({ encounter, onProblem }: { encounter: ChartView['encounter']; onProblem(code: string): void }) {
  const { t } = useTranslation('chart');
  const restore = (): void => void call('encounter.restore', { id: encounter.id }).then((reply) => !reply.ok && onProblem(reply.code));
  return (
    <p className="chart-due">
      {t('status.discarded')}: {encounter.closedReason}{' '}
      <button type="button" className="link" onClick={restore}>
        {t('actions.restore')}
      </button>
    </p>
  );
}
