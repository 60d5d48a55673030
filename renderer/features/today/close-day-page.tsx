/** Closing the day: what still hangs loose, each with its way to put it right. Nothing is closed over anybody's head. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/client.ts';
import { useActions } from '../../app/keys.ts';
import { openChart } from '../../app/open-charts.ts';
import { goTo } from '../../app/router.ts';
import { useSession } from '../../app/session.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { formatDay, formatKroner, formatTime } from '../chart/format.ts';
import { todayInOslo } from './day.ts';

export function CloseDayPage() {
  const { t } = useTranslation('today');
  const session = useSession();
  const [day] = useState(todayInOslo);
  const [problem, setProblem] = useState<string | null>(null);
  const { value: ends, again } = useAsk('day.looseEnds', { day, practitionerId: session.user.id }, [
    'appointment',
    'encounter',
    'note_section',
    'payment',
    'treatment_line',
    'letter',
    'day_close',
    'conflict',
    'sync',
  ]);
  const close = async (): Promise<void> => {
    const reply = await call('day.close', { day, practitionerId: session.user.id });
    if (reply.ok) again();
    else setProblem(sentence(reply.code));
  };
  useActions([{ id: 'close-day.do', label: t('close.do'), key: 'Control+Enter', run: () => void close() }]);
  if (ends === null) return null;
  const chart = (id: string, name: string) => () => {
    openChart(id, name);
    goTo({ name: 'chart', id });
  };
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('close.title', { day: formatDay(`${day}T12:00:00Z`) })}</h1>
        {ends.closedAt !== null && <span className="quiet">{t('close.closed', { at: formatTime(ends.closedAt) })}</span>}
      </div>
      <Part title={t('close.withoutNote')} none={t('close.allNoted')}>
        {ends.visitsWithoutNote.map((row) => (
          <Line
            key={row.appointmentId}
            name={row.patientName}
            what={formatTime(row.startsAt)}
            go={() => goTo({ name: 'patient', id: row.patientId })}
          />
        ))}
      </Part>
      <Part title={t('close.unsigned')} none={t('close.allSigned')}>
        {ends.unsigned.map((row) => (
          <Line
            key={row.encounterId}
            name={row.patientName}
            what={`${formatDay(row.visitAt)} · ${row.practitionerName}`}
            go={chart(row.encounterId, row.patientName)}
          />
        ))}
      </Part>
      <Part title={t('close.unpaid')} none={t('close.allPaid')}>
        {ends.unpaid.map((row) => (
          <Line
            key={row.encounterId}
            name={row.patientName}
            what={row.dueOre === null ? t('billing:priceMissing') : formatKroner(row.dueOre)}
            go={chart(row.encounterId, row.patientName)}
          />
        ))}
      </Part>
      <Part title={t('close.letters')} none={t('close.allLetters')}>
        {ends.lettersNotHandedOver.map((row) => (
          <Line
            key={row.letterId}
            name={row.patientName}
            what={t(`chart:letterStatus.${row.status}`)}
            go={() => goTo({ name: 'letter', id: row.letterId })}
          />
        ))}
      </Part>
      <h2>{t('close.changes')}</h2>
      <p className="quiet">{ends.changesNotSent === 0 ? t('close.allSent') : t('close.notSent', { count: ends.changesNotSent })}</p>
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
      <button type="button" className="btn main" onClick={() => void close()}>
        {ends.closedAt === null ? t('close.do') : t('close.again')} <kbd>Ctrl ⏎</kbd>
      </button>
    </div>
  );
}

function Part({ title, none, children }: { title: string; none: string; children: ReactNode[] }) {
  return (
    <section>
      <h2>
        {title} {children.length > 0 && <span className="due num">{children.length}</span>}
      </h2>
      {children.length === 0 ? <p className="quiet">{none}</p> : <ul className="options">{children}</ul>}
    </section>
  );
}
function Line({ name, what, go }: { name: string; what: string; go(): void }) {
  const { t } = useTranslation('today');
  return (
    <li>
      <span>{name}</span>
      <span className="quiet num">{what}</span>
      <button type="button" className="btn" aria-label={t('close.openFor', { name })} onClick={go}>
        {t('close.open')}
      </button>
    </li>
  );
}
