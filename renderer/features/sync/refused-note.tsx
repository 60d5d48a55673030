/** On a patient's page and in a chart: something that was written here is not part of the record. One key away, never hidden. */
import { useTranslation } from 'react-i18next';
import { goTo } from '../../app/router.ts';
import { useAsk } from '../../app/use-ask.ts';

export function RefusedNote({ patientId }: { patientId: string }) {
  const { t } = useTranslation('sync');
  const count = useAsk('refused.list', { patientId }, ['sync']).value?.items.length ?? 0;
  if (count === 0) return null;
  return (
    <p className="notice" role="status">
      <span className="danger-text">{t('refused.here', { count })}</span>{' '}
      <button type="button" className="link" onClick={() => goTo({ name: 'sync', show: 'quarantined' })}>
        {t('refused.look')}
      </button>
    </p>
  );
}
