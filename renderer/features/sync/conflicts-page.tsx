/** What two people wrote at once: one card after the other, three keys. Both versions stay in the log whatever is chosen. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/client.ts';
import { useActions } from '../../app/keys.ts';
import { goTo } from '../../app/router.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { ConflictCard, type Choice } from './conflict-card.tsx';
import { DoubleBookings, useDoubleBookings } from './double-bookings.tsx';
import { useSession } from '../../app/session.ts';
import { HandedInNotice, useHandedIn } from './handed-in.tsx';
import { SamePersons, useDuplicates } from './same-persons.tsx';

export function ConflictsPage() {
  const { t } = useTranslation('sync');
  const list = useAsk('conflict.list', { open: true }, ['conflict', 'note_section', 'sync']);
  const [problem, setProblem] = useState<string | null>(null);
  const { conflicts, siblings } = list.value ?? { conflicts: [], siblings: [] };
  const first = conflicts[0];
  const double = useDoubleBookings();
  const twice = useDuplicates();
  const handedIn = useHandedIn(useSession().user.roles.includes('PRACTITIONER'));
  const nothing =
    handedIn.length === 0 &&
    first === undefined &&
    siblings.length === 0 &&
    (double.value?.pairs.length ?? 0) === 0 &&
    twice.value?.count === 0;
  const resolve = async (choice: Choice): Promise<void> => {
    if (first === undefined) return;
    const reply = await call('conflict.resolve', { id: first.conflict.id, choice });
    setProblem(reply.ok ? null : sentence(reply.code));
    list.again();
  };
  const any = () => first !== undefined;
  useActions([
    { id: 'conflict.mine', label: t('conflict.mine'), key: '1', when: any, run: () => void resolve('mine') },
    { id: 'conflict.theirs', label: t('conflict.theirs'), key: '2', when: any, run: () => void resolve('theirs') },
    {
      id: 'conflict.both',
      label: t('conflict.both'),
      key: '3',
      when: () => first?.bothPossible === true,
      run: () => void resolve('both'),
    },
  ]);
  return (
    <div className="page">
      <h1>{t('conflict.title')}</h1>
      <p className="quiet">{t('conflict.help')}</p>
      {list.value !== null && nothing && <p>{t('conflict.none')}</p>}
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
      {conflicts.map((view, index) => (
        <ConflictCard key={view.conflict.id} view={view} current={index === 0} onChoose={(choice) => void resolve(choice)} />
      ))}
      <SamePersons pairs={twice.value?.pairs ?? []} current={first === undefined} onDone={twice.again} />
      <HandedInNotice from={handedIn} />
      <DoubleBookings list={double} />
      {siblings.length > 0 && (
        <section>
          <h2>{t('siblings.title')}</h2>
          <ul className="line-list">
            {siblings.map(({ encounterId, key, patientName }) => (
              <li key={`${encounterId}/${key}`}>
                <button type="button" className="link" onClick={() => goTo({ name: 'chart', id: encounterId })}>
                  {patientName} · {t(`chart:section.keys.${key}`, { defaultValue: key })}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
