import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPractice, type Practice } from '../encounters/testing.ts';

let practice: Practice;
let quiet: string;
let busy: string;
beforeAll(async () => {
  practice = await openPractice();
  const { laptop, must } = practice;
  laptop.setClock('2012-03-01T10:00:00.000Z');
  quiet = await practice.patient({ givenName: 'Stille', familyName: 'Siden' });
  busy = await practice.patient({ givenName: 'Fortsatt', familyName: 'Pasient' });
  await practice.patient({ givenName: 'Uten', familyName: 'Journal' });
  await practice.signed(quiet, 'initial');
  await practice.signed(busy, 'initial');
  laptop.setClock('2015-06-01T10:00:00.000Z');
  await must('safety.set', { patientId: busy, kind: 'allergies', state: 'none', detail: null });
});
afterAll(() => practice.close());
const due = async (years?: number) => (await practice.must('retention.due', years === undefined ? {} : { years })).journals;

test('a journal is due the day after ten years from its last entry, not before, and a later entry of any kind keeps it', async () => {
  practice.laptop.setClock('2022-03-01T22:30:00.000Z');
  expect(await due()).toEqual([]);
  practice.laptop.setClock('2022-03-01T23:30:00.000Z');
  expect(await due()).toEqual([
    { patientId: quiet, name: 'Stille Siden', birthDate: '1979-01-01', lastEntry: '2012-03-01', keptUntil: '2022-03-01' },
  ]);
  practice.laptop.setClock('2025-06-03T10:00:00.000Z');
  expect((await due()).map(({ name }) => name)).toEqual(['Stille Siden', 'Fortsatt Pasient']);
});

test('a clinic may keep for longer and not for less', async () => {
  expect((await due(13)).map(({ name }) => name)).toEqual(['Stille Siden']);
  expect(await due(14)).toEqual([]);
  expect(await practice.call('retention.due', { years: 9 })).toMatchObject({ ok: false, code: 'input/invalid' });
});

test('who comes again is in care; what is listed is logged, and nothing is deleted', async () => {
  await practice.must('appointment.book', {
    patientId: quiet,
    practitionerId: practice.userId,
    startsAt: '2025-07-01T08:00:00.000Z',
    durationMinutes: 30,
    reason: null,
    visitType: 'follow_up',
  });
  expect((await due()).map(({ name }) => name)).toEqual(['Fortsatt Pasient']);
  expect(await practice.call('patient.get', { id: quiet })).toMatchObject({ ok: true });
  const { patients } = await practice.must('audit.affected', {
    from: '2025-06-03T00:00:00.000Z',
    to: '2025-06-04T00:00:00.000Z',
  });
  expect(patients.find(({ patientId }) => patientId === busy)).toMatchObject({ shown: 2, opened: 0 });
});

test('a laptop that holds no notes does not say what is due, nor does who is no administrator', async () => {
  const db = await practice.db();
  db.prepare("update device set audience = 'desk'").run();
  expect(await practice.call('retention.due', {})).toMatchObject({ ok: false, code: 'retention/no-notes-here' });
  await practice.asColleague(['PRACTITIONER']);
  expect(await practice.call('retention.due', {})).toMatchObject({ ok: false, code: 'permission/denied' });
});
