/** What Helfo would send back, and how many visits there have been: told in amber, stops nothing. */
import { useTranslation } from 'react-i18next';
import type { ChartView } from '../chart/types.ts';
import { formatKroner } from '../chart/format.ts';

export function ClaimNotes({ chart }: { chart: Pick<ChartView, 'claimProblems' | 'seriesNotices'> }) {
  const { t } = useTranslation('billing');
  return (
    <>
      {chart.claimProblems.map(({ code, takst, other }) => (
        <p key={`${code}/${takst}/${other ?? ''}`} className="chart-due" style={{ margin: '4px 0' }}>
          {t(`claim.${code.split('/')[1] ?? ''}`, {
            takst,
            other: code === 'takst/refund-differs' ? formatKroner(Number(other)) : other,
          })}
        </p>
      ))}
      {chart.seriesNotices.map((notice) => (
        <p key={`${notice.code}/${'payer' in notice ? notice.payer : ''}`} className="chart-due" style={{ margin: '4px 0' }}>
          {notice.code === 'series/notice'
            ? t(`series.notice.${notice.per}`, { n: notice.n })
            : t(`series.${notice.code.split('/')[1] ?? ''}`, { ...notice })}
        </p>
      ))}
    </>
  );
}
