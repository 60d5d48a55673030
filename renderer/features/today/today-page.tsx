/** I dag: the day's patients down the page, what needs a person beside it. Arrows choose, Enter opens the visit. */
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DayItem } from '#electron/contract/calendar.ts';
import type { PatientHit } from '#electron/contract/patients.ts';
import { call } from '../../app/client.ts';
import { useActions } from '../../app/keys.ts';
import { goTo } from '../../app/router.ts';
import { useSession } from '../../app/session.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { formatBirthDate, formatDay, formatTime } from '../chart/format.ts';
import { BookingStatus } from '../messages/booking-reminders.tsx';
import { DueRecalls, StuckMessages } from '../messages/due-recalls.tsx';
import { ExportsWaiting } from '../patients/second-person.tsx';
import { CancelPanel } from './cancel-panel.tsx';
import { BookingPanel } from './booking-panel.tsx';
import { addDays, todayInOslo } from './day.ts';
import { nextToOpen, rememberDay } from './day-order.ts';
import { Needs } from './needs.tsx';
import { openBooking } from './open-booking.ts';
import { useShownDay } from './use-shown-day.ts';

const ENTITIES = ['appointment', 'message', 'encounter', 'patient', 'payment', 'treatment_line', 'safety_fact'];

export function TodayPage({ first }: { first?: string }) {
  const { t } = useTranslation('today');
  const session = useSession();
  const clinician = session.user.roles.includes('PRACTITIONER');
  const [day, setDay] = useShownDay(first);
  const [practitionerId, setPractitionerId] = useState<string | null>(clinician ? session.user.id : null);
  const [marked, setMarked] = useState<string | null>(null);
  const [booking, setBooking] = useState<{ move: DayItem | null; walkIn: boolean; patient?: PatientHit } | null>(null);
  const [cancelling, setCancelling] = useState<DayItem | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const list = useAsk('day.list', { day, ...(practitionerId === null ? {} : { practitionerId }) }, ENTITIES);
  const ends = useAsk('day.looseEnds', { day, ...(practitionerId === null ? {} : { practitionerId }) }, [
    ...ENTITIES,
    'note_section',
    'letter',
    'conflict',
    'sync',
  ]);
  const items = list.value?.items ?? [];
  const selected = items.find((item) => item.appointment.id === marked) ?? items.find(nextToOpen) ?? items[0];
  useEffect(() => {
    if (list.value !== null) {
      performance.mark('today:shown');
      rememberDay(list.value.items);
    }
  }, [list.value]);

  const step = (by: number): void => {
    const at = items.findIndex((item) => item === selected);
    const next = items[Math.max(0, Math.min(items.length - 1, at + by))];
    if (next !== undefined) setMarked(next.appointment.id);
  };
  const open = async (item: DayItem | undefined): Promise<void> => {
    if (item === undefined) return;
    const { appointment, patient } = item;
    const code = await openBooking(session.user.roles, {
      ...{ id: appointment.id, startsAt: appointment.startsAt, status: appointment.status, visitType: appointment.visitType },
      ...{ patientId: patient.id, familyName: patient.familyName, givenName: patient.givenName, charted: item.encounter !== null },
    });
    if (code !== null) setProblem(sentence(code));
  };
  const status = async (next: 'arrived' | 'no_show' | 'booked'): Promise<void> => {
    if (selected === undefined) return;
    const reply = await call('appointment.setStatus', { id: selected.appointment.id, status: next });
    if (!reply.ok) setProblem(sentence(reply.code));
  };
  const idle = () => booking === null && cancelling === null;
  useActions([
    { id: 'today.down', label: t('keys.down'), key: 'ArrowDown', when: idle, run: () => step(1) },
    { id: 'today.up', label: t('keys.up'), key: 'ArrowUp', when: idle, run: () => step(-1) },
    { id: 'today.open', label: t('keys.open'), key: 'Enter', when: () => idle() && selected !== undefined, run: () => void open(selected) },
    { id: 'today.book', label: t('keys.book'), key: 'b', when: idle, run: () => setBooking({ move: null, walkIn: false }) },
    { id: 'today.walkIn', label: t('keys.walkIn'), key: 'd', when: idle, run: () => setBooking({ move: null, walkIn: true }) },
    { id: 'today.arrived', label: t('keys.arrived'), key: 'a', when: idle, run: () => void status('arrived') },
    { id: 'today.noShow', label: t('keys.noShow'), key: 'u', when: idle, run: () => void status('no_show') },
    { id: 'today.undo', label: t('keys.undo'), key: 'r', when: idle, run: () => void status('booked') },
    {
      id: 'today.move',
      label: t('keys.move'),
      key: 'f',
      when: () => idle() && selected !== undefined,
      run: () => selected !== undefined && setBooking({ move: selected, walkIn: false }),
    },
    {
      id: 'today.cancel',
      label: t('keys.cancel'),
      key: 'x',
      when: () => idle() && selected !== undefined,
      run: () => selected !== undefined && setCancelling(selected),
    },
    {
      id: 'today.patient',
      label: t('keys.patient'),
      key: 'p',
      when: () => idle() && selected !== undefined,
      run: () => selected !== undefined && goTo({ name: 'patient', id: selected.patient.id }),
    },
    { id: 'today.next', label: t('keys.nextDay'), key: 'ArrowRight', when: idle, run: () => setDay(addDays(day, 1)) },
    { id: 'today.previous', label: t('keys.previousDay'), key: 'ArrowLeft', when: idle, run: () => setDay(addDays(day, -1)) },
    { id: 'today.today', label: t('keys.today'), key: 'i', when: idle, run: () => setDay(todayInOslo()) },
    { id: 'close-day', label: t('keys.closeDay'), key: 'Alt+d', when: idle, run: () => goTo({ name: 'close-day' }) },
  ]);

  return (
    <div className="page" style={{ maxWidth: 1320 }}>
      <div className="page-head">
        <h1>
          {day === todayInOslo() ? t('title') : ''} {formatDay(`${day}T12:00:00Z`)}
        </h1>
        <button type="button" className="btn" aria-label={t('keys.previousDay')} onClick={() => setDay(addDays(day, -1))}>
          ←
        </button>
        <button type="button" className="btn" aria-label={t('keys.nextDay')} onClick={() => setDay(addDays(day, 1))}>
          →
        </button>
        <select
          className="input"
          style={{ width: 220 }}
          aria-label={t('practitioner')}
          value={practitionerId ?? ''}
          onChange={(event) => setPractitionerId(event.currentTarget.value === '' ? null : event.currentTarget.value)}
        >
          <option value="">{t('everyone')}</option>
          {list.value?.practitioners.map((person) => (
            <option key={person.id} value={person.id}>
              {person.name}
            </option>
          ))}
        </select>
        <span className="row" style={{ marginLeft: 'auto' }}>
          <button type="button" className="btn main" onClick={() => setBooking({ move: null, walkIn: false })}>
            {t('keys.book')} <kbd>B</kbd>
          </button>
          <button type="button" className="btn" onClick={() => setBooking({ move: null, walkIn: true })}>
            {t('keys.walkIn')} <kbd>D</kbd>
          </button>
        </span>
      </div>
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
      <div className="today">
        <div>
          {list.value !== null && items.length === 0 && <p className="quiet">{t('empty')}</p>}
          {items.length > 0 && (
            <table className="list" aria-label={t('title')}>
              <thead>
                <tr>
                  <th scope="col">{t('col.time')}</th>
                  <th scope="col">{t('col.patient')}</th>
                  <th scope="col">{t('col.born')}</th>
                  <th scope="col">{t('col.visit')}</th>
                  <th scope="col">{t('col.reason')}</th>
                  <th scope="col">{t('col.status')}</th>
                  <th scope="col">{t('col.note')}</th>
                  <th scope="col">{t('col.paid')}</th>
                </tr>
              </thead>
              <tbody>
                {items.map((item) => (
                  <tr
                    key={item.appointment.id}
                    aria-selected={item === selected}
                    data-off={item.appointment.status === 'cancelled' || item.appointment.status === 'no_show' ? '' : undefined}
                    onClick={() => setMarked(item.appointment.id)}
                    onDoubleClick={() => void open(item)}
                  >
                    <td className="num">
                      {formatTime(item.appointment.startsAt)} {item.clash && <span className="due">{t('clash')}</span>}
                    </td>
                    <td>
                      <strong>
                        {item.patient.familyName}, {item.patient.givenName}
                      </strong>{' '}
                      {item.alerts !== null && item.alerts.length > 0 && (
                        <span className="due" title={item.alerts.map((kind) => t(`patients:safety.kind.${kind}`)).join(', ')}>
                          ⚠ {t(`patients:safety.short.${item.alerts[0] ?? ''}`)}
                        </span>
                      )}
                    </td>
                    <td className="num quiet">{formatBirthDate(item.patient.birthDate)}</td>
                    <td>
                      {t(`chart:visitType.${item.appointment.visitType}`)}
                      {item.appointment.walkIn && <span className="quiet"> · {t('walkIn')}</span>}
                    </td>
                    <td className="quiet">{item.appointment.reason}</td>
                    <BookingStatus item={item} />
                    <td className={item.encounter?.status === 'draft' ? 'due' : 'quiet'}>
                      {item.encounter === null ? '' : t(`chart:status.${item.encounter.status}`)}
                    </td>
                    <td className={item.paid === 'unpaid' ? 'due' : 'quiet'}>{t(`paid.${item.paid}`)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          {items.length > 0 && (
            <p className="row quiet" style={{ marginTop: 8 }}>
              <kbd>⏎</kbd> {t('keys.open')} <kbd>A</kbd> {t('keys.arrived')} <kbd>U</kbd> {t('keys.noShow')} <kbd>F</kbd> {t('keys.move')}{' '}
              <kbd>X</kbd> {t('keys.cancel')}
            </p>
          )}
        </div>
        <aside aria-label={t('needs.title')}>
          <h2 style={{ marginTop: 0 }}>{t('needs.title')}</h2>
          {ends.value !== null && <Needs ends={ends.value} />}
          <StuckMessages />
          <DueRecalls day={todayInOslo()} idle={idle} onBook={(patient) => setBooking({ move: null, walkIn: false, patient })} />
          <ExportsWaiting />
          <button type="button" className="btn" style={{ marginTop: 12 }} onClick={() => goTo({ name: 'close-day' })}>
            {t('keys.closeDay')} <kbd>Alt D</kbd>
          </button>
        </aside>
      </div>
      {booking !== null && (
        <BookingPanel
          day={day}
          practitionerId={practitionerId}
          practitioners={list.value?.practitioners ?? []}
          move={booking.move}
          walkIn={booking.walkIn}
          patient={booking.patient ?? null}
          onClose={() => setBooking(null)}
        />
      )}
      {cancelling !== null && <CancelPanel item={cancelling} onClose={() => setCancelling(null)} />}
    </div>
  );
}
