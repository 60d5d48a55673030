/** One disagreement: both versions side by side, what differs marked, and what each key does. */
import { useTranslation } from 'react-i18next';
import type { ConflictView } from '#electron/contract/sync.ts';
import { DiffText } from '../chart/diff-text.tsx';
import { useSay } from './use-say.ts';

export type Choice = 'mine' | 'theirs' | 'both';

export function ConflictCard({ view, current, onChoose }: { view: ConflictView; current: boolean; onChoose(choice: Choice): void }) {
  const { t } = useTranslation('sync');
  const { conflict, mine, keptBy, lostBy } = view;
  const say = useSay();
  const sides = (mine === 'kept' ? (['kept', 'lost'] as const) : (['lost', 'kept'] as const)).map((side) => ({
    side,
    text: say(conflict.field, conflict[side]),
    by: side === 'kept' ? keptBy : lostBy,
  }));
  return (
    <section className="conflict" aria-current={current} aria-labelledby={`conflict-${conflict.id}`}>
      <h2 id={`conflict-${conflict.id}`}>
        {view.patientName ?? ''} · {t(`entity.${conflict.subjectEntity}`, { defaultValue: conflict.subjectEntity })} ·{' '}
        {t(`field.${conflict.field}`, { defaultValue: conflict.field })}
      </h2>
      <div className="versions-two">
        {sides.map(({ side, text, by }, index) => (
          <div key={side} data-side={index === 0 ? 'mine' : 'theirs'}>
            <strong>{t(index === 0 ? 'conflict.mineTitle' : 'conflict.theirsTitle')}</strong> <span className="quiet">{by}</span>
            {side === 'kept' && <span className="quiet"> · {t('conflict.stands')}</span>}
            {sides.every((other) => other.text === text) ? (
              <p className="diff">{text}</p>
            ) : (
              <DiffText before={sides[1 - index]?.text ?? ''} after={text} showRemoved={false} />
            )}
          </div>
        ))}
      </div>
      {current && (
        <div className="row">
          <button type="button" className="btn" onClick={() => onChoose('mine')}>
            {t('conflict.mine')} <kbd>1</kbd>
          </button>
          <button type="button" className="btn" onClick={() => onChoose('theirs')}>
            {t('conflict.theirs')} <kbd>2</kbd>
          </button>
          {view.bothPossible && (
            <button type="button" className="btn" onClick={() => onChoose('both')}>
              {t(conflict.subjectEntity === 'appointment' ? 'conflict.bothAppointments' : 'conflict.both')} <kbd>3</kbd>
            </button>
          )}
        </div>
      )}
    </section>
  );
}
