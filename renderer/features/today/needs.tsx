/** What needs a person, beside the day: a line for each kind, and for administrators whose notes have waited too long. */
import { useTranslation } from 'react-i18next';
import type { LooseEnds } from '#electron/contract/calendar.ts';
import { goTo } from '../../app/router.ts';
import { formatDay } from '../chart/format.ts';

export function Needs({ ends }: { ends: LooseEnds }) {
  const { t } = useTranslation('today');
  const rows = [
    { key: 'unsigned', count: ends.unsigned.length, go: () => goTo({ name: 'unsigned' }) },
    { key: 'unpaid', count: ends.unpaid.length, go: () => goTo({ name: 'close-day' }) },
    { key: 'letters', count: ends.lettersNotHandedOver.length, go: () => goTo({ name: 'close-day' }) },
    { key: 'conflicts', count: ends.openConflicts, go: () => goTo({ name: 'conflicts' }) },
  ].filter((row) => row.count > 0);
  if (rows.length + ends.overdue.length === 0) return <p className="quiet">{t('needs.none')}</p>;
  return (
    <ul style={{ listStyle: 'none', margin: 0, padding: 0 }}>
      {ends.overdue.map((one) => (
        <li key={one.practitionerId}>
          <p className="rail-item due" style={{ width: '100%', margin: 0 }}>
            {t('needs.overdue', { name: one.practitionerName, day: formatDay(one.oldest) })} <span className="count">{one.count}</span>
          </p>
        </li>
      ))}
      {rows.map((row) => (
        <li key={row.key}>
          <button type="button" className="rail-item" style={{ width: '100%' }} onClick={row.go}>
            {t(`needs.${row.key}`)} <span className="count">{row.count}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
