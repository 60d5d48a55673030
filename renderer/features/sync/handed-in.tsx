/** What a revoked device handed in: every word, by whom and from where; taken into the record, or set aside. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { HandedInChange } from '#electron/contract/sync.ts';
import { call } from '../../app/client.ts';
import { useActions } from '../../app/keys.ts';
import { goTo } from '../../app/router.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { RefusedCard } from './refused-card.tsx';

/** How many such changes wait, by device: known on every laptop, without asking the server. */
export function useHandedIn(asks: boolean): { name: string; count: number }[] {
  const { value } = useAsk('device.list', asks ? {} : null, ['device']);
  return (value?.devices ?? []).flatMap(({ name, handedIn }) => (handedIn > 0 ? [{ name, count: handedIn }] : []));
}

export function HandedInNotice({ from }: { from: readonly { name: string; count: number }[] }) {
  const { t } = useTranslation('sync');
  if (from.length === 0) return null;
  return (
    <section className="conflict">
      <h2>{t('handedIn.title')}</h2>
      <ul className="line-list">
        {from.map(({ name, count }) => (
          <li key={name} className="row">
            <span>{t('handedIn.from', { name, count })}</span>
            <button type="button" className="btn" onClick={() => goTo({ name: 'sync', show: 'handedIn' })}>
              {t('handedIn.look')}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function HandedInList() {
  const { t } = useTranslation('sync');
  const list = useAsk('handedIn.list', {}, ['device']);
  const [problem, setProblem] = useState<string | null>(null);
  const items = list.value?.items ?? [];
  // What hangs together goes together: one person's words about one patient, in the order they were written.
  const together = (item: HandedInChange) => `${item.deviceId}/${item.patientId}/${item.actorName}`;
  const groups = [...new Set(items.map(together))].map((key) => items.filter((item) => together(item) === key));
  const first = groups[0] ?? [];
  const decide = async (decision: 'admit' | 'set_aside'): Promise<void> => {
    const [one] = first;
    if (one === undefined) return;
    const reply = await call('handedIn.decide', { deviceId: one.deviceId, ns: first.map(({ n }) => n), decision });
    const refused = reply.ok ? reply.value.refused[0]?.code : reply.code;
    setProblem(refused === undefined ? null : sentence(refused));
    list.again();
  };
  const any = () => first.length > 0;
  const admit = () => void decide('admit');
  const aside = () => void decide('set_aside');
  useActions([
    { id: 'handedIn.admit', label: t('handedIn.admit'), key: '1', when: any, run: admit },
    { id: 'handedIn.aside', label: t('refused.aside'), key: '3', when: any, run: aside },
  ]);
  if (list.code !== null) return <p className="quiet">{sentence(list.code)}</p>;
  if (list.value !== null && items.length === 0) return <p className="quiet">{t('handedIn.none')}</p>;
  return (
    <>
      <p className="quiet">{t('handedIn.help')}</p>
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
      {groups.map((group, index) => (
        <RefusedCard
          key={group[0]?.id}
          items={group}
          why={[t('handedIn.why', { name: group[0]?.deviceName ?? t('handedIn.unknownDevice') })]}
          current={index === 0}
        >
          {index === 0 && (
            <div className="row">
              <button type="button" className="btn main" onClick={admit}>
                {t('handedIn.admit')} <kbd>1</kbd>
              </button>
              <button type="button" className="btn" onClick={aside}>
                {t('refused.aside')} <kbd>3</kbd>
              </button>
            </div>
          )}
        </RefusedCard>
      ))}
    </>
  );
}
