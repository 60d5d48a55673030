import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { USUAL_HOURS } from '#db/rules/opening-hours.ts';
import { occurrences } from '#db/rules/recurrence.ts';
import { openPractice } from '../encounters/testing.ts';
import type { Practice } from '../encounters/testing.ts';

let practice: Practice;
beforeEach(async () => {
  practice = await openPractice();
});
afterEach(() => practice.close());

const ROOM = '0193d3a0-0000-7000-8000-00000000000a';
const slot = (startsAt: string, more: object = {}) => ({
  practitionerId: practice.userId,
  startsAt,
  durationMinutes: 30,
  visitType: 'follow_up' as const,
  reason: 'Vondt i nakken',
  ...more,
});
const book = async (startsAt: string, more: object = {}) =>
  await practice.must('appointment.book', { patientId: await practice.patient(), ...slot(startsAt), ...more });
const span = async (from: string, days: number) => await practice.must('calendar.span', { from, days });

describe('a span of days', () => {
  it('holds the bookings of its Norwegian days, with who may be moved and what clashes', async () => {
    await practice.must('clinic.update', { set: { rooms: [{ id: ROOM, name: 'Rom 1', active: true }] } });
    const colleague = await practice.asColleague(['PRACTITIONER']);
    await book('2026-11-22T22:59:00.000Z');
    const one = await book('2026-11-23T09:00:00.000Z', { roomId: ROOM });
    const inRoom = await book('2026-11-23T09:10:00.000Z', { roomId: ROOM, practitionerId: colleague, allowClash: true });
    const off = await book('2026-11-24T09:00:00.000Z');
    await practice.must('appointment.cancel', { id: off.id, reason: null });
    const shown = await span('2026-11-23', 2);
    expect(shown.items.map(({ id, clash, movable }) => ({ id, clash, movable }))).toEqual([
      { id: one.id, clash: 'room', movable: true },
      { id: inRoom.id, clash: 'room', movable: true },
      { id: off.id, clash: null, movable: false },
    ]);
    expect(shown.rooms).toEqual([{ id: ROOM, name: 'Rom 1', active: true }]);
    expect(shown.people.every(({ hours }) => hours.length === 7)).toBe(true);
  });

  it('shows safety marks to a clinician, and to an assistant the booking without them', async () => {
    const patientId = await practice.patient();
    await practice.must('safety.set', { patientId, kind: 'anticoagulants', state: 'yes', detail: null });
    await book('2026-11-23T09:00:00.000Z', { patientId });
    expect((await span('2026-11-23', 1)).items.map(({ alerts }) => alerts)).toEqual([['anticoagulants']]);
    await practice.asColleague(['ASSISTANT']);
    expect((await span('2026-11-23', 1)).items.map(({ alerts, familyName }) => [alerts, familyName])).toEqual([[null, 'Prøve1']]);
    await practice.asFirst();
    await practice.asColleague(['ADMIN']);
    expect(await practice.call('calendar.span', { from: '2026-11-23', days: 1 })).toMatchObject({ ok: false });
  });

  it('on paper is in the log, with whom it showed', async () => {
    const { patientId } = await book('2026-11-23T09:00:00.000Z');
    await practice.must('calendar.printed', { from: '2026-11-23', days: 7 });
    const { events } = await practice.must('audit.list', {
      patientId,
      actorId: null,
      action: 'print',
      from: null,
      to: null,
    });
    expect(events).toHaveLength(1);
  });
});

describe('opening hours and rooms', () => {
  it('a booking outside hours is asked about where the asker wants, and stands when it is meant', async () => {
    const patientId = await practice.patient();
    const outside = slot('2026-11-23T16:00:00.000Z', { patientId }) as never;
    expect(await practice.call('appointment.book', { ...(outside as object), withinHours: true } as never)).toMatchObject({
      code: 'appointment/outside-hours',
    });
    expect(await practice.call('appointment.book', outside)).toMatchObject({ ok: true });
  });

  it('a practitioner’s own hours go before the clinic’s, for booking and for free places', async () => {
    const monday = [{ from: 12 * 60, to: 20 * 60 }];
    await practice.must('user.update', { userId: practice.userId, set: { openingHours: [monday, ...USUAL_HOURS.slice(1)] } });
    await book('2026-11-23T16:00:00.000Z', { withinHours: true });
    const suggested = { practitionerId: practice.userId, from: '2026-11-23T06:00:00.000Z', durationMinutes: 30, limit: 1 };
    expect((await practice.must('appointment.suggest', suggested)).slots[0]?.startsAt).toBe('2026-11-23T11:00:00.000Z');
    const crooked = [[{ from: 700, to: 600 }], ...USUAL_HOURS.slice(1)];
    expect(await practice.call('clinic.update', { set: { openingHours: crooked } })).toMatchObject({ code: 'input/invalid' });
  });

  it('a room that is taken is said by its name', async () => {
    await practice.must('clinic.update', { set: { rooms: [{ id: ROOM, name: 'Rom 1', active: true }] } });
    const colleague = await practice.asColleague(['PRACTITIONER']);
    await book('2026-11-23T09:00:00.000Z', { roomId: ROOM });
    const second = { patientId: await practice.patient(), ...slot('2026-11-23T09:15:00.000Z'), practitionerId: colleague, roomId: ROOM };
    expect(await practice.call('appointment.book', second)).toMatchObject({ code: 'appointment/room-taken', details: { room: 'Rom 1' } });
    expect(await practice.call('appointment.book', { ...second, allowClash: true })).toMatchObject({ ok: true });
  });
});

it('a booking with a signed note, and one that is done or cancelled, is not moved', async () => {
  const { id, patientId } = await book('2026-11-23T09:00:00.000Z');
  const move = { id, startsAt: '2026-11-23T12:00:00.000Z', durationMinutes: 30 };
  await practice.must('appointment.setStatus', { id, status: 'done' });
  expect(await practice.call('appointment.move', move)).toMatchObject({ code: 'appointment/not-movable' });
  await practice.must('appointment.setStatus', { id, status: 'booked' });
  const { id: encounterId } = await practice.must('encounter.start', { patientId, visitType: 'follow_up', appointmentId: id });
  for (const key of ['subjective', 'treatment']) await practice.must('section.write', { encounterId, key, text: 'Bedre' });
  await practice.must('diagnosis.add', { encounterId, system: 'icpc-2', code: 'L03' });
  await practice.must('encounter.sign', { id: encounterId, patientId });
  expect(await practice.call('appointment.move', move)).toMatchObject({ code: 'appointment/not-movable' });
  expect((await span('2026-11-23', 1)).items[0]).toMatchObject({ movable: false });
});

describe('a series', () => {
  const weekly = occurrences({ startsAt: '2026-11-30T09:00:00.000Z', everyWeeks: 1, weekdays: [], times: 4 });
  const plan = async () => ({ patientId: await practice.patient(), practitionerId: practice.userId, durationMinutes: 30, roomId: null });

  it('is judged date by date before anything is stored: taken, closed, holiday, the patient elsewhere', async () => {
    const colleague = await practice.asColleague(['PRACTITIONER']);
    const planned = await plan();
    await book('2026-12-07T09:15:00.000Z');
    await book('2026-12-14T09:00:00.000Z', { patientId: planned.patientId, practitionerId: colleague });
    const times = [...weekly, '2026-12-25T09:00:00.000Z', '2026-12-05T09:00:00.000Z'];
    const judged = (await practice.must('appointment.judge', { ...planned, times })).times;
    expect(judged.map(({ problems }) => problems.map((problem) => problem.kind))).toEqual([
      [],
      ['practitioner'],
      ['patient'],
      [],
      ['closed'],
      ['closed'],
    ]);
    expect(judged[1]).toMatchObject({ problems: [{ name: 'Kari Prøve2' }], nearest: '2026-12-07T08:45:00.000Z' });
    expect(judged[4]).toMatchObject({ problems: [{ holiday: 'christmas-day' }], nearest: null });
    expect((await span('2026-11-30', 7)).items).toEqual([]);
  });

  it('is booked in one act or not at all, and taken back as far as nothing happened since', async () => {
    const planned = await plan();
    const taken = await book('2026-12-07T09:15:00.000Z');
    const all = { ...planned, visitType: 'follow_up' as const, reason: null };
    expect(
      await practice.call('appointment.bookSeries', { ...all, times: weekly.map((startsAt) => ({ startsAt, meant: false })) }),
    ).toMatchObject({ code: 'appointment/clash', details: { appointmentId: taken.id, at: '2026-12-07T09:00:00.000Z' } });
    expect((await span('2026-11-30', 1)).items).toEqual([]);
    const booked = await practice.must('appointment.bookSeries', {
      ...all,
      times: weekly.map((startsAt, at) => ({ startsAt, meant: at === 1 })),
    });
    expect(booked.ids).toHaveLength(4);
    expect((await span('2026-12-07', 1)).items.map(({ clash, seriesId }) => [clash, seriesId])).toEqual([
      ['practitioner', booked.seriesId],
      ['practitioner', null],
    ]);
    expect((await practice.must('appointment.doubleBooked', {})).pairs).toEqual([]);
    await practice.must('appointment.setStatus', { id: booked.ids[0] ?? '', status: 'arrived' });
    expect(await practice.must('appointment.undoSeries', { seriesId: booked.seriesId })).toEqual({ removed: 3, kept: 1 });
    expect((await span('2026-12-07', 7)).items.map(({ id }) => id)).toEqual([taken.id]);
  });

  it('does not take the same minute twice', async () => {
    const planned = await plan();
    const times = ['2026-11-30T09:00:00.000Z', '2026-11-30T09:15:00.000Z'];
    const judged = (await practice.must('appointment.judge', { ...planned, times })).times;
    expect(judged.map(({ problems }) => problems.length)).toEqual([1, 1]);
    expect(
      await practice.call('appointment.bookSeries', {
        ...planned,
        visitType: 'follow_up',
        reason: null,
        times: times.map((startsAt) => ({ startsAt, meant: false })),
      }),
    ).toMatchObject({ code: 'appointment/clash' });
  });
});
