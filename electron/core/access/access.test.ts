/** A journal that the patient has shut: nothing of it reaches the person by any verb; in an emergency it opens, and is told. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { contract } from '#electron/contract/index.ts';
import type { VerbName } from '#electron/contract/index.ts';
import { openPractice, type Practice } from '../encounters/testing.ts';

const CANARY = 'KANARI';
let practice: Practice;
let patientId: string;
let visits: { signed: string; draft: string };
let colleague: string;
beforeEach(async () => {
  practice = await openPractice();
  patientId = await practice.patient({ givenName: 'Sperre', familyName: 'Prøvesen', phone: '40404040', addressLine: `${CANARY}veien 1` });
  const signed = await practice.signed(patientId, 'follow_up', `${CANARY} ryggsmerte`);
  await practice.must('safety.set', { patientId, kind: 'anticoagulants', state: 'yes', detail: `${CANARY} tabletter` });
  const booked = { patientId, practitionerId: practice.userId, durationMinutes: 30, visitType: 'follow_up' as const };
  await practice.must('appointment.book', { ...booked, startsAt: '2026-11-23T12:00:00.000Z', reason: `${CANARY} i nakken` });
  colleague = await practice.asColleague(['PRACTITIONER', 'ADMIN']);
  const { id: draft } = await practice.must('encounter.start', { patientId, visitType: 'follow_up' });
  await practice.must('section.write', { encounterId: draft, key: 'subjective', text: `${CANARY} begynt` });
  visits = { signed, draft };
  await practice.asFirst();
  await practice.must('access.block', { patientId, userId: colleague, blocked: true });
  await asColleague();
});
afterEach(() => practice.close());

async function asColleague(): Promise<void> {
  await practice.must('session.unlock', { clinicId: practice.clinicId, userId: colleague, passphrase: 'furu lyng tind skog' });
}

/** Inputs that ask for this patient, for every verb that can be asked about one. What is not named is asked with what it takes. */
const inputs = (): Partial<Record<VerbName, unknown>> => {
  const [id, encounterId] = [patientId, visits.signed];
  return {
    'answer.list': { patientId },
    'attachment.list': { patientId },
    'attachment.begin': { patientId, title: 'x', byteLength: 10 },
    'bill.get': { encounterId },
    'day.list': { day: '2026-11-23' },
    'day.looseEnds': { day: '2026-11-23' },
    'appointment.doubleBooked': {},
    'encounter.get': { id: encounterId },
    'encounter.previous': { id: encounterId },
    'encounter.start': { patientId, visitType: 'follow_up' },
    'encounter.salt': { id: visits.draft },
    'encounter.signCheck': { id: visits.draft },
    'encounter.copyTo': { id: encounterId, patientId },
    'encounter.unsigned': { mine: false },
    'letter.create': { encounterId, kind: 'epikrise' },
    'letter.list': { patientId },
    'journal.copy': { patientId, recipient: 'Meg selv', basis: 'patient', form: 'data', warned: true },
    'patient.search': { query: 'Prøvesen' },
    'patient.get': { id },
    'patient.revealNationalId': { id },
    'patient.timeline': { patientId },
    'sync.outbox': { show: 'pending' },
    'refused.list': {},
    'conflict.list': { open: true },
    'access.list': { patientId },
    'access.alerts': {},
    'audit.list': { limit: 200 },
    'app.state': {},
    'sync.status': {},
  };
};

const SHUT = [
  'bill.get',
  'encounter.get',
  'encounter.previous',
  'encounter.start',
  'encounter.salt',
  'encounter.copyTo',
  'letter.create',
  'letter.list',
  'journal.copy',
  'patient.get',
  'patient.revealNationalId',
  'patient.timeline',
] as const;

test('no verb gives a word of it to whom it is shut for, and each refusal is logged with the patient', async () => {
  const told: string[] = [];
  for (const [verb, input] of Object.entries(inputs())) {
    expect(contract).toHaveProperty([verb]);
    const reply = await practice.call(verb as VerbName, input as never);
    if (JSON.stringify(reply).includes(CANARY)) told.push(verb);
  }
  expect(told).toEqual([]);
  // A disagreement about it is neither listed nor counted for them.
  const db0 = await practice.db();
  db0
    .prepare(
      `insert into conflict (id, clinic_id, seq, deleted, field_seq, patient_id, subject_entity, subject_id, field, kept, lost, audience, status, lost_at, lost_actor_id, lost_device_id)
       values ('k', ?, 0, 0, '{}', ?, 'patient', ?, 'phone', '"1"', '"2"', 'desk', 'open', '2026-11-23T08:00:00.000Z', ?, ?)`,
    )
    .run(practice.clinicId, patientId, patientId, practice.userId, practice.userId);
  expect((await practice.must('sync.status', {})).openConflicts).toBe(0);
  expect((await practice.must('conflict.list', { open: true })).conflicts).toEqual([]);
  await practice.asFirst();
  expect((await practice.must('sync.status', {})).openConflicts).toBe(1);
  await asColleague();
  const day = await practice.must('day.list', { day: '2026-11-23' });
  expect(day.items).toMatchObject([{ patient: { familyName: 'Prøvesen', blocked: true }, alerts: null }]);
  for (const form of ['pdf', 'data', 'fhir'] as const) {
    const copy = { patientId, recipient: 'Meg selv', basis: 'patient', form, warned: true } as const;
    expect(await practice.call('journal.copy', copy), form).toEqual({ ok: false, code: 'patient/blocked' });
  }
  for (const verb of SHUT) expect(await practice.call(verb, inputs()[verb] as never), verb).toEqual({ ok: false, code: 'patient/blocked' });
  const db = await practice.db();
  const refused = db.prepare("select verb from audit_event where action = 'refused' and patient_id = ?").pluck().all(patientId);
  expect(refused).toEqual(expect.arrayContaining(['patient.get', 'encounter.get', 'patient.timeline', 'letter.list']));
  expect(
    db
      .prepare("select count(*) from audit_event where action = 'read' and patient_id = ? and actor_id = ?")
      .pluck()
      .get(patientId, colleague),
  ).toBe(0);
  // The name is found, so that nobody registers the patient anew; nothing else stands beside it.
  const { hits } = await practice.must('patient.search', { query: 'Prøvesen' });
  expect(hits).toMatchObject([{ familyName: 'Prøvesen', blocked: true, phone: null, addressLine: null, maskedNationalId: null }]);
});

test('what is being written is not lost, and the one who blocked reads as before', async () => {
  const text = `${CANARY} begynt, og skrevet videre`;
  expect((await practice.call('section.write', { encounterId: visits.draft, key: 'subjective', text })).ok).toBe(true);
  await practice.asFirst();
  const chart = await practice.must('encounter.get', { id: visits.draft });
  expect(JSON.stringify(chart)).toContain('skrevet videre');
});

test('an emergency opens it for an hour with a reason, is told to others than oneself, and ends', async () => {
  expect(await practice.call('access.open', { patientId, reason: 'kort' })).toMatchObject({ ok: false, code: 'input/invalid' });
  const reason = 'Bevisstløs i venterommet, trenger medisinliste';
  await practice.must('access.open', { patientId, reason });
  expect(JSON.stringify(await practice.must('encounter.get', { id: visits.signed }))).toContain(CANARY);
  expect(await practice.must('access.alerts', {})).toEqual({ alerts: [] });
  practice.laptop.pass(61 * 60_000);
  expect(await practice.call('encounter.get', { id: visits.signed })).toEqual({ ok: false, code: 'patient/blocked' });

  await practice.asFirst();
  const { alerts } = await practice.must('access.alerts', {});
  expect(alerts).toMatchObject([{ name: 'Kollega Dal', patientName: 'Sperre Prøvesen', reason, seenAt: null }]);
  await practice.must('access.seen', { id: alerts[0]?.id ?? '' });
  expect(await practice.must('access.alerts', {})).toEqual({ alerts: [] });
  expect((await practice.must('access.list', { patientId })).emergencies).toMatchObject([{ name: 'Kollega Dal', reason }]);
});

test('nobody lifts a block on themselves; a colleague does, and the journal is open again', async () => {
  expect(await practice.call('access.block', { patientId, userId: colleague, blocked: false })).toMatchObject({ code: 'access/own-block' });
  await practice.asFirst();
  expect(await practice.call('access.open', { patientId, reason: 'ikke sperret for meg selv' })).toMatchObject({
    code: 'access/not-blocked',
  });
  await practice.must('access.block', { patientId, userId: colleague, blocked: false });
  await asColleague();
  expect((await practice.call('patient.get', { id: patientId })).ok).toBe(true);
});
