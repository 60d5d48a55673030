/** Bookings that come again: the rule above, its dates below, each moved, left out or meant before anything is stored. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { VISIT_TYPES } from '#electron/contract/choices.ts';
import type { VisitType } from '#electron/contract/choices.ts';
import { MOST_TIMES, occurrences } from '#db/rules/recurrence.ts';
import { weekdayOf } from '#db/rules/opening-hours.ts';
import { visitTypeOf } from '#db/rules/visit-types.ts';
import { call } from '../../app/client.ts';
import { useAsk } from '../../app/use-ask.ts';
import { useReturnFocus } from '../../app/use-return-focus.ts';
import { sentence } from '../../i18n/index.ts';
import { Choice, Field } from '../../ui/field.tsx';
import { formatTime } from '../chart/format.ts';
import { PatientPicker } from '../patients/patient-picker.tsx';
import { planned, typedInstant, weekAfter } from './series-plan.ts';
import type { Decision } from './series-plan.ts';
import { SeriesDates } from './series-dates.tsx';
import './calendar.css';

interface Person {
  id: string;
  familyName: string;
  givenName: string;
}
interface Props {
  patient: Person | null;
  practitionerId: string | null;
  /** Where the calendar stands; without it the series goes on from the patient's last booking. */
  first: { day: string; time: string } | null;
  onBooked(seriesId: string, count: number): void;
  onClose(): void;
}

export function SeriesPanel({ patient: given, practitionerId, first, onBooked, onClose }: Props) {
  const { t } = useTranslation('calendar');
  useReturnFocus();
  const [patient, setPatient] = useState(given);
  const [start, setStart] = useState(first ?? { day: '', time: '' });
  const [type, setType] = useState<VisitType>('follow_up');
  const [minutes, setMinutes] = useState(String(visitTypeOf('follow_up').durationMinutes));
  const [every, setEvery] = useState('1');
  const [times, setTimes] = useState('6');
  const [weekdays, setWeekdays] = useState<readonly number[]>([]);
  const [who, setWho] = useState(practitionerId ?? '');
  const [room, setRoom] = useState('');
  const [decisions, setDecisions] = useState<ReadonlyMap<string, Decision>>(new Map());
  const [problem, setProblem] = useState<string | null>(null);
  const booking = useRef(false);
  const list = useRef<HTMLTableElement>(null);
  const users = useAsk('user.list', {}, ['user']).value?.users.filter(({ active, roles }) => active && roles.includes('PRACTITIONER'));
  const rooms = useAsk('clinic.get', {}, ['clinic']).value?.rooms.filter(({ active }) => active) ?? [];
  const whose = who === '' ? (users?.[0]?.id ?? '') : who;

  useEffect(() => {
    if (patient === null || start.day !== '' || whose === '') return;
    void proposal(patient.id, whose, Number(minutes) || 20).then((found) => found !== null && setStart(found));
  }, [patient, start.day, whose, minutes]);

  const startsAt = typedInstant(start.day, start.time);
  const rule = { everyWeeks: bounded(every, 1, 12), times: bounded(times, 1, MOST_TIMES), weekdays };
  const originals = useMemo(
    () => (startsAt === null ? [] : occurrences({ startsAt, ...rule })),
    // oxlint-disable-next-line react-hooks/exhaustive-deps
    [startsAt, rule.everyWeeks, rule.times, weekdays],
  );
  const inPlan = originals.flatMap((original) => {
    const decided = decisions.get(original);
    return decided?.out === true ? [] : [decided?.startsAt ?? original];
  });
  const plan = {
    patientId: patient?.id ?? '',
    practitionerId: whose,
    durationMinutes: bounded(minutes, 5, 600),
    roomId: room === '' ? null : room,
  };
  const judged = useAsk('appointment.judge', patient === null || whose === '' || inPlan.length === 0 ? null : { ...plan, times: inPlan }, [
    'appointment',
    'user',
    'clinic',
  ]);
  const dates = planned(originals, decisions, judged.value?.times ?? []);
  const undecided = dates.filter(({ open }) => open).length;
  const ready = inPlan.length > 0 && undecided === 0;
  const decide = (original: string, decision: Decision): void => {
    setProblem(null);
    setDecisions(new Map(decisions).set(original, { ...decisions.get(original), ...decision }));
  };

  // With everything proposed there is nothing to fill in: the caret stands in the dates.
  const judgedOnce = judged.value !== null;
  useEffect(() => {
    if (judgedOnce && given !== null) list.current?.focus();
  }, [judgedOnce, given]);

  const save = async (): Promise<void> => {
    if (patient === null) return setProblem(t('today:booking.choosePatient'));
    if (startsAt === null) return setProblem(t('today:booking.time'));
    if (inPlan.length === 0) return setProblem(t('series.nothing'));
    if (!ready || booking.current) return setProblem(undecided > 0 ? t('series.unresolved', { count: undecided }) : null);
    booking.current = true;
    const booked = dates.filter(({ out }) => !out).map(({ startsAt: at, meant }) => ({ startsAt: at, meant }));
    const reply = await call('appointment.bookSeries', { ...plan, visitType: type, reason: null, times: booked });
    booking.current = false;
    if (reply.ok) {
      onBooked(reply.value.seriesId, reply.value.ids.length);
      return onClose();
    }
    judged.again();
    setProblem(
      sentence(reply.code, {
        patientName: String(reply.details?.['patientName'] ?? ''),
        room: String(reply.details?.['room'] ?? ''),
        time: formatTime(String(reply.details?.['startsAt'] ?? new Date(0).toISOString())),
        ...(reply.code === 'input/invalid' ? reply.details : {}),
      }),
    );
  };
  /** Another rule has other dates: what was decided about the old ones goes. */
  const anew = (set: () => void): void => {
    set();
    setDecisions(new Map());
    setProblem(null);
  };
  const startDay = startsAt === null ? null : weekdayOf(start.day);

  return (
    <div className="overlay">
      <div
        role="dialog"
        aria-label={t('series.title')}
        className="series"
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.preventDefault();
          event.stopPropagation();
          onClose();
        }}
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <h1 style={{ fontSize: 16, margin: '0 0 8px' }}>
            {t('series.title')}
            {patient !== null && `: ${patient.familyName}, ${patient.givenName}`}
          </h1>
          {patient === null && <PatientPicker onPick={setPatient} />}
          <div className="form" style={{ maxWidth: 'none', gridTemplateColumns: 'repeat(4, minmax(0, 1fr))' }}>
            <Field
              label={t('series.first')}
              type="date"
              value={start.day}
              onText={(day) => anew(() => setStart({ ...start, day }))}
              required
            />
            <Field
              label={t('series.clock')}
              value={start.time}
              onText={(time) => anew(() => setStart({ ...start, time }))}
              placeholder="14:30"
              required
            />
            <Choice
              label={t('series.every')}
              value={every}
              onText={(value) => anew(() => setEvery(value))}
              options={[1, 2, 3, 4, 6, 8, 12].map((count) => ({ value: String(count), label: t('series.weeks', { count }) }))}
            />
            <Field label={t('series.times')} value={times} onText={(value) => anew(() => setTimes(value))} inputMode="numeric" required />
            <Choice
              label={t('today:booking.type')}
              value={type}
              onText={(value) => {
                setType(value as VisitType);
                setMinutes(String(visitTypeOf(value as VisitType).durationMinutes));
              }}
              options={VISIT_TYPES.map((value) => ({ value, label: t(`chart:visitType.${value}`) }))}
            />
            <Field label={t('today:booking.minutes')} value={minutes} onText={setMinutes} inputMode="numeric" required />
            <Choice
              label={t('today:practitioner')}
              value={whose}
              onText={setWho}
              options={users?.map(({ id, name }) => ({ value: id, label: name })) ?? []}
            />
            {rooms.length > 0 && (
              <Choice
                label={t('today:booking.room')}
                value={room}
                onText={setRoom}
                options={[{ value: '', label: t('today:booking.noRoom') }, ...rooms.map(({ id, name }) => ({ value: id, label: name }))]}
              />
            )}
          </div>
          <fieldset className="row" style={{ border: 0, padding: 0, margin: '10px 0 0' }} aria-label={t('series.weekdays')}>
            <span style={{ fontSize: 13, fontWeight: 500 }}>{t('series.weekdays')}</span>
            {[0, 1, 2, 3, 4, 5, 6].map((weekday) => (
              <label key={weekday}>
                <input
                  type="checkbox"
                  checked={weekdays.includes(weekday) || weekday === startDay}
                  disabled={weekday === startDay}
                  onChange={(event) => {
                    const others = [...weekdays, ...(startDay === null ? [] : [startDay])].filter((one) => one !== weekday);
                    const chosen = event.currentTarget.checked ? [...others, weekday] : others;
                    anew(() => setWeekdays([...new Set(chosen)]));
                  }}
                />{' '}
                {t(`weekday.${weekday}`)}
              </label>
            ))}
          </fieldset>
          {dates.length > 0 && patient !== null && <SeriesDates ref={list} dates={dates} onDecide={decide} onEnter={() => void save()} />}
          {problem !== null && (
            <p className="due" role="alert">
              {problem}
            </p>
          )}
          <div className="row" style={{ marginTop: 12 }}>
            <button type="submit" className="btn main">
              {t('series.do', { count: inPlan.length })} <kbd>⏎</kbd>
            </button>
            <button type="button" className="btn" onClick={onClose}>
              {t('common:cancel')} <kbd>Esc</kbd>
            </button>
            {undecided > 0 && judgedOnce && problem === null && <span className="due">{t('series.unresolved', { count: undecided })}</span>}
          </div>
        </form>
      </div>
    </div>
  );
}

const bounded = (text: string, least: number, most: number): number => Math.max(least, Math.min(most, Math.trunc(Number(text)) || least));

/** The week after the patient's last booking, at its time; without one, the first free place from tomorrow. */
async function proposal(patientId: string, practitionerId: string, durationMinutes: number): Promise<{ day: string; time: string } | null> {
  const now = new Date().toISOString();
  const timeline = await call('patient.timeline', { patientId, limit: 100 });
  const items = timeline.ok ? timeline.value.items : [];
  const last = items
    .filter(({ kind, status }) => (kind === 'appointment' && status !== 'cancelled' && status !== 'no_show') || kind === 'encounter')
    .map(({ at }) => at)
    .toSorted()
    .at(-1);
  if (last !== undefined) return weekAfter(last, now);
  const from = new Date(Date.parse(now) + 86_400_000).toISOString();
  const reply = await call('appointment.suggest', { practitionerId, from, durationMinutes, limit: 1 });
  const slot = reply.ok ? reply.value.slots[0] : undefined;
  return slot === undefined ? null : weekAfter(new Date(Date.parse(slot.startsAt) - 7 * 86_400_000).toISOString(), now);
}
