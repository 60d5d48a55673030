/** Above the page of whoever answers for the clinic, until seen: somebody opened a journal that the patient had shut. */
import { useTranslation } from 'react-i18next';
import { call } from '../../app/client.ts';
import { useAsk } from '../../app/use-ask.ts';
import { formatDate, formatTime } from '../chart/format.ts';

export function EmergencyAlerts() {
  const { t } = useTranslation('access');
  const list = useAsk('access.alerts', {}, ['emergency_access']);
  const seen = async (id: string): Promise<void> => {
    await call('access.seen', { id });
    list.again();
  };
  return (list.value?.alerts ?? []).map(({ id, name, patientName, openedAt, reason }) => (
    <div key={id} className="banner" role="alert">
      {t('alert.said', { name, patient: patientName, at: `${formatDate(openedAt)} ${formatTime(openedAt)}` })} «{reason}»{' '}
      <button type="button" className="btn" onClick={() => void seen(id)}>
        {t('alert.seen')}
      </button>
    </div>
  ));
}
