/** One disagreement: both versions side by side, what differs marked, and what each key does. */
import { useTranslation } from 'react-i18next';
import type { ConflictView } from '#electron/contract/sync.ts';
import { DiffText } from '../chart/diff-text.tsx';
import { formatDay, formatTime } from '../chart/format.ts';

export type Choice = 'mine' | 'theirs' | 'both';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

export function ConflictCard({ view, current, onChoose }: { view: ConflictView; current: boolean; onChoose(choice: Choice): void }) {
  const { t } = useTranslation('sync');
  const { conflict, mine, keptBy, lostBy } = view;
  const say = (value: unknown): string => {
    if (value === null || value === undefined || value === '') return t('conflict.nothing');
    if (typeof value === 'boolean') return t(value ? 'conflict.yes' : 'conflict.no');
    if (typeof value === 'object')
      return Object.entries(value)
        .filter(([, said]) => said !== null && said !== '')
        .map(([field, said]) => `${t(`field.${field}`, { defaultValue: field })}: ${say(said)}`)
        .join('\n');
    if (typeof value !== 'string') return String(value);
    if (INSTANT.test(value)) return `${formatDay(value)} ${formatTime(value)}`;
    return t(`value.${conflict.field}.${value}`, { defaultValue: value });
  };
  const sides = (mine === 'kept' ? (['kept', 'lost'] as const) : (['lost', 'kept'] as const)).map((side) => ({
    side,
    text: say(conflict[side]),
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
