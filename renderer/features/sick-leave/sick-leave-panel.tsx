/** How many days of absence are known here, against the 84 a chiropractor may certify in all. Folded until somebody needs it, or something is known. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SickLeaveView } from '#electron/contract/sick-leave.ts';
import { SICK_LEAVE_DAYS } from '#db/rules/sick-leave.ts';
import { call } from '#renderer/app/client.ts';
import { useActions } from '#renderer/app/keys.ts';
import { useAsk } from '#renderer/app/use-ask.ts';
import { sentence } from '#renderer/i18n/index.ts';
import { Field } from '#renderer/ui/field.tsx';
import { formatDate } from '../chart/format.ts';
import { todayInOslo } from '../today/day.ts';

/** Nav's own pages for those who certify. Never with anything about a patient. */
const NAV = 'https://www.nav.no/samarbeidspartner';
const day = (date: string): string => formatDate(`${date}T12:00:00Z`);
type Origin = 'here' | 'elsewhere';

export function SickLeavePanel({ patientId, encounterId }: { patientId: string; encounterId: string }) {
  const { t } = useTranslation('sick-leave');
  const { value } = useAsk('sickLeave.get', { patientId }, ['sick_leave']);
  const [open, setOpen] = useState(false);
  const [adding, setAdding] = useState<Origin | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useActions([{ id: 'chart.sickLeave', label: t('title'), key: 'F6', run: () => setOpen(true) }]);
  if (value === null) return null;
  const { rows, count } = value;
  const add = async (fields: { origin: Origin | 'none_earlier'; fromDay: string; toDay: string; gradePercent: number | null }) => {
    const reply = await call('sickLeave.add', { patientId, encounterId, ...fields });
    setProblem(reply.ok ? null : reply.code);
    if (reply.ok) setAdding(null);
  };
  const noneEarlier = (): void => {
    const today = todayInOslo();
    void add({ origin: 'none_earlier', fromDay: today, toDay: today, gradePercent: null });
  };
  const shown = open || rows.length > 0;
  return (
    <section aria-label={t('title')}>
      <h2>
        {t('title')} <kbd>F6</kbd>
      </h2>
      {count.atLeast > 0 && <Count count={count} />}
      {!shown && (
        <button type="button" className="link" onClick={() => setOpen(true)}>
          {t('open')}
        </button>
      )}
      {shown && count.earlierNotAsked && (
        <p className="chart-due" style={{ margin: '2px 0' }}>
          {t('askEarlier')}{' '}
          <button type="button" className="link" onClick={() => setAdding('elsewhere')}>
            {t('yesEarlier')}
          </button>
          {' · '}
          <button type="button" className="link" onClick={noneEarlier}>
            {t('noEarlier')}
          </button>
        </p>
      )}
      {shown && (
        <ul className="line-list">
          {rows.map((row) => (
            <li key={row.id}>
              <span className="grow">
                {row.origin === 'none_earlier'
                  ? t('toldNone', { day: day(row.fromDay) })
                  : `${day(row.fromDay)} – ${day(row.toDay)}${row.gradePercent === null ? '' : ` · ${row.gradePercent} %`}`}
                {row.origin === 'elsewhere' && <span className="chart-quiet"> {t('elsewhere')}</span>}
              </span>
              <button
                type="button"
                className="link"
                aria-label={t('remove')}
                onClick={() => void call('sickLeave.remove', { id: row.id }).then((reply) => setProblem(reply.ok ? null : reply.code))}
              >
                ×
              </button>
            </li>
          ))}
        </ul>
      )}
      {problem !== null && <p className="chart-danger">{sentence(problem)}</p>}
      {adding !== null && (
        <Add origin={adding} onDo={(fields) => void add({ origin: adding, ...fields })} onClose={() => setAdding(null)} />
      )}
      {shown && adding === null && (
        <div className="section-actions">
          <button type="button" className="link" onClick={() => setAdding('here')}>
            {t('addHere')}
          </button>
          <a className="link" href={NAV} target="_blank" rel="noreferrer">
            {t('toNav')}
          </a>
        </div>
      )}
    </section>
  );
}

function Count({ count }: { count: SickLeaveView['count'] }) {
  const { t } = useTranslation('sick-leave');
  return (
    <p style={{ margin: '2px 0' }} className={count.over ? 'chart-due' : ''} role="status">
      <strong>{t('atLeast', { count: count.atLeast })}</strong>{' '}
      <span className={count.over ? '' : 'chart-quiet'}>
        {count.over ? t('over', { days: SICK_LEAVE_DAYS }) : t('day84', { days: SICK_LEAVE_DAYS, day: day(count.day84 ?? '') })}
      </span>
    </p>
  );
}

function Add(props: {
  origin: Origin;
  onDo(fields: { fromDay: string; toDay: string; gradePercent: number | null }): void;
  onClose(): void;
}) {
  const { t } = useTranslation('sick-leave');
  const [form, setForm] = useState({ fromDay: props.origin === 'here' ? todayInOslo() : '', toDay: '', grade: '' });
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        props.onDo({ fromDay: form.fromDay, toDay: form.toDay, gradePercent: form.grade === '' ? null : Number(form.grade) });
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        props.onClose();
      }}
    >
      <p className="chart-quiet" style={{ margin: 0 }}>
        {t(props.origin === 'here' ? 'hereHelp' : 'elsewhereHelp')}
      </p>
      <Field label={t('from')} type="date" value={form.fromDay} onText={(fromDay) => setForm({ ...form, fromDay })} required autoFocus />
      <Field label={t('to')} type="date" value={form.toDay} min={form.fromDay} onText={(toDay) => setForm({ ...form, toDay })} required />
      {props.origin === 'here' && (
        <Field
          label={t('grade')}
          type="number"
          min={1}
          max={100}
          value={form.grade}
          onText={(grade) => setForm({ ...form, grade })}
          required
        />
      )}
      <div className="row">
        <button type="submit" className="btn">
          {t('save')} <kbd>⏎</kbd>
        </button>
        <button type="button" className="btn" onClick={props.onClose}>
          {t('common:cancel')} <kbd>Esc</kbd>
        </button>
      </div>
    </form>
  );
}
