/** The dates of a series with what is in the way of each. ↑↓ mark, M moves to the nearest free place, U leaves out, K books anyway. */
import { useEffect, useState } from 'react';
import type { Ref } from 'react';
import { useTranslation } from 'react-i18next';
import type { SlotProblem } from '#electron/contract/schedule.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { formatDay, formatTime } from '../chart/format.ts';
import { typedInstant } from './series-plan.ts';
import type { Decision, PlannedDate } from './series-plan.ts';

interface Props {
  ref: Ref<HTMLTableElement>;
  dates: readonly PlannedDate[];
  onDecide(original: string, decision: Decision): void;
  onEnter(): void;
}

export function SeriesDates({ ref, dates, onDecide, onEnter }: Props) {
  const { t } = useTranslation('calendar');
  const [marked, setMarked] = useState<string | null>(null);
  const [changing, setChanging] = useState<string | null>(null);
  const undecided = dates.find(({ open, judged }) => open && judged !== null)?.original ?? null;
  // The first that must be decided is marked by itself; a mark set by hand stays.
  const at = Math.max(
    0,
    dates.findIndex(({ original }) => original === (marked ?? undecided)),
  );
  const here = dates[at];
  useEffect(() => {
    document.getElementById(`series-${here?.original ?? ''}`)?.scrollIntoView({ block: 'nearest' });
  }, [here?.original]);
  const decide = (date: PlannedDate, decision: Decision): void => {
    setMarked(null);
    onDecide(date.original, decision);
  };
  const acts = (date: PlannedDate): { key: string; label: string; run: () => void }[] => [
    ...(date.open && date.judged !== null && date.judged.nearest !== null
      ? [
          {
            key: 'm',
            label: t('series.moveTo', { time: formatTime(date.judged.nearest) }),
            run: () => decide(date, { startsAt: date.judged?.nearest ?? date.startsAt }),
          },
        ]
      : []),
    { key: 'u', label: t(date.out ? 'series.takeIn' : 'series.leaveOut'), run: () => decide(date, { out: !date.out }) },
    ...(date.open && date.judged !== null ? [{ key: 'k', label: t('series.anyway'), run: () => decide(date, { meant: true }) }] : []),
    { key: 'e', label: t('series.change'), run: () => setChanging(changing === date.original ? null : date.original) },
  ];
  return (
    <div className="series-list">
      <table
        ref={ref}
        className="list"
        role="grid"
        aria-label={t('series.dates')}
        aria-activedescendant={here === undefined ? undefined : `series-${here.original}`}
        tabIndex={0}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.altKey || event.metaKey || event.target !== event.currentTarget) return;
          const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          const act = here === undefined ? undefined : acts(here).find(({ key }) => key === event.key.toLowerCase());
          if (by !== undefined) setMarked(dates[Math.max(0, Math.min(dates.length - 1, at + by))]?.original ?? null);
          else if (event.key === 'Enter') onEnter();
          else if (act !== undefined) act.run();
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      >
        <tbody>
          {dates.map((date, index) => (
            <tr
              key={date.original}
              id={`series-${date.original}`}
              aria-selected={index === at}
              data-out={date.out ? '' : undefined}
              onClick={() => setMarked(date.original)}
            >
              <td className="num">{formatDay(date.startsAt)}</td>
              <td className="num">{formatTime(date.startsAt)}</td>
              <td className={date.open && date.judged !== null ? 'due' : 'quiet'}>
                <span>{stateOf(t, date)}</span>
              </td>
              <td style={{ textAlign: 'right', paddingRight: 4 }}>
                {changing === date.original ? (
                  <ChangeDate
                    date={date}
                    onDone={(startsAt) => (setChanging(null), startsAt !== null && decide(date, { startsAt, meant: false }))}
                  />
                ) : (
                  <span className="row" style={{ justifyContent: 'flex-end' }}>
                    {acts(date).map(({ key, label, run }) => (
                      <button key={key} type="button" className="link" tabIndex={-1} onClick={run}>
                        {label} {index === at && <kbd>{key.toUpperCase()}</kbd>}
                      </button>
                    ))}
                  </span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function stateOf(t: ReturnType<typeof useTranslation>['t'], date: PlannedDate): string {
  if (date.out) return t('series.state.out');
  if (date.judged === null) return '…';
  const said = date.judged.problems.map((problem) => problemText(t, problem)).join(', ');
  if (date.meant && said !== '') return `${said} · ${t('series.state.meant')}`;
  if (said !== '') return said;
  return date.moved ? `${t('series.state.moved')}, ${t('series.state.free')}` : t('series.state.free');
}

function problemText(t: ReturnType<typeof useTranslation>['t'], problem: SlotProblem): string {
  if (problem.kind === 'closed')
    return problem.holiday === null
      ? t('series.problem.closed')
      : t('series.problem.holiday', { holiday: t(`holiday.${problem.holiday}`) });
  if (problem.kind === 'patient' && problem.name === '') return t('series.problem.itself');
  return t(`series.problem.${problem.kind}`, { name: problem.name, time: formatTime(problem.startsAt) });
}

/** One date by hand. Enter takes it, Escape leaves it. */
function ChangeDate({ date, onDone }: { date: PlannedDate; onDone(startsAt: string | null): void }) {
  const { t } = useTranslation('calendar');
  const [day, setDay] = useState(clinicDay(date.startsAt));
  const [time, setTime] = useState(formatTime(date.startsAt));
  return (
    <span
      role="group"
      aria-label={t('series.change')}
      className="row"
      style={{ flexWrap: 'nowrap' }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        const typed = typedInstant(day, time);
        if (event.key === 'Escape') onDone(null);
        else if (typed !== null) onDone(typed);
      }}
    >
      <input
        className="input"
        type="date"
        autoFocus
        aria-label={t('today:booking.date')}
        value={day}
        onChange={(event) => setDay(event.currentTarget.value)}
      />
      <input
        className="input"
        style={{ width: 76 }}
        autoComplete="off"
        aria-label={t('today:booking.clock')}
        value={time}
        onChange={(event) => setTime(event.currentTarget.value)}
      />
    </span>
  );
}
