/** One thing that happened to a patient, as a row of the patient's page. */
import { useTranslation } from 'react-i18next';
import type { TimelineItem } from '#electron/contract/patients.ts';
import { openChart } from '../../app/open-charts.ts';
import { goTo } from '../../app/router.ts';
import { formatDate, formatTime } from '../chart/format.ts';

export function TimelineRow({ item, name }: { item: TimelineItem; name: string }) {
  const { t } = useTranslation('patients');
  const open = (): void => {
    if (item.kind === 'letter') return goTo({ name: 'letter', id: item.id });
    if (item.encounterId === null) return;
    openChart(item.encounterId, name);
    goTo({ name: 'chart', id: item.encounterId });
  };
  const opens = item.kind === 'letter' || item.encounterId !== null;
  return (
    <tr
      tabIndex={opens ? 0 : undefined}
      onClick={open}
      onKeyDown={(event) => event.key === 'Enter' && open()}
      data-off={item.status === 'cancelled' || item.status === 'entered_in_error' ? '' : undefined}
    >
      <td className="num" style={{ width: 150 }}>
        {item.at === '' ? t('undated') : formatDate(item.at)} <span className="quiet">{item.at.length > 10 && formatTime(item.at)}</span>
      </td>
      <td style={{ width: 150 }}>
        {t(`item.${item.kind}.${item.title}`, {
          defaultValue: item.visitType === null ? item.title : t(`chart:visitType.${item.visitType}`),
        })}
      </td>
      <td>{item.summary}</td>
      <td className={item.status === 'draft' ? 'due' : 'quiet'}>{t(`itemStatus.${item.status}`, { defaultValue: item.status })}</td>
      <td className="quiet">{item.practitionerName}</td>
    </tr>
  );
}
