/** Kalender: a day with a column per practitioner, or a week of one or of all. Arrows mark, Enter opens or books, F moves. */
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { VISIT_TYPES } from '#electron/contract/choices.ts';
import { nextDay } from '#db/rules/appointments.ts';
import { clockText, weekdayOf } from '#db/rules/opening-hours.ts';
import { call } from '../../app/client.ts';
import { useActions } from '../../app/keys.ts';
import { goTo } from '../../app/router.ts';
import { useSession } from '../../app/session.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { formatDay } from '../chart/format.ts';
import { BookingPanel } from '../today/booking-panel.tsx';
import { CancelPanel } from '../today/cancel-panel.tsx';
import { addDays, todayInOslo } from '../today/day.ts';
import { openBooking } from '../today/open-booking.ts';
import { CalendarGrid } from './calendar-grid.tsx';
import { buildColumns, spotAt, spotOf } from './columns.ts';
import type { Column, Spot } from './columns.ts';
import { ConfirmMove } from './confirm-move.tsx';
import { PrintList } from './print-list.tsx';
import { SeriesPanel } from './series-panel.tsx';
import { useActs } from './use-acts.ts';
import './calendar.css';

const ENTITIES = ['appointment', 'encounter', 'patient', 'patient_link', 'safety_fact', 'user', 'clinic', 'access_block'];
/** Where the person was, for coming back from a chart. */
const left: { day: string | null; view: 'day' | 'week'; week: string | null | undefined } = { day: null, view: 'day', week: undefined };

export function CalendarPage() {
  const { t } = useTranslation('calendar');
  const { user } = useSession();
  const me = user.roles.includes('PRACTITIONER') ? user.id : null;
  const [day, setDay] = useState(left.day ?? todayInOslo());
  const [view, setView] = useState(left.view);
  /** Whose: everybody's day at first, one's own week. */
  const [who, setWho] = useState({ day: null as string | null, week: left.week === undefined ? me : left.week });
  const [spot, setSpot] = useState<Spot | null>(null);
  const [dialog, setDialog] = useState<'book' | 'cancel' | 'series' | null>(null);
  const [printing, setPrinting] = useState(false);
  const acts = useActs();
  const practitionerId = who[view];
  Object.assign(left, { day, view, week: who.week });

  const from = view === 'day' ? day : addDays(day, -weekdayOf(day));
  const asked = { from, days: view === 'day' ? 1 : 7, ...(practitionerId === null ? {} : { practitionerId }) };
  const { value, code } = useAsk('calendar.span', asked, ENTITIES);
  const shown = value !== null && value.from === from && value.days === asked.days ? value : null;
  const columns = useMemo(() => {
    if (shown === null) return [];
    const people = practitionerId === null ? shown.people : shown.people.filter(({ id }) => id === practitionerId);
    const all = Array.from({ length: shown.days - 1 }).reduce<string[]>(
      (days) => [...days, nextDay(days.at(-1) ?? shown.from)],
      [shown.from],
    );
    const built = buildColumns(shown.items, all, people);
    // A weekend on which nobody works and nobody is booked takes no room.
    const used = new Set(built.filter(({ open, placed }) => open.length > 0 || placed.length > 0).map((column) => column.day));
    return shown.days === 1 ? built : built.filter((column) => weekdayOf(column.day) < 5 || used.has(column.day));
  }, [shown, practitionerId]);
  useEffect(() => {
    if (columns.length > 0) performance.mark('calendar:shown');
  }, [columns]);

  const place: Spot = spotOf(columns, spot?.itemId ?? null) ?? freeSpot(spot, columns, day, me);
  const item = shown?.items.find(({ id }) => id === place.itemId);
  const column = columns[place.column];
  const go = (to: string): void => {
    setDay(to);
    setSpot(spot === null ? null : { ...place, itemId: null });
  };
  /** The day one stands in is the day one sees. */
  const turn = (): void => {
    setView(view === 'day' ? 'week' : 'day');
    if (column !== undefined) setDay(column.day);
    if (item === undefined) setSpot(null);
  };
  const page = (by: number): void => go(addDays(day, by * asked.days));
  const open = async (): Promise<void> => {
    if (item === undefined) return setDialog('book');
    const refused = await openBooking(user.roles, item);
    if (refused !== null) acts.setProblem(sentence(refused));
  };
  const print = async (): Promise<void> => {
    const reply = await call('calendar.printed', asked);
    if (!reply.ok) return acts.setProblem(sentence(reply.code));
    setPrinting(true);
  };
  useEffect(() => {
    if (!printing) return undefined;
    const over = (): void => setPrinting(false);
    window.addEventListener('afterprint', over, { once: true });
    window.print();
    return () => window.removeEventListener('afterprint', over);
  }, [printing]);

  const idle = () => dialog === null && acts.asking === null && !printing;
  const onItem = () => idle() && item !== undefined;
  const change = (next: 'arrived' | 'no_show' | 'booked') => () => void (item !== undefined && acts.status(item, next));
  useActions([
    { id: 'calendar.book', label: t('keys.book'), key: 'b', when: idle, run: () => setDialog('book') },
    { id: 'calendar.series', label: t('keys.series'), key: 's', when: idle, run: () => setDialog('series') },
    { id: 'calendar.arrived', label: t('keys.arrived'), key: 'a', when: onItem, run: change('arrived') },
    { id: 'calendar.noShow', label: t('keys.noShow'), key: 'u', when: onItem, run: change('no_show') },
    { id: 'calendar.back', label: t('keys.back'), key: 'r', when: onItem, run: change('booked') },
    { id: 'calendar.cancel', label: t('keys.cancel'), key: 'x', when: onItem, run: () => setDialog('cancel') },
    {
      id: 'calendar.patient',
      label: t('keys.patient'),
      key: 'p',
      when: onItem,
      run: () => item !== undefined && goTo({ name: 'patient', id: item.patientId }),
    },
    { id: 'calendar.view', label: t('keys.view'), key: 'v', when: idle, run: turn },
    {
      id: 'calendar.everyone',
      label: t('keys.everyone'),
      key: 'e',
      when: idle,
      run: () => setWho({ ...who, [view]: practitionerId === null ? (column?.person.id ?? me) : null }),
    },
    { id: 'calendar.next', label: t('keys.next'), key: 'PageDown', when: idle, run: () => page(1) },
    { id: 'calendar.previous', label: t('keys.previous'), key: 'PageUp', when: idle, run: () => page(-1) },
    { id: 'calendar.today', label: t('keys.today'), key: 'i', when: idle, run: () => go(todayInOslo()) },
    { id: 'calendar.print', label: t('keys.print'), key: 'Control+p', when: idle, run: () => void print() },
    {
      id: 'calendar.undo',
      label: t('keys.undo'),
      key: 'Control+z',
      when: () => idle() && (acts.done?.undo ?? null) !== null,
      run: () => void acts.undo(),
    },
  ]);

  const title = view === 'day' ? formatDay(`${day}T12:00:00Z`) : t('weekNumber', { week: weekNumber(from) });
  const last = addDays(from, 6);
  return (
    <>
      <div className="cal-page" data-from={shown?.from}>
        <div className="page-head">
          <h1>{t('title')}</h1>
          <strong className="num">{title}</strong>
          {view === 'week' && (
            <span className="quiet num">
              {formatDay(`${from}T12:00:00Z`)} – {formatDay(`${last}T12:00:00Z`)}
            </span>
          )}
          <span className="row">
            <button type="button" className="btn" aria-label={t('keys.previous')} onClick={() => page(-1)}>
              ←
            </button>
            <button type="button" className="btn" onClick={() => go(todayInOslo())}>
              {t('keys.today')} <kbd>I</kbd>
            </button>
            <button type="button" className="btn" aria-label={t('keys.next')} onClick={() => page(1)}>
              →
            </button>
          </span>
          <button type="button" className="btn" onClick={turn}>
            {t(view === 'day' ? 'week' : 'day')} <kbd>V</kbd>
          </button>
          <select
            className="input"
            style={{ width: 200 }}
            aria-label={t('today:practitioner')}
            value={practitionerId ?? ''}
            onChange={(event) => setWho({ ...who, [view]: event.currentTarget.value === '' ? null : event.currentTarget.value })}
          >
            <option value="">{t('everyone')}</option>
            {value?.people.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
          <span className="row" style={{ marginLeft: 'auto' }}>
            <button type="button" className="btn main" onClick={() => setDialog('book')}>
              {t('keys.book')} <kbd>B</kbd>
            </button>
            <button type="button" className="btn" onClick={() => setDialog('series')}>
              {t('keys.series')} <kbd>S</kbd>
            </button>
          </span>
        </div>
        <div>
          {(acts.problem ?? code) !== null && (
            <p className="danger-text" role="alert" style={{ margin: '0 0 8px' }}>
              {acts.problem ?? sentence(code ?? '')}
            </p>
          )}
        </div>
        {shown !== null && shown.people.length === 0 && <p className="quiet">{t('empty')}</p>}
        {columns.length > 0 && shown !== null ? (
          <div style={{ display: 'grid', minHeight: 0, ['--cal-width' as string]: columns.length > 14 ? '76px' : '132px' }}>
            <CalendarGrid
              columns={columns}
              rooms={shown.rooms}
              label={t('grid', { from: title })}
              showsDay={view === 'week'}
              showsPerson={view === 'day' || practitionerId === null}
              spot={place}
              idle={idle}
              onSpot={setSpot}
              onEnter={() => void open()}
              onMove={(move, moved) => void acts.move(move, moved)}
              onProblem={acts.setProblem}
            />
          </div>
        ) : (
          <div />
        )}
        <div className="cal-foot row quiet">
          {acts.done === null ? (
            <>
              <kbd>⏎</kbd> {t('keys.open')} <kbd>F</kbd> {t('keys.move')} ({t('moveHelp')}) <kbd>X</kbd> {t('keys.cancel')}
            </>
          ) : (
            <span role="status">
              {acts.done.said}{' '}
              {acts.done.undo !== null && (
                <button type="button" className="link" onClick={() => void acts.undo()}>
                  {t('keys.undo')} <kbd>Ctrl Z</kbd>
                </button>
              )}
            </span>
          )}
          <span className="row" style={{ marginLeft: 'auto' }}>
            {VISIT_TYPES.map((type) => (
              <span key={type} className="cal-key" data-type={type}>
                {t(`chart:visitType.${type}`)}
              </span>
            ))}
            <button type="button" className="link" onClick={() => void print()}>
              {t('keys.print')} <kbd>Ctrl P</kbd>
            </button>
          </span>
        </div>
      </div>
      {dialog === 'book' && shown !== null && (
        <BookingPanel
          day={column?.day ?? day}
          at={clockText(place.minute)}
          practitionerId={column?.person.id ?? practitionerId}
          practitioners={shown.people}
          rooms={shown.rooms}
          onClose={() => setDialog(null)}
        />
      )}
      {dialog === 'cancel' && item !== undefined && (
        <CancelPanel
          item={{ appointment: item, patient: { id: item.patientId, givenName: item.givenName, familyName: item.familyName } }}
          onClose={() => setDialog(null)}
        />
      )}
      {dialog === 'series' && (
        <SeriesPanel
          patient={item === undefined ? null : { id: item.patientId, familyName: item.familyName, givenName: item.givenName }}
          practitionerId={column?.person.id ?? me}
          first={item === undefined && column !== undefined ? { day: column.day, time: clockText(place.minute) } : null}
          onBooked={acts.seriesBooked}
          onClose={() => setDialog(null)}
        />
      )}
      {acts.asking !== null && (
        <ConfirmMove
          said={acts.asking.said}
          onDo={() => acts.asking !== null && void acts.move(acts.asking.move, acts.asking.item, acts.asking.meant)}
          onLeave={acts.leave}
        />
      )}
      {printing && shown !== null && <PrintList title={`${t('title')} ${title}`} columns={columns} rooms={shown.rooms} />}
    </>
  );
}

/** The free place one stood at, or the first open hour of the day, in one's own column. */
function freeSpot(spot: Spot | null, columns: readonly Column[], day: string, me: string | null): Spot {
  const ofDay = columns.findIndex((column) => column.day === day);
  const own = columns.findIndex((column) => column.day === day && column.person.id === me);
  const at = spot === null ? Math.max(0, own === -1 ? ofDay : own) : Math.min(spot.column, columns.length - 1);
  const column = columns[at];
  if (column === undefined) return { column: 0, minute: 8 * 60, itemId: null };
  return spotAt(column, at, spot?.minute ?? column.open[0]?.from ?? 8 * 60);
}

/** ISO 8601 week of a Monday. */
function weekNumber(monday: string): number {
  const thursday = addDays(monday, 3);
  return Math.floor((Date.parse(thursday) - Date.parse(`${thursday.slice(0, 4)}-01-01`)) / 86_400_000 / 7) + 1;
}
