import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPractice } from '../encounters/testing.ts';
import type { Practice } from '../encounters/testing.ts';

let practice: Practice;
beforeEach(async () => {
  practice = await openPractice();
});
afterEach(() => practice.close());

const book = async (startsAt: string, more: { patientId?: string; allowClash?: boolean; walkIn?: boolean } = {}) =>
  practice.call('appointment.book', {
    patientId: more.patientId ?? (await practice.patient()),
    practitionerId: practice.userId,
    startsAt,
    durationMinutes: 30,
    visitType: 'follow_up',
    reason: 'Vondt i nakken',
    ...more,
  });

describe('booking', () => {
  it('a clash is refused with the other booking, and taken when it is meant', async () => {
    const first = await book('2026-11-23T09:00:00.000Z');
    if (!first.ok) throw new Error(first.code);
    expect(await book('2026-11-23T09:29:00.000Z')).toMatchObject({
      ok: false,
      code: 'appointment/clash',
      details: { appointmentId: first.value.id },
    });
    expect(await book('2026-11-23T09:30:00.000Z')).toMatchObject({ ok: true });
    expect(await book('2026-11-23T09:15:00.000Z', { allowClash: true })).toMatchObject({ ok: true });
    expect((await practice.must('day.list', { day: '2026-11-23' })).items.map((item) => item.clash)).toEqual([true, true, true]);
  });

  it('a cancelled booking and a no-show leave their time free', async () => {
    const [one, two] = [await book('2026-11-23T09:00:00.000Z'), await book('2026-11-23T10:00:00.000Z')];
    if (!one.ok || !two.ok) throw new Error('not booked');
    await practice.must('appointment.cancel', { id: one.value.id, reason: 'Syk' });
    await practice.must('appointment.setStatus', { id: two.value.id, status: 'no_show' });
    expect([(await book('2026-11-23T09:00:00.000Z')).ok, (await book('2026-11-23T10:00:00.000Z')).ok]).toEqual([true, true]);
  });

  it('moving onto another is a clash, moving within its own time is not; a walk-in has arrived', async () => {
    await book('2026-11-23T09:00:00.000Z');
    const mine = await book('2026-11-23T11:00:00.000Z', { walkIn: true });
    if (!mine.ok) throw new Error(mine.code);
    expect(mine.value).toMatchObject({ status: 'arrived', walkIn: true, arrivedAt: '2026-11-23T08:00:00.000Z' });
    expect(
      await practice.call('appointment.move', { id: mine.value.id, startsAt: '2026-11-23T09:10:00.000Z', durationMinutes: 30 }),
    ).toMatchObject({ code: 'appointment/clash' });
    expect(
      await practice.must('appointment.move', { id: mine.value.id, startsAt: '2026-11-23T11:10:00.000Z', durationMinutes: 45 }),
    ).toMatchObject({ durationMinutes: 45 });
  });

  it('suggests the same time next week first, then free places within opening hours', async () => {
    await book('2026-11-30T13:30:00.000Z');
    const { slots } = await practice.must('appointment.suggest', {
      practitionerId: practice.userId,
      from: '2026-11-30T13:00:00.000Z',
      durationMinutes: 30,
      limit: 4,
    });
    expect(slots.map((slot) => slot.startsAt)).toEqual([
      '2026-11-30T13:00:00.000Z',
      '2026-11-30T14:00:00.000Z',
      '2026-11-30T14:30:00.000Z',
      '2026-12-01T07:00:00.000Z',
    ]);
  });

  it('the day is the Norwegian day, also late in the evening', async () => {
    await book('2026-11-22T23:30:00.000Z');
    await book('2026-11-23T23:30:00.000Z');
    expect((await practice.must('day.list', { day: '2026-11-23' })).items.map((item) => item.appointment.startsAt)).toEqual([
      '2026-11-22T23:30:00.000Z',
    ]);
  });
});

describe('closing the day', () => {
  it('lists visits without note, unsigned, unpaid, letters not handed over and changes not sent', async () => {
    await practice.must('clinic.update', { set: { orgNumber: '999888777' } });
    const patientId = await practice.patient({ fastlegeName: 'Lege Lie' });
    await book('2026-11-23T07:00:00.000Z');
    await book('2026-11-23T14:00:00.000Z');
    const unsigned = await practice.ready(patientId);
    const signed = await practice.signed(await practice.patient({ fastlegeName: 'Lege Aas' }));
    const price = await practice.must('price.save', {
      code: 'OPPF',
      label: 'Oppfølging',
      kind: 'service',
      amountOre: 70_000,
      refundOre: 4_600,
    });
    await practice.must('line.add', { encounterId: signed, priceItemId: price.id });
    const letter = await practice.must('letter.create', { encounterId: signed, kind: 'epikrise' });
    const { id: abandoned } = await practice.must('encounter.start', { patientId: await practice.patient(), visitType: 'acute' });
    const ends = await practice.must('day.looseEnds', { day: '2026-11-23', practitionerId: practice.userId });
    expect(ends.visitsWithoutNote.map((visit) => visit.startsAt)).toEqual(['2026-11-23T07:00:00.000Z']);
    expect(ends.unsigned.map((visit) => visit.encounterId)).toEqual([unsigned]);
    expect(ends.unsigned.map((visit) => visit.encounterId)).not.toContain(abandoned);
    expect(ends.unpaid).toMatchObject([{ encounterId: signed, dueOre: 65_400 }]);
    expect(ends.lettersNotHandedOver).toMatchObject([{ letterId: letter.id, status: 'draft' }]);
    expect(ends.changesNotSent).toBeGreaterThan(5);
    expect(ends.closedAt).toBeNull();
    await practice.must('payment.take', { encounterId: signed, method: 'vipps', amountOre: 65_400 });
    const { closedAt } = await practice.must('day.close', { day: '2026-11-23', practitionerId: practice.userId });
    const after = await practice.must('day.looseEnds', { day: '2026-11-23', practitionerId: practice.userId });
    expect([after.closedAt, after.unpaid]).toEqual([closedAt, []]);
  });
});

it('an appointment with a signed note was kept: it is neither cancelled nor a no-show', async () => {
  const patientId = await practice.patient();
  const booked = await practice.must('appointment.book', {
    patientId,
    practitionerId: practice.userId,
    startsAt: '2026-11-23T09:00:00.000Z',
    durationMinutes: 20,
    visitType: 'follow_up',
    reason: null,
  });
  const started = await practice.must('encounter.start', { patientId, visitType: 'follow_up', appointmentId: booked.id });
  for (const key of ['subjective', 'treatment']) await practice.must('section.write', { encounterId: started.id, key, text: 'Bedre' });
  await practice.must('diagnosis.add', { encounterId: started.id, system: 'icpc-2', code: 'L03' });
  await practice.must('encounter.sign', { id: started.id, patientId });
  for (const status of ['no_show', 'booked'] as const)
    expect(await practice.call('appointment.setStatus', { id: booked.id, status })).toMatchObject({ code: 'appointment/has-signed-visit' });
  expect(await practice.call('appointment.cancel', { id: booked.id, reason: null })).toMatchObject({
    code: 'appointment/has-signed-visit',
  });
});

it('a note that waits for a fortnight is told to the administrator, by whose it is and without the patient', async () => {
  await practice.asColleague(['PRACTITIONER']);
  const id = await practice.ready(await practice.patient());
  await practice.asFirst();
  const ends = async () => (await practice.must('day.looseEnds', { day: '2026-11-23' })).overdue;
  expect(await ends()).toEqual([]);
  practice.laptop.pass(14 * 86_400_000);
  await practice.asFirst();
  const [item] = (await practice.must('encounter.unsigned', {})).items;
  expect(item).toMatchObject({ encounterId: id, mine: false, daysWaited: 14 });
  expect(await ends()).toMatchObject([{ practitionerName: item?.practitionerName, count: 1, oldest: item?.visitAt }]);
  expect(JSON.stringify(await ends())).not.toContain(item?.patientName);
});
