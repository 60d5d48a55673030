/** A stored value in words: what a person would call it, an instant as a day and a time. */
import { useTranslation } from 'react-i18next';
import { formatDay, formatTime } from '../chart/format.ts';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

export function useSay(): (field: string, value: unknown) => string {
  const { t } = useTranslation('sync');
  const say = (field: string, value: unknown): string => {
    if (value === null || value === undefined || value === '') return t('conflict.nothing');
    if (typeof value === 'boolean') return t(value ? 'conflict.yes' : 'conflict.no');
    if (typeof value === 'object')
      return Object.entries(value)
        .filter(([, said]) => said !== null && said !== '')
        .map(([name, said]) => `${t(`field.${name}`, { defaultValue: name })}: ${say(name, said)}`)
        .join('\n');
    if (typeof value !== 'string') return String(value);
    if (INSTANT.test(value)) return `${formatDay(value)} ${formatTime(value)}`;
    if (field === 'key') return t(`chart:section.keys.${value}`, { defaultValue: value });
    if (field === 'visitType') return t(`chart:visitType.${value}`, { defaultValue: value });
    return t(`value.${field}.${value}`, { defaultValue: value });
  };
  return say;
}
