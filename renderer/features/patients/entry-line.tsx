/** One entry of a journal in a list to choose from. */
import { useTranslation } from 'react-i18next';
import type { OutputOf } from '#electron/contract/index.ts';
import { formatDate } from '../chart/format.ts';

type Entry = OutputOf<'request.list'>['entries'][number];

export function EntryLine({ entry }: { entry: Entry }) {
  const { t } = useTranslation('requests');
  const title =
    entry.entity === 'encounter'
      ? t(`chart:visitType.${entry.title}`)
      : entry.entity === 'letter'
        ? t(`entry.${entry.title}`, { defaultValue: entry.title })
        : entry.title;
  return (
    <span>
      <span className="num">{entry.at === '' ? '' : formatDate(entry.at)}</span> {t(`entry.${entry.entity}`)}: {title}{' '}
      <span className="quiet">{entry.responsibleName}</span>
    </span>
  );
}
