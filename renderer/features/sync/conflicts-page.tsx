/** Two people changed the same thing: both versions side by side, three keys. Both stay in the log whatever is chosen. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/client.ts';
import { useActions } from '../../app/keys.ts';
import { useSession } from '../../app/session.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { DiffText } from '../chart/diff-text.tsx';
import { formatDay, formatTime } from '../chart/format.ts';

const said = (value: unknown): string =>
  value === null || value === undefined || value === '' ? '–' : typeof value === 'string' ? value : JSON.stringify(value);

export function ConflictsPage() {
  const { t } = useTranslation('sync');
  const session = useSession();
  const list = useAsk('conflict.list', { open: true }, ['conflict', 'note_section', 'sync']);
  const [problem, setProblem] = useState<string | null>(null);
  const conflicts = list.value?.conflicts ?? [];
  const first = conflicts[0];
  const resolve = async (choice: 'mine' | 'theirs' | 'both'): Promise<void> => {
    if (first === undefined) return;
    const reply = await call('conflict.resolve', { id: first.conflict.id, choice });
    setProblem(reply.ok ? null : sentence(reply.code));
    list.again();
  };
  const any = () => first !== undefined;
  useActions([
    { id: 'conflict.mine', label: t('conflict.mine'), key: '1', when: any, run: () => void resolve('mine') },
    { id: 'conflict.theirs', label: t('conflict.theirs'), key: '2', when: any, run: () => void resolve('theirs') },
    { id: 'conflict.both', label: t('conflict.both'), key: '3', when: any, run: () => void resolve('both') },
  ]);
  return (
    <div className="page">
      <h1>{t('conflict.title')}</h1>
      <p className="quiet">{t('conflict.help')}</p>
      {list.value !== null && first === undefined && <p>{t('conflict.none')}</p>}
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
      {conflicts.map((view, index) => {
        const lostIsMine = view.conflict.lostActorId === session.user.id;
        const [mine, theirs] = lostIsMine ? [view.conflict.lost, view.conflict.kept] : [view.conflict.kept, view.conflict.lost];
        return (
          <section key={view.conflict.id} style={{ borderTop: '1px solid var(--line)', padding: '12px 0' }} aria-current={index === 0}>
            <h2 style={{ margin: 0 }}>
              {view.patientName ?? ''} · {t(`entity.${view.conflict.subjectEntity}`, { defaultValue: view.conflict.subjectEntity })} ·{' '}
              {t(`field.${view.conflict.field}`, { defaultValue: view.conflict.field })}
            </h2>
            <p className="quiet num">
              {formatDay(view.conflict.lostAt)} {formatTime(view.conflict.lostAt)}
            </p>
            <div className="versions-two">
              <div>
                <strong>{t('conflict.mineTitle')}</strong> <span className="quiet">{lostIsMine ? view.lostBy : view.keptBy}</span>
                <p>{said(mine)}</p>
                {typeof mine === 'string' && typeof theirs === 'string' && <DiffText before={theirs} after={mine} showRemoved={false} />}
              </div>
              <div>
                <strong>{t('conflict.theirsTitle')}</strong> <span className="quiet">{lostIsMine ? view.keptBy : view.lostBy}</span>
                <p>{said(theirs)}</p>
                {typeof mine === 'string' && typeof theirs === 'string' && <DiffText before={mine} after={theirs} showRemoved={false} />}
              </div>
            </div>
            {index === 0 && (
              <div className="row">
                <button type="button" className="btn" onClick={() => void resolve('mine')}>
                  {t('conflict.mine')} <kbd>1</kbd>
                </button>
                <button type="button" className="btn" onClick={() => void resolve('theirs')}>
                  {t('conflict.theirs')} <kbd>2</kbd>
                </button>
                <button type="button" className="btn" onClick={() => void resolve('both')}>
                  {t('conflict.both')} <kbd>3</kbd>
                </button>
              </div>
            )}
          </section>
        );
      })}
    </div>
  );
}
