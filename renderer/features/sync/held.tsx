/** What came after an erasure by law: every word, for whoever decided it. To read; it is never taken back. */
import { useTranslation } from 'react-i18next';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { formatDay } from '../chart/format.ts';
import { RefusedCard } from './refused-card.tsx';

/** Whether this person has erased anything, so that something may have come since. */
export function useHeldConcerns(asks: boolean): boolean {
  return useAsk('held.concerns', asks ? {} : null, ['erasure']).value?.me === true;
}

export function HeldList() {
  const { t } = useTranslation('sync');
  const list = useAsk('held.list', {}, ['erasure']);
  const items = list.value?.items ?? [];
  if (list.code !== null) return <p className="quiet">{sentence(list.code)}</p>;
  if (list.value !== null && items.length === 0) return <p className="quiet">{t('held.none')}</p>;
  return (
    <>
      <p className="quiet">{t('held.help')}</p>
      {items.map((item) => (
        <RefusedCard
          key={item.id}
          items={[item]}
          why={[t('held.why', { day: formatDay(item.decidedAt), name: item.deviceName ?? t('handedIn.unknownDevice') })]}
          current={false}
        >
          {null}
        </RefusedCard>
      ))}
    </>
  );
}
