/** Messages as the laptop asks for them, without a server: which channel, what stands in the way, recalls, what is taken back. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeReplica } from '#db/sqlite/store.ts';
import { openPractice, type Practice } from '../encounters/testing.ts';

let practice: Practice;
let patientId: string;
beforeEach(async () => {
  practice = await openPractice();
  await practice.must('clinic.update', { set: { phone: '22 33 44 55' } });
  patientId = await practice.patient({ phone: '912 34 567', email: 'kari@post.example.no' });
});
afterEach(() => practice.close());

const switchOn = (name: 'sms' | 'email', options: Record<string, unknown> = {}) =>
  practice.must('integration.set', { name, enabled: true, options });
const agree = (channel: 'sms' | 'email' | 'recall', state: 'yes' | 'no' = 'yes') =>
  practice.must('consent.set', { patientId, channel, state });
const offer = () => practice.must('reminder.offer', { patientId });
const book = async (startsAt = '2026-12-01T09:00:00.000Z') =>
  (
    await practice.must('appointment.book', {
      ...{ patientId, practitionerId: practice.userId, startsAt, durationMinutes: 30, visitType: 'follow_up', reason: null },
    })
  ).id;
const said = async () => (await practice.must('message.thread', { patientId })).items;
const about = { appointmentId: null, body: null } as const;

describe('the channel', () => {
  it('is the one the patient wants first, of those they said yes to; consent has its time and its source', async () => {
    await switchOn('sms');
    await switchOn('email');
    expect(await offer()).toMatchObject({ channel: 'sms', consent: null });
    await agree('email');
    expect(await offer()).toMatchObject({ channel: 'email', consent: 'yes', proposed: ['reminder-24h'] });
    await agree('sms');
    expect(await offer()).toMatchObject({ channel: 'sms' });
    await practice.must('consent.prefer', { patientId, channel: 'email' });
    expect(await offer()).toMatchObject({ channel: 'email' });
    await agree('email', 'no');
    expect(await offer()).toMatchObject({ channel: 'sms', consent: 'yes' });
    const { consents } = await practice.must('patient.get', { id: patientId });
    expect(consents.find(({ channel }) => channel === 'email')).toEqual({
      channel: 'email',
      state: 'no',
      recordedAt: '2026-11-23T08:00:00.000Z',
      source: 'asked',
      recordedByName: 'Kim Rygg',
    });
  });

  it('of a reminder can be changed while it waits: one is taken back, the other asked for, and nobody is told twice', async () => {
    await switchOn('sms', { remind2: true });
    await switchOn('email');
    await agree('sms');
    await agree('email');
    const appointmentId = await book();
    await practice.must('reminder.set', { appointmentId, templates: ['reminder-24h', 'reminder-2h'], channel: 'sms' });
    // There is no two-hour reminder by e-mail.
    await practice.must('reminder.set', { appointmentId, templates: ['reminder-24h', 'reminder-2h'], channel: 'email' });
    const [item] = (await practice.must('day.list', { day: '2026-12-01' })).items;
    expect(item?.reminders).toMatchObject([{ templateId: 'reminder-24h', channel: 'email', state: 'planned', byName: 'Kim Rygg' }]);
    expect((await said()).map(({ channel, templateId, state }) => `${channel} ${templateId} ${state}`).toSorted()).toEqual([
      'email reminder-24h planned',
      'sms reminder-24h cancelled',
      'sms reminder-2h cancelled',
    ]);
  });

  it('both reminders have rules of their own, each can be had without the other', async () => {
    await switchOn('sms', { remind24: false, remind2: true });
    await agree('sms');
    expect((await offer()).proposed).toEqual(['reminder-2h']);
    const appointmentId = await book();
    await practice.must('reminder.set', { appointmentId, templates: ['reminder-2h'] });
    expect(await said()).toMatchObject([{ templateId: 'reminder-2h', plannedAt: '2026-12-01T07:00:00.000Z' }]);
  });
});

it('what is said at once waits a moment in which it can be taken back, and again be wanted', async () => {
  await switchOn('sms');
  await agree('sms');
  const appointmentId = await book();
  const confirmation = { patientId, templateId: 'confirmation', appointmentId, body: null } as const;
  const { id } = await practice.must('message.ask', confirmation);
  expect(await said()).toMatchObject([
    { state: 'planned', plannedAt: '2026-11-23T08:00:10.000Z', requestedAt: '2026-11-23T08:00:00.000Z' },
  ]);
  await practice.must('message.cancel', { id });
  expect(await said()).toMatchObject([{ state: 'cancelled' }]);
  expect((await practice.must('message.ask', confirmation)).id).toBe(id);
  expect(await said()).toMatchObject([{ id, state: 'planned' }]);
});

it('a booking that is called off is told of only when a person says so, and an e-mail says what an e-mail can', async () => {
  await switchOn('email');
  await agree('email');
  const appointmentId = await book();
  const cancellation = { patientId, templateId: 'cancellation', channel: 'email', appointmentId, body: null } as const;
  await practice.must('appointment.cancel', { id: appointmentId, reason: 'Syk' });
  expect(await said()).toEqual([]);
  await practice.must('message.ask', cancellation);
  const [message] = await said();
  expect(message?.text).toContain('er avlyst. Ring 22 33 44 55');
  expect(message?.text).not.toContain('Syk');
});

describe('a recall', () => {
  const plan = (basis: 'agreed' | 'offer', dueOn = '2026-11-23') => practice.must('recall.plan', { patientId, dueOn, basis });
  const due = (day = '2026-11-23') => practice.must('recall.due', { day });
  const channels = async () => (await due()).items[0]?.channels;

  it('is on the list of its day; what was agreed on needs the channel’s consent, an offer its own', async () => {
    await switchOn('sms');
    await agree('sms');
    await plan('offer');
    expect(await channels()).toEqual([
      { channel: 'sms', problem: 'consent/missing' },
      { channel: 'email', problem: 'email/off' },
    ]);
    await agree('recall');
    expect((await channels())?.[0]).toEqual({ channel: 'sms', problem: null });
    await agree('recall', 'no');
    await plan('agreed');
    expect((await due()).items).toHaveLength(1);
    expect((await channels())?.[0]).toEqual({ channel: 'sms', problem: null });
    expect((await due('2026-11-22')).items).toEqual([]);
    const [{ id: subjectId } = { id: '' }] = (await due()).items;
    await practice.must('message.ask', { patientId, templateId: 'recall-agreed', subjectId, ...about });
    expect((await due()).items[0]?.messages).toMatchObject([{ templateId: 'recall-agreed', state: 'planned' }]);
    expect((await said())[0]?.text).toContain('Som avtalt');
  });

  it('leaves the list when they book, when it is done, and comes back when that is undone; what waited is taken back', async () => {
    await switchOn('sms');
    await agree('sms');
    const { id } = await plan('agreed');
    await practice.must('message.ask', { patientId, templateId: 'recall-agreed', subjectId: id, ...about });
    await practice.must('recall.close', { id, state: 'done' });
    expect((await due()).items).toEqual([]);
    expect(await said()).toMatchObject([{ state: 'cancelled' }]);
    await practice.must('recall.close', { id, state: 'open' });
    expect((await due()).items).toHaveLength(1);
    const booked = await book();
    expect((await due()).items).toEqual([]);
    await practice.must('appointment.cancel', { id: booked, reason: null });
    expect((await due()).items).toHaveLength(1);
  });
});

describe('on a strict server', () => {
  beforeEach(async () => writeReplica(await practice.db(), 'gdpr-strict', 'true'));

  it('no clinic keeps words longer, watches without an agreement, or takes a word for an agreement', async () => {
    const set = (name: 'sms' | 'email', options: Record<string, unknown>) =>
      practice.call('integration.set', { name, enabled: true, options });
    expect(await set('sms', { keepDays: 91 })).toMatchObject({ code: 'strict/keep-days' });
    expect(await set('email', { tracking: true })).toMatchObject({ code: 'strict/agreement' });
    const trackingAgreement = { byId: practice.userId, at: '2026-11-23T08:00:00.000Z', reference: 'Perm 3' };
    expect(await set('email', { tracking: true, trackingAgreement })).toMatchObject({ ok: true });
    // Who put it on file, and when, is not the window's to say; what is on file keeps its stamp.
    const onFile = async () => {
      const { integrations } = await practice.must('integration.list', {});
      return integrations.find(({ name }) => name === 'email')?.options['trackingAgreement'];
    };
    const forged = { byId: '00000000-0000-4000-8000-000000000000', at: '', reference: 'Perm 4' };
    const before = (await practice.must('app.state', {})).session?.user.id;
    expect(await set('email', { tracking: true, trackingAgreement: forged })).toMatchObject({ ok: true });
    const stamped = await onFile();
    expect(stamped).toMatchObject({ byId: before, reference: 'Perm 4', at: expect.stringMatching(/^2026-11-23T/) });
    practice.laptop.pass(60_000);
    expect(await set('email', { tracking: true, trackingAgreement: forged })).toMatchObject({ ok: true });
    expect(await onFile()).toEqual(stamped);
    await switchOn('sms');
    await agree('sms');
    const { id: subjectId } = await practice.must('recall.plan', { patientId, dueOn: '2026-11-23', basis: 'agreed' });
    const recall = { patientId, templateId: 'recall-agreed', subjectId, ...about } as const;
    expect(await practice.call('message.ask', recall)).toMatchObject({ code: 'message/refused', details: { problem: 'consent/missing' } });
  });

  it('nothing leaves the house on one person’s word, and a yes holds for a day, this patient and whoever asked', async () => {
    const other = await practice.patient();
    const copy = (whose = patientId) =>
      practice.call('journal.copy', { patientId: whose, recipient: 'Kari', basis: 'patient', form: 'data', warned: true });
    expect(await copy()).toMatchObject({ ok: false, code: 'export/second-person' });
    expect(await practice.call('audit.report', { patientId, warned: true })).toMatchObject({ code: 'export/second-person' });
    const { id } = await practice.must('exporting.ask', { patientId, purpose: 'Til pasienten selv' });
    expect(await practice.call('exporting.decide', { id, state: 'approved' })).toMatchObject({ code: 'export/own' });
    expect(await copy()).toMatchObject({ code: 'export/second-person' });
    await practice.asColleague(['PRACTITIONER']);
    expect((await practice.must('exporting.waiting', {})).requests).toMatchObject([{ id, purpose: 'Til pasienten selv', mine: false }]);
    await practice.must('exporting.decide', { id, state: 'approved' });
    expect(await practice.call('exporting.decide', { id, state: 'refused' })).toMatchObject({ code: 'export/unknown' });
    // Whoever said yes has not asked.
    expect(await copy()).toMatchObject({ code: 'export/second-person' });
    await practice.asFirst();
    expect(await practice.must('exporting.state', { patientId })).toMatchObject({ strict: true, may: true });
    expect(await copy()).toMatchObject({ ok: true });
    expect(await copy(other)).toMatchObject({ code: 'export/second-person' });
    practice.laptop.pass(24 * 3_600_000);
    expect(await copy()).toMatchObject({ code: 'export/second-person' });
  });
});

it('whoever is alone asks, waits a day, and may for a day; a colleague who could say yes ends that way', async () => {
  writeReplica(await practice.db(), 'gdpr-strict', 'true');
  const copy = () => practice.call('journal.copy', { patientId, recipient: 'Kari', basis: 'patient', form: 'data', warned: true });
  const stands = () => practice.must('exporting.state', { patientId });
  expect(await copy()).toMatchObject({ code: 'export/second-person' });
  expect(await stands()).toMatchObject({ may: false, alone: true, aloneFrom: null });
  await practice.must('exporting.ask', { patientId, purpose: 'Til pasienten selv' });
  const { aloneFrom } = await stands();
  practice.laptop.pass(24 * 3_600_000 - 60_000);
  expect(await copy()).toMatchObject({ code: 'export/second-person' });
  practice.laptop.pass(120_000);
  expect(await stands()).toMatchObject({ may: true, aloneFrom });
  expect(await copy()).toMatchObject({ ok: true });
  await practice.asColleague(['PRACTITIONER']);
  await practice.asFirst();
  expect(await stands()).toMatchObject({ may: false, alone: false });
  expect(await copy()).toMatchObject({ code: 'export/second-person' });
});

it('who has waited and does not take it within a day asks again', async () => {
  writeReplica(await practice.db(), 'gdpr-strict', 'true');
  await practice.must('exporting.ask', { patientId, purpose: 'Til pasienten selv' });
  practice.laptop.pass(48 * 3_600_000);
  expect(await practice.must('exporting.state', { patientId })).toMatchObject({ may: false, alone: true, aloneFrom: null });
});

it('one person is enough where the operator is not strict', async () => {
  expect(await practice.must('exporting.state', { patientId })).toMatchObject({ strict: false, may: true });
  expect(await practice.call('journal.copy', { patientId, recipient: 'Kari', basis: 'patient', form: 'data', warned: true })).toMatchObject(
    { ok: true },
  );
});
