/** The same person registered twice: everything that hung on either follows, and goes back. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { syntheticNationalId } from '#db/rules/fodselsnummer.ts';
import { PASSPHRASE } from '../testing.ts';
import { openPractice, type Practice } from '../encounters/testing.ts';

let practice: Practice;
beforeEach(async () => {
  practice = await openPractice();
});
afterEach(() => practice.close());

const NUMBER = syntheticNationalId({ birthDate: '1979-01-01', n: 1 });

/** Two registrations, each with a signed visit and a booking. */
async function two() {
  const into = await practice.patient({ givenName: 'Kari', familyName: 'Berg', phone: '900 11 111', city: 'Oslo' });
  const from = await practice.patient({
    givenName: 'Kari Anne',
    familyName: 'Lund',
    phone: '900 22 222',
    missingNationalIdReason: null,
    nationalId: NUMBER,
  });
  const visits = [await practice.signed(into, 'follow_up', 'første'), await practice.signed(from, 'follow_up', 'andre')];
  const book = async (patientId: string, startsAt: string) =>
    (
      await practice.must('appointment.book', {
        patientId,
        practitionerId: practice.userId,
        startsAt,
        durationMinutes: 20,
        visitType: 'follow_up',
        reason: null,
      })
    ).id;
  const bookings = [await book(into, '2026-11-24T09:00:00.000Z'), await book(from, '2026-11-24T10:00:00.000Z')];
  return { into, from, visits, bookings };
}
async function merge(into: string, from: string, choose: 'from' | 'into' = 'from') {
  const { differences, seen } = await practice.must('patient.compare', { id: from, otherId: into });
  const choices = Object.fromEntries(differences.map(({ part }) => [part, choose]));
  return await practice.must('patient.merge', { fromId: from, intoId: into, choices, seen });
}
const visitsOf = async (patientId: string) =>
  (await practice.must('patient.timeline', { patientId })).items.filter(({ kind }) => kind === 'encounter').map(({ id }) => id);

it('after the merging both are one everywhere, opened by either, found by either name or number as one hit', async () => {
  const { into, from, visits, bookings } = await two();
  const before = (await practice.db()).prepare('select * from encounter order by id').all();
  const { linkId } = await merge(into, from);

  for (const id of [into, from]) {
    const view = await practice.must('patient.get', { id });
    expect([view.patient.id, view.patient.phone, view.patient.familyName, view.patient.hasNationalId]).toEqual([
      into,
      '900 22 222',
      'Lund',
      true,
    ]);
    expect(view.sameAs.map((one) => [one.linkId, one.name])).toEqual([[linkId, 'Kari Anne Lund']]);
    expect(view.steppedBack).toBe(id === from ? 'Kari Anne Lund' : null);
    expect((await visitsOf(id)).toSorted()).toEqual(visits.toSorted());
  }
  for (const query of ['lund', 'kari', NUMBER])
    expect((await practice.must('patient.search', { query })).hits.map((hit) => hit.id)).toEqual([into]);
  const { items } = await practice.must('day.list', { day: '2026-11-24' });
  expect(items.map((item) => [item.appointment.id, item.patient.id])).toEqual(bookings.map((id) => [id, into]));
  expect((await practice.must('encounter.get', { id: visits[1] ?? '' })).patient.patient.id).toBe(into);
  expect((await practice.must('encounter.get', { id: visits[1] ?? '' })).previous.map(({ id }) => id)).toEqual([visits[0]]);
  // Nothing that hung on either was rewritten.
  expect((await practice.db()).prepare('select * from encounter order by id').all()).toEqual(before);
  // Who is one person is not a namesake, nor a duplicate, of themselves.
  const view = await practice.must('patient.get', { id: into });
  expect(view.possibleDuplicates).toEqual([]);
  expect((await practice.must('patient.search', { query: 'berg' })).hits.every((hit) => !hit.namesake)).toBe(true);
});

it('undone in one act: everything hangs where it hung, and the fields read as before unless somebody wrote there since', async () => {
  const { into, from, visits } = await two();
  const { linkId } = await merge(into, from);
  await practice.must('patient.update', { id: into, set: { city: 'Bergen' } });
  await practice.must('patient.unmerge', { linkId });
  expect(await visitsOf(into)).toEqual([visits[0]]);
  expect(await visitsOf(from)).toEqual([visits[1]]);
  const view = await practice.must('patient.get', { id: into });
  expect(view.patient).toMatchObject({
    familyName: 'Berg',
    phone: '900 11 111',
    city: 'Bergen',
    hasNationalId: false,
    missingNationalIdReason: 'foreign',
  });
  expect([view.sameAs, view.steppedBack]).toEqual([[], null]);
  expect((await practice.must('patient.get', { id: from })).patient).toMatchObject({ id: from, familyName: 'Lund', hasNationalId: true });
  expect(await practice.call('patient.unmerge', { linkId })).toMatchObject({ code: 'patient/not-merged' });
  // And once more.
  await merge(into, from, 'into');
  expect((await visitsOf(from)).toSorted()).toEqual(visits.toSorted());
});

it('nothing is chosen silently: every part that differs is decided, upon what was seen', async () => {
  const { into, from } = await two();
  const { differences, seen } = await practice.must('patient.compare', { id: into, otherId: from });
  expect(differences.map(({ part }) => part)).toEqual(['name', 'nationalId', 'phone', 'address']);
  expect(JSON.stringify(differences)).not.toContain(NUMBER);
  expect(await practice.call('patient.merge', { fromId: from, intoId: into, choices: { name: 'into' }, seen })).toMatchObject({
    code: 'patient/undecided',
    details: { parts: ['nationalId', 'phone', 'address'] },
  });
  await practice.must('patient.update', { id: from, set: { phone: '933 33 333' } });
  const choices = Object.fromEntries(differences.map(({ part }) => [part, 'into' as const]));
  expect(await practice.call('patient.merge', { fromId: from, intoId: into, choices, seen })).toMatchObject({
    code: 'patient/compared-changed',
  });
});

it('what must be known of either is shown, the more cautious answer first, until a clinician answers for the person', async () => {
  const { into, from } = await two();
  const set = (patientId: string, kind: 'allergies' | 'anticoagulants', state: 'yes' | 'none', detail: string | null = null) =>
    practice.must('safety.set', { patientId, kind, state, detail });
  await set(into, 'allergies', 'none');
  await set(from, 'allergies', 'yes', 'Penicillin');
  await set(from, 'anticoagulants', 'yes', 'Eliquis');
  await merge(into, from);
  const facts = async (id: string) =>
    ((await practice.must('patient.get', { id })).safety ?? [])
      .map(({ kind, state, detail, disputed }) => `${kind} ${state} ${detail} ${disputed}`)
      .slice(0, 2);
  expect(await facts(into)).toEqual(['allergies yes Penicillin true', 'anticoagulants yes Eliquis false']);
  expect((await practice.must('day.list', { day: '2026-11-24' })).items.map((item) => item.alerts)).toEqual([
    ['allergies', 'anticoagulants'],
    ['allergies', 'anticoagulants'],
  ]);
  await set(from, 'allergies', 'none');
  expect(await facts(into)).toEqual(['allergies none null false', 'anticoagulants yes Eliquis false']);
});

it('what is begun on the one who stepped back goes on with the person: visit, carried text, booking, letter list', async () => {
  const { into, from, visits, bookings } = await two();
  const draft = await practice.ready(from);
  await merge(into, from);
  const { id } = await practice.must('encounter.start', { patientId: into, visitType: 'follow_up', appointmentId: bookings[1] ?? null });
  const chart = await practice.must('encounter.get', { id });
  expect([chart.encounter.patientId, chart.saltSource?.id, chart.previous.length]).toEqual([into, visits[1], 3]);
  const letter = await practice.must('letter.create', { encounterId: visits[1] ?? '', kind: 'epikrise' });
  expect((await practice.must('letter.list', { patientId: into })).letters.map((line) => [line.id, line.patientId])).toEqual([
    [letter.id, into],
  ]);
  // An unsigned note that hung on the one who stepped back is signed under the person.
  await practice.must('encounter.sign', { id: draft, patientId: into });
});

it('an assistant may merge and undo; both journals are logged, and each look at the person is a look at both', async () => {
  const { into, from } = await two();
  await practice.asColleague(['ASSISTANT']);
  const { linkId } = await merge(into, from);
  await practice.must('patient.get', { id: into });
  await practice.must('patient.unmerge', { linkId });
  const rows = (await practice.db())
    .prepare(
      `select verb, action, patient_id as patient from audit_event where verb in ('patient.merge','patient.unmerge','patient.get') and patient_id is not null`,
    )
    .all() as { verb: string; action: string; patient: string }[];
  for (const verb of ['patient.merge', 'patient.unmerge', 'patient.get'])
    expect(new Set(rows.filter((row) => row.verb === verb).map((row) => row.patient))).toEqual(new Set([into, from]));
});

it('a journal shut at either registration is shut for the person: not compared, not merged, not taken apart', async () => {
  const { into, from } = await two();
  const { seen } = await practice.must('patient.compare', { id: into, otherId: from });
  const choices = { name: 'into', nationalId: 'from', phone: 'into', address: 'into' } as const;
  const assistant = await practice.asColleague(['ASSISTANT']);
  await practice.asFirst();
  await practice.must('access.block', { patientId: from, userId: assistant, blocked: true });
  const asAssistant = () => practice.must('session.unlock', { clinicId: practice.clinicId, userId: assistant, passphrase: PASSPHRASE });
  await asAssistant();
  expect(await practice.call('patient.compare', { id: into, otherId: from })).toMatchObject({ code: 'patient/blocked' });
  expect(await practice.call('patient.merge', { fromId: from, intoId: into, choices, seen })).toMatchObject({ code: 'patient/blocked' });
  await practice.asFirst();
  const { linkId } = await practice.must('patient.merge', { fromId: from, intoId: into, choices, seen });
  await asAssistant();
  for (const id of [into, from]) expect(await practice.call('patient.get', { id })).toMatchObject({ code: 'patient/blocked' });
  expect(await practice.call('patient.unmerge', { linkId })).toMatchObject({ code: 'patient/blocked' });
  expect((await practice.must('patient.search', { query: 'berg' })).hits).toMatchObject([{ id: into, blocked: true, phone: null }]);
  await practice.asFirst();
  await practice.must('access.block', { patientId: into, userId: assistant, blocked: false });
  await asAssistant();
  expect(await practice.call('patient.get', { id: from })).toMatchObject({ ok: true });
});

it('a copy of the journal has both, whichever is asked for; after an undoing nothing of the other, nor what the merging replaced', async () => {
  const { into, from, visits } = await two();
  const copy = async (patientId: string, form: 'data' | 'fhir') => {
    const { base64 } = await practice.must('journal.copy', {
      patientId,
      recipient: 'Meg selv',
      basis: 'patient',
      form,
      warned: true,
    });
    return Buffer.from(base64, 'base64').toString('utf8');
  };
  const { linkId } = await merge(into, from);
  for (const form of ['data', 'fhir'] as const)
    for (const id of [into, from]) for (const visit of visits) expect(await copy(id, form)).toContain(visit);
  await practice.must('patient.unmerge', { linkId });
  const theirs = `${await copy(from, 'data')}${await copy(from, 'fhir')}`;
  expect([into, visits[0] ?? '', '900 11 111', 'Berg'].filter((other) => theirs.includes(other))).toEqual([]);
});
