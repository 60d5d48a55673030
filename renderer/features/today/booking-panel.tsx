/** Books, moves, takes a walk-in: patient, time, kind, reason. A clash is shown and must be meant. */
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { VISIT_TYPES } from '#electron/contract/choices.ts';
import type { VisitType } from '#electron/contract/choices.ts';
import { clinicInstant } from '#db/rules/appointments.ts';
import { visitTypeOf } from '#db/rules/visit-types.ts';
import type { DayItem } from '#electron/contract/calendar.ts';
import type { PatientHit } from '#electron/contract/patients.ts';
import type { Room } from '#electron/contract/schedule.ts';
import { call } from '../../app/client.ts';
import { goTo } from '../../app/router.ts';
import { sentence } from '../../i18n/index.ts';
import { Choice, Field } from '../../ui/field.tsx';
import { formatBirthDate, formatTime } from '../chart/format.ts';
import { BookingMessages } from '../messages/booking-reminders.tsx';
import { NO_REMINDERS, ReminderChoice, type ChosenReminders } from '../messages/reminder-choice.tsx';
import { PatientPicker } from '../patients/patient-picker.tsx';
import { todayInOslo } from './day.ts';

/** After the booking, which stands whatever comes of this: a problem shows at the booking. */
async function askFor(appointmentId: string, patientId: string, { templates, channel, agreed, confirm }: ChosenReminders): Promise<void> {
  if (templates.length > 0 || agreed) await call('reminder.set', { appointmentId, templates, channel, agreed });
  if (confirm) await call('message.ask', { patientId, appointmentId, templateId: 'confirmation', channel, body: null });
}

interface Props {
  day: string;
  practitionerId: string | null;
  practitioners: readonly { id: string; name: string }[];
  move?: DayItem | null;
  walkIn?: boolean;
  patient?: PatientHit | null;
  /** Clock time that was pointed at, `14:30`. */
  at?: string;
  rooms?: readonly Room[];
  onClose(): void;
}

export function BookingPanel({
  day,
  practitionerId,
  practitioners,
  move = null,
  walkIn = false,
  patient: given = null,
  at = '',
  rooms = [],
  onClose,
}: Props) {
  const { t } = useTranslation('today');
  const [patient, setPatient] = useState<PatientHit | null>(move?.patient ?? given);
  const [date, setDate] = useState(day);
  const [time, setTime] = useState(() =>
    move !== null ? formatTime(move.appointment.startsAt) : walkIn ? formatTime(new Date().toISOString()) : at,
  );
  const [type, setType] = useState<VisitType>(move?.appointment.visitType ?? 'follow_up');
  const [minutes, setMinutes] = useState(String(move?.appointment.durationMinutes ?? visitTypeOf('follow_up').durationMinutes));
  const [reason, setReason] = useState(move?.appointment.reason ?? '');
  const [who, setWho] = useState(move?.appointment.practitionerId ?? practitionerId ?? practitioners[0]?.id ?? '');
  const [reminders, setReminders] = useState(NO_REMINDERS);
  const [room, setRoom] = useState(move?.appointment.roomId ?? '');
  const [problem, setProblem] = useState<string | null>(null);
  /** What was said and is meant: beside another, in a taken room; while it is closed. */
  const [clash, setClash] = useState(false);
  const [outside, setOutside] = useState(false);
  /** A proposed time is the person's own as soon as they touch it, also when they empty it. */
  const [touched, setTouched] = useState(at !== '');
  const elsewhen = (): void => {
    setClash(false);
    setOutside(false);
    setProblem(null);
  };

  // A first visit is a first visit: the proposal follows the patient, and can be changed.
  useEffect(() => {
    if (move !== null || patient === null) return;
    const proposed: VisitType = patient.lastVisitAt === null ? 'initial' : 'follow_up';
    setType(proposed);
    setMinutes(String(visitTypeOf(proposed).durationMinutes));
  }, [patient, move]);
  useEffect(() => {
    if (move !== null || walkIn || touched || who === '') return undefined;
    // What was typed since is not written over by an answer that took its time.
    let asked = true;
    void call('appointment.suggest', {
      practitionerId: who,
      // Today's first free time lies ahead.
      from: [clinicInstant(day, '08:00'), ...(day === todayInOslo() ? [new Date().toISOString()] : [])].toSorted().at(-1) ?? '',
      durationMinutes: Number(minutes) || 20,
      limit: 1,
    }).then((reply) => {
      const slot = reply.ok ? reply.value.slots[0] : undefined;
      if (asked && slot !== undefined) setTime(formatTime(slot.startsAt));
    });
    return () => {
      asked = false;
    };
  }, [day, who, minutes, move, walkIn, touched]);

  const save = async (): Promise<void> => {
    if (patient === null) return setProblem(t('booking.choosePatient'));
    const clock = /^([01]?\d|2[0-3])[:.]?([0-5]\d)$/.exec(time.trim());
    if (clock === null) return setProblem(t('booking.time'));
    const slot = {
      startsAt: clinicInstant(date, `${(clock[1] ?? '').padStart(2, '0')}:${clock[2] ?? ''}`),
      durationMinutes: Number(minutes),
      practitionerId: who,
      roomId: room === '' ? null : room,
      allowClash: clash,
      // Who has come is here, whatever the hour.
      withinHours: !outside && !walkIn,
    };
    const reply =
      move === null
        ? await call('appointment.book', {
            patientId: patient.id,
            ...slot,
            visitType: type,
            reason: reason.trim() === '' ? null : reason,
            walkIn,
          })
        : await call('appointment.move', { id: move.appointment.id, ...slot });
    if (reply.ok && move === null) await askFor(reply.value.id, patient.id, reminders);
    if (reply.ok) return onClose();
    if (reply.code === 'appointment/clash' || reply.code === 'appointment/room-taken') setClash(true);
    if (reply.code === 'appointment/outside-hours') setOutside(true);
    setProblem(
      sentence(reply.code, {
        patientName: String(reply.details?.['patientName'] ?? ''),
        room: String(reply.details?.['room'] ?? ''),
        time: formatTime(String(reply.details?.['startsAt'] ?? new Date(0).toISOString())),
        ...(reply.code === 'input/invalid' ? reply.details : {}),
      }),
    );
  };

  const title = move !== null ? t('booking.move') : walkIn ? t('booking.walkIn') : t('booking.book');
  return (
    <div className="overlay">
      <div
        role="dialog"
        aria-label={title}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            event.preventDefault();
            event.stopPropagation();
            onClose();
          }
        }}
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <h1 style={{ fontSize: 16, margin: '0 0 8px' }}>{title}</h1>
          {patient === null ? (
            <PatientPicker
              onPick={setPatient}
              onNew={() => {
                onClose();
                goTo({ name: 'new-patient' });
              }}
            />
          ) : (
            <p>
              <strong>
                {patient.familyName}, {patient.givenName}
              </strong>{' '}
              <span className="quiet num">{formatBirthDate(patient.birthDate)}</span> <span className="quiet">{patient.phone}</span>{' '}
              {move === null && (
                <button type="button" className="link" onClick={() => setPatient(null)}>
                  {t('booking.other')}
                </button>
              )}
            </p>
          )}
          <div className="form">
            <Field
              label={t('booking.date')}
              type="date"
              value={date}
              onText={(value) => {
                setDate(value);
                elsewhen();
              }}
              required
            />
            <Field
              key={patient?.id ?? 'none'}
              label={t('booking.clock')}
              value={time}
              onText={(value) => {
                setTouched(true);
                setTime(value);
                elsewhen();
              }}
              placeholder="14:30"
              autoFocus={patient !== null}
              required
            />
            {move === null && (
              <Choice
                label={t('booking.type')}
                value={type}
                onText={(value) => {
                  setType(value as VisitType);
                  setMinutes(String(visitTypeOf(value as VisitType).durationMinutes));
                }}
                options={VISIT_TYPES.map((value) => ({ value, label: t(`chart:visitType.${value}`) }))}
              />
            )}
            <Field
              label={t('booking.minutes')}
              value={minutes}
              onText={(value) => {
                setMinutes(value);
                elsewhen();
              }}
              inputMode="numeric"
              required
            />
            <Choice
              label={t('practitioner')}
              value={who}
              onText={(value) => {
                setWho(value);
                elsewhen();
              }}
              options={practitioners.map((person) => ({ value: person.id, label: person.name }))}
            />
            {rooms.length > 0 && (
              <Choice
                label={t('booking.room')}
                value={room}
                onText={(value) => {
                  setRoom(value);
                  elsewhen();
                }}
                options={[
                  { value: '', label: t('booking.noRoom') },
                  ...rooms.filter(({ id, active }) => active || id === room).map(({ id, name }) => ({ value: id, label: name })),
                ]}
              />
            )}
            {move === null && <Field label={t('booking.reason')} value={reason} onText={setReason} />}
          </div>
          {move === null && !walkIn && patient !== null && (
            <ReminderChoice patientId={patient.id} chosen={reminders} onChoose={setReminders} />
          )}
          {move !== null && <BookingMessages appointmentId={move.appointment.id} patientId={move.patient.id} />}
          {problem !== null && (
            <p className={clash || outside ? 'due' : 'danger-text'} role="alert">
              {problem}
            </p>
          )}
          <div className="row" style={{ marginTop: 12 }}>
            <button type="submit" className="btn main">
              {clash || outside ? t('booking.anyway') : move === null ? t('booking.do') : t('booking.doMove')} <kbd>⏎</kbd>
            </button>
            <button type="button" className="btn" onClick={onClose}>
              {t('common:cancel')} <kbd>Esc</kbd>
            </button>
          </div>
        </form>
      </div>
    </div>
  );
}
