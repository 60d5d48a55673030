/** What is done to a booking from the calendar, and taken back: each act says what it did, and Ctrl Z undoes the last one. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CalendarItem } from '#electron/contract/schedule.ts';
import { call } from '../../app/client.ts';
import { sentence } from '../../i18n/index.ts';
import { formatDay, formatTime } from '../chart/format.ts';
import { differs } from './moving.ts';
import type { Move } from './moving.ts';

/** What was in the way of a move, for a person to mean it. */
export interface Asking {
  said: string;
  move: Move;
  item: CalendarItem;
  meant: { allowClash: boolean; withinHours: boolean };
}
export interface Done {
  said: string;
  undo: (() => Promise<string | null>) | null;
}

export function useActs() {
  const { t } = useTranslation('calendar');
  const [done, setDone] = useState<Done | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [asking, setAsking] = useState<Asking | null>(null);

  const move = async (to: Move, item: CalendarItem, meant = { allowClash: false, withinHours: true }): Promise<void> => {
    setProblem(null);
    setAsking(null);
    if (!differs(to, item)) return;
    const reply = await call('appointment.move', { ...to, ...meant });
    if (!reply.ok) {
      const said = sentence(reply.code, {
        patientName: String(reply.details?.['patientName'] ?? ''),
        room: String(reply.details?.['room'] ?? ''),
        time: formatTime(String(reply.details?.['startsAt'] ?? to.startsAt)),
      });
      if (reply.code === 'appointment/outside-hours') return setAsking({ said, move: to, item, meant: { ...meant, withinHours: false } });
      if (reply.code === 'appointment/clash' || reply.code === 'appointment/room-taken')
        return setAsking({ said, move: to, item, meant: { ...meant, allowClash: true } });
      return setProblem(said);
    }
    const name = `${item.givenName} ${item.familyName}`;
    const back = { id: item.id, startsAt: item.startsAt, durationMinutes: item.durationMinutes, practitionerId: item.practitionerId };
    setDone({
      said: t('moved', { name, day: formatDay(to.startsAt), time: formatTime(to.startsAt) }),
      undo: async () => {
        const undone = await call('appointment.move', { ...back, allowClash: true });
        return undone.ok ? null : undone.code;
      },
    });
  };

  const status = async (item: CalendarItem, next: 'arrived' | 'no_show' | 'booked'): Promise<void> => {
    const reply = await call('appointment.setStatus', { id: item.id, status: next });
    setProblem(reply.ok ? null : sentence(reply.code));
  };

  const undo = async (): Promise<void> => {
    const back = done?.undo ?? null;
    if (back === null) return;
    const code = await back();
    setDone(null);
    if (code !== null) setProblem(sentence(code));
  };
  const seriesBooked = (seriesId: string, count: number): void =>
    setDone({
      said: t('series.done', { count }),
      undo: async () => {
        const reply = await call('appointment.undoSeries', { seriesId });
        return reply.ok ? null : reply.code;
      },
    });

  return { done, problem, asking, setProblem, leave: () => setAsking(null), move, status, undo, seriesBooked };
}
