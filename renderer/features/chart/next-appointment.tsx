/** The next visit without leaving the note: the same weekday and time next week first. F9 opens it. */
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useReturnFocus } from '#renderer/app/use-return-focus.ts';
import { call } from '#renderer/app/client.ts';
import { visitTypeOf } from '#db/rules/visit-types.ts';
import type { ChartView } from './types.ts';
import { formatDay, formatTime } from './format.ts';

interface Slot {
  startsAt: string;
  durationMinutes: number;
}
const WEEK_MS = 7 * 86_400_000;

export function NextAppointment({
  chart,
  open,
  onOpen,
  onProblem,
}: {
  chart: ChartView;
  open: boolean;
  onOpen(open: boolean): void;
  onProblem(code: string): void;
}) {
  const { t } = useTranslation('chart');
  useReturnFocus(open);
  const [slots, setSlots] = useState<Slot[]>([]);
  const [booked, setBooked] = useState<Slot | null>(null);
  const { patientId, practitionerId, visitAt } = chart.encounter;

  useEffect(() => {
    if (!open) return;
    const from = new Date(Date.parse(visitAt) + WEEK_MS).toISOString();
    void call('appointment.suggest', { practitionerId, from, durationMinutes: visitTypeOf('follow_up').durationMinutes, limit: 6 }).then(
      (reply) => setSlots(reply.ok ? reply.value.slots : []),
    );
  }, [open, practitionerId, visitAt]);

  const book = async (slot: Slot): Promise<void> => {
    const reply = await call('appointment.book', {
      patientId,
      practitionerId,
      startsAt: slot.startsAt,
      durationMinutes: slot.durationMinutes,
      visitType: 'follow_up',
      reason: null,
    });
    if (!reply.ok) return onProblem(reply.code);
    setBooked(slot);
    onOpen(false);
  };

  return (
    <section aria-label={t('next.title')}>
      <h2>
        {t('next.title')} <kbd>F9</kbd>
      </h2>
      {booked !== null && (
        <p>
          {formatDay(booked.startsAt)} {formatTime(booked.startsAt)}
        </p>
      )}
      {!open && booked === null && (
        <button type="button" className="link" onClick={() => onOpen(true)}>
          {t('next.choose')}
        </button>
      )}
      {open && (
        <div
          role="group"
          aria-label={t('next.title')}
          onKeyDown={(event) => {
            const slot = slots[Number(event.key) - 1];
            if (slot !== undefined) {
              event.preventDefault();
              void book(slot);
            } else if (event.key === 'Escape') {
              event.preventDefault();
              event.stopPropagation();
              onOpen(false);
            }
          }}
        >
          {slots.length === 0 && <p className="chart-quiet">{t('next.none')}</p>}
          {slots.map((slot, index) => (
            <button key={slot.startsAt} type="button" className="row-button" autoFocus={index === 0} onClick={() => void book(slot)}>
              <kbd>{index + 1}</kbd>
              <span>{formatDay(slot.startsAt)}</span>
              <span>{formatTime(slot.startsAt)}</span>
            </button>
          ))}
        </div>
      )}
    </section>
  );
}
